#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace kobj {

struct infinite_t {
    explicit infinite_t() = default;
};
/// No limit to a wait.
inline constexpr infinite_t infinite{};

/// How long a wait may take: any chrono duration or time point, or kobj::infinite.
///
/// Kept in nanoseconds from the moment of the call and rounded up, so that a wait is never shorter than asked.
/// Zero or less polls. A duration too large for the counter means the largest finite wait
/// (292 years), never an infinite one. A time point is turned into a duration by its own clock when the call is made.
class timeout {
public:
    constexpr timeout(infinite_t) noexcept : nanoseconds_(-1) {}

    template <class Rep, class Period>
    constexpr timeout(std::chrono::duration<Rep, Period> length) noexcept : nanoseconds_(count(length)) {}

    template <class Clock, class Duration>
    timeout(std::chrono::time_point<Clock, Duration> until) : nanoseconds_(0) {
        // Compared in floating point: the largest time points overflow when they are brought to nanoseconds.
        const auto now = Clock::now();
        using wide = std::chrono::duration<long double, std::nano>;
        const wide left = wide(until.time_since_epoch()) - wide(now.time_since_epoch());
        const bool fits = wide(until.time_since_epoch()).count() < 9.0e18L;
        if (left.count() >= 9.0e18L)
            nanoseconds_ = longest;
        else if (!fits)
            nanoseconds_ = static_cast<std::int64_t>(left.count()) + 1;
        else if (left.count() > 0)
            nanoseconds_ = count(until - now);
    }

    [[nodiscard]] constexpr bool is_infinite() const noexcept { return nanoseconds_ < 0; }
    /// Nanoseconds, 0 or more. Only for a finite timeout.
    [[nodiscard]] constexpr std::int64_t nanoseconds() const noexcept { return nanoseconds_; }

private:
    static constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();

    template <class Rep, class Period>
    static constexpr std::int64_t count(std::chrono::duration<Rep, Period> length) noexcept {
        if (!(length > length.zero())) return 0;  // also a floating-point NaN
        using wide = std::chrono::duration<long double, std::nano>;
        if (std::chrono::duration_cast<wide>(length).count() >= 9.2e18L) return longest;
        return static_cast<std::int64_t>(std::chrono::ceil<std::chrono::nanoseconds>(length).count());
    }

    std::int64_t nanoseconds_;
};

}  // namespace kobj
