#pragma once

namespace kobj::posix::os {

/// Between two looks at a word that another processor is about to change.
inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace kobj::posix::os
