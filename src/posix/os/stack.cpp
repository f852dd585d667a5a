#include "posix/os/stack.hpp"

#include <dlfcn.h>
#include <unwind.h>

namespace kobj::posix::os {

namespace {

struct walk {
    std::span<std::uint64_t> calls;
    std::size_t count = 0;
    bool skipped = false;
};

_Unwind_Reason_Code step(_Unwind_Context* frame, void* data) {
    walk& w = *static_cast<walk*>(data);
    int is_exact = 0;
    const std::uint64_t address = _Unwind_GetIPInfo(frame, &is_exact);
    if (address == 0 || w.count == w.calls.size()) return _URC_END_OF_STACK;
    if (!w.skipped)
        w.skipped = true;
    else
        w.calls[w.count++] = is_exact != 0 ? address : address - 1;  // where it returns to is the next line already
    return _URC_NO_REASON;
}

}  // namespace

// backtrace() of the C library does the same, but loads a library and allocates at its first call.
[[gnu::noinline]] std::size_t walk_stack(std::span<std::uint64_t> calls) noexcept {
    walk w{calls};
    _Unwind_Backtrace(&step, &w);
    return w.count;
}

module_place module_of(std::uint64_t address) noexcept {
    Dl_info found{};
    // An address as the unwinder gives it is a number.
    if (dladdr(reinterpret_cast<void*>(address), &found) == 0 || found.dli_fname == nullptr) return {};
    return {found.dli_fname, reinterpret_cast<std::uint64_t>(found.dli_fbase)};
}

}  // namespace kobj::posix::os
