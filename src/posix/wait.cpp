#include "posix/dispatch/wait.hpp"
#include "posix/dispatch/quick.hpp"
#include "posix/os/relax.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

namespace {

constexpr bool is_poll(timeout limit) {
    return !limit.is_infinite() && limit.nanoseconds() == 0;
}

/// How often a mutex that somebody holds is looked at again before the thread queues: a short section ends sooner.
constexpr int spins = 60;

wait_end try_longer(handle_value value, timeout limit, detail::alert* alert) {
    const context& me = enter();
    const bool poll = is_poll(limit);
    int spin = 0;
    for (;;) {
        const target t = look_up(me, value);
        check_waitable(t, value);
        switch (try_take(t, me)) {
            case quick::taken:
                return {{wait_status::signaled}};
            case quick::abandoned:
                return {{wait_status::abandoned}};
            case quick::too_often:
                fail_too_often(value);
            case quick::again:
                continue;
            case quick::no:
                // A thread that was silenced is seen to have ended only by a thorough look.
                if (poll && t.type() != object_type::thread) return {};
                if (t.type() == object_type::mutex && (t.seen & state::contended) == 0 && spin++ < spins) {
                    os::relax();
                    continue;
                }
                break;
            case quick::locked:
                break;
        }
        return wait_for(me, {&t, 1}, false, limit, {.alert = alert});
    }
}

[[gnu::noinline]] result<wait_status> wait_longer(handle_value value, timeout limit) {
    return guarded([&] { return try_longer(value, limit, nullptr).outcome.status; });
}

}  // namespace

namespace {

// What can be had at once, or is not there for one who only asks. `locked` for everything else.
[[gnu::always_inline]] inline quick wait_quickly(const context& me, handle_value value, timeout limit) {
    const target t = peek(me, value);
    if (t.object == nullptr || (t.access() & access::synchronize) == 0) return quick::locked;
    u64 seen = t.seen;
    switch (t.type()) {
        case object_type::mutex:
            if ((seen & (state::value_mask | state::contended)) == 0)
                return t.object->state.swap(seen, seen | me.owner) ? quick::taken : quick::locked;
            return state::value(seen) == me.owner && mutex_object::try_count_up(*t.object, seen) ? quick::taken
                                                                                                 : quick::locked;
        case object_type::event:
            if ((seen & event_object::signaled) == 0) return is_poll(limit) ? quick::no : quick::locked;
            // Also of a manual-reset event: the signal may be one of a change that is not committed yet.
            if ((seen & state::contended) != 0) return quick::locked;
            if ((seen & event_object::manual_reset) != 0) return quick::taken;
            return t.object->state.swap(seen, seen & ~event_object::signaled) ? quick::taken : quick::locked;
        case object_type::semaphore:
            if (state::value(seen) == 0) return is_poll(limit) ? quick::no : quick::locked;
            if ((seen & state::contended) != 0) return quick::locked;
            return t.object->state.swap(seen, seen - 1) ? quick::taken : quick::locked;
        default:
            return quick::locked;
    }
}

}  // namespace

result<wait_status> wait(handle_value value, timeout limit) {
    if (const context* me = attached(); me != nullptr) [[likely]] {
        const quick how = wait_quickly(*me, value, limit);
        if (how == quick::taken) [[likely]]
            return wait_status::signaled;
        if (how == quick::no) return wait_status::timed_out;
    }
    return wait_longer(value, limit);
}

namespace detail {

result<std::optional<wait_status>> wait(handle_value value, timeout limit, alert& alerted) {
    using answer = std::optional<wait_status>;
    auto now = kobj::wait(value, std::chrono::nanoseconds(0));
    if (!now) return std::move(now).error();
    if (*now != wait_status::timed_out) return answer(*now);
    if (alerted.pending()) return answer();
    if (is_poll(limit)) return answer(wait_status::timed_out);
    return guarded([&] {
        const wait_end how = try_longer(value, limit, &alerted);
        return how.alerted ? answer() : answer(how.outcome.status);
    });
}

}  // namespace detail

}  // namespace kobj
