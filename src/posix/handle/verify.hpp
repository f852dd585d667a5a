#pragma once

#include "posix/arena/context.hpp"

// Mistakes in the use of handles, told to a file as they happen: what `kobj run --verify` shows. On when the
// environment says where to (KOBJ_VERIFY, a path); no call behaves differently. See docs/verify.md.
namespace kobj::posix::verify {

/// Begins when the environment asks for it. The history of handles has begun.
void begin() noexcept;
/// The process is about to end: tells which of its handles are still open.
void tell_leaks(const context& me) noexcept;

}  // namespace kobj::posix::verify
