#pragma once

#include <fmt/core.h>
#include <kobj/error.hpp>
#include <kobj/result.hpp>

#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "posix/os/stop_signal.hpp"

// Inside the backend an error travels as an exception of type kobj::failure, so that a transaction rolls back on the
// way out. It never crosses the public API: each public function wraps its work in guarded().
namespace kobj::posix {

std::string format_text(fmt::string_view pattern, fmt::format_args arguments);

/// fmt::format, with fmt itself compiled in one place only: it is header-only, and large.
template <class... Args>
std::string text(fmt::format_string<Args...> pattern, Args&&... args) {
    return format_text(pattern, fmt::make_format_args(args...));
}

template <class... Args>
[[noreturn]] void fail(errc code, fmt::format_string<Args...> pattern, Args&&... args) {
    throw failure(code, format_text(pattern, fmt::make_format_args(args...)));
}

/// A handle was used as it must not be: a failure, and what `kobj run --verify` is about.
class misuse : public failure {
public:
    enum class kind : unsigned char { not_open, close_of_not_open, wrong_type, not_owner };
    misuse(kind how, std::uintptr_t value, errc code, const std::string& words)
        : failure(code, words), which(how), handle(value) {}

    kind which;
    std::uintptr_t handle;
};
/// Is told of each, outside of all locks, on its way to the caller. Null: nobody wants to know.
KOBJ_API extern void (*on_misuse)(const misuse&) noexcept;

/// An index, offset or count read from the arena that cannot be right.
[[noreturn]] void fail_corrupt(std::string_view what);

/// Runs `work` and turns what it throws into the failure of the result. A thread that is to be suspended meanwhile
/// stops at the end: it may hold a lock that others need.
template <class F>
auto guarded(F&& work) noexcept {
    using value = std::invoke_result_t<F>;
    using wrapped = result<value>;
    const os::stop_guard guard;
    try {
        if constexpr (std::is_void_v<value>) {
            work();
            return wrapped();
        } else {
            return wrapped(work());
        }
    } catch (const misuse& why) {
        if (on_misuse != nullptr) on_misuse(why);
        return wrapped(why);
    } catch (const failure& why) {
        return wrapped(why);
    } catch (const std::bad_alloc&) {
        return wrapped(failure(errc::not_enough_memory));
    }
}

}  // namespace kobj::posix
