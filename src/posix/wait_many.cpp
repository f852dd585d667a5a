#include <kobj/wait.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include "common/object_type.hpp"
#include "posix/dispatch/quick.hpp"
#include "posix/dispatch/wait.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

namespace {

static_assert(max_wait_objects == max_wait);

class target_list {
public:
    target_list(const context& me, std::span<const handle_value> values) : values_(values) {
        if (values.empty() || values.size() > max_wait)
            fail(errc::invalid_parameter, "a wait for {} objects; 1 to {} are possible", values.size(), max_wait);
        if (values.data() == nullptr) fail(errc::invalid_parameter, "a list of handles at the null address");
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (is_pseudo(values[i])) fail(errc::invalid_handle, "a pseudo handle, at {}, in a wait for several", i);
            targets_[i] = look_up(me, values[i]);
            check_waitable(targets_[i], values[i]);
        }
    }

    void check_distinct() const {
        std::array<const object_record*, max_wait> sorted;
        const auto end = std::transform(begin(), this->end(), sorted.begin(), [](const target& t) { return t.object; });
        std::sort(sorted.begin(), end);
        if (std::adjacent_find(sorted.begin(), end) != end)
            fail(errc::invalid_parameter, "a wait for all, with the same object twice");
    }

    [[nodiscard]] std::span<const target> all() const { return {targets_.data(), values_.size()}; }
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] handle_value value(std::size_t i) const { return values_[i]; }
    /// As it is now.
    target& refreshed(std::size_t i) {
        targets_[i].seen = targets_[i].object->state.get();
        return targets_[i];
    }

private:
    [[nodiscard]] const target* begin() const { return targets_.data(); }
    [[nodiscard]] const target* end() const { return targets_.data() + values_.size(); }

    std::span<const handle_value> values_;
    std::array<target, max_wait> targets_;
};

// What a wait without the lock came to; nothing: it needs the lock.
using quick_end = std::optional<wait_outcome>;

quick_end try_any(target_list& list, const context& me) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const target t = list.all()[i];
        const quick now = glance(t, me);
        if (now == quick::no) continue;
        if (now != quick::taken) return {};
        // One before it may have been signaled since, and before this one was. Then that one has to be taken.
        for (std::size_t earlier = 0; earlier < i; ++earlier) {
            if (glance(list.refreshed(earlier), me) != quick::no) return {};
        }
        switch (try_take(t, me)) {
            case quick::taken:
                return wait_outcome{wait_status::signaled, i};
            case quick::abandoned:
                return wait_outcome{wait_status::abandoned, i};
            case quick::too_often:
                fail_too_often(list.value(i));
            default:
                return {};
        }
    }
    return wait_outcome{wait_status::timed_out, 0};
}

// The quickest case of wait-any: nothing is signaled. False when it needs a closer look.
bool none_is_ready(std::span<const handle_value> values) try {
    const context* me = attached();
    if (me == nullptr || values.empty() || values.size() > max_wait || values.data() == nullptr) return false;
    return std::all_of(values.begin(), values.end(), [&](handle_value value) {
        const target t = peek(*me, value);
        if (t.object == nullptr || (t.access() & access::synchronize) == 0) return false;
        if (t.type() == object_type::event) return (t.seen & event_object::signaled) == 0;
        if (t.type() == object_type::semaphore) return state::value(t.seen) == 0;
        return t.type() == object_type::mutex && glance(t, *me) == quick::no;
    });
} catch (const failure&) {
    return false;
}

bool one_is_missing(const target_list& list, const context& me) {
    return std::any_of(list.all().begin(), list.all().end(),
                       [&](const target& t) { return glance(t, me) == quick::no; });
}

constexpr bool is_poll(timeout limit) {
    return !limit.is_infinite() && limit.nanoseconds() == 0;
}

result<wait_outcome> wait_several(std::span<const handle_value> objects, bool all, timeout limit) {
    const bool poll = is_poll(limit);
    if (poll && !all && none_is_ready(objects)) return wait_outcome{};
    return guarded([&] {
        const context& me = enter();
        target_list list(me, objects);
        if (all) list.check_distinct();
        if (!all) {
            const quick_end done = try_any(list, me);
            if (done && (poll || done->status != wait_status::timed_out)) return *done;
        } else if (poll && one_is_missing(list, me)) {
            return wait_outcome{};
        }
        return wait_for(me, list.all(), all, limit).outcome;
    });
}

wait_end signal_and_wait_checked(handle_value to_signal, handle_value to_wait, timeout limit, detail::alert* alert) {
    const context& me = enter();
    const target signaled = look_up(me, to_signal);
    access_mask needed = 0;
    switch (signaled.type()) {
        case object_type::mutex:
            break;
        case object_type::event:
            needed = access::event_modify_state;
            break;
        case object_type::semaphore:
            needed = access::semaphore_modify_state;
            break;
        default:
            fail_type(to_signal, signaled.type(), "which cannot be signaled");
    }
    if ((signaled.access() & needed) != needed) fail_access(to_signal, signaled.type(), "to modify its state");
    const target waited = look_up(me, to_wait);
    check_waitable(waited, to_wait);
    return signal_and_wait_for(me, signaled, to_signal, waited, limit, {.alert = alert});
}

}  // namespace

result<wait_outcome> wait_any(std::span<const handle_value> objects, timeout limit) {
    return wait_several(objects, false, limit);
}

result<wait_outcome> wait_all(std::span<const handle_value> objects, timeout limit) {
    return wait_several(objects, true, limit);
}

result<wait_status> signal_and_wait(handle_value to_signal, handle_value to_wait, timeout limit) {
    return guarded([&] { return signal_and_wait_checked(to_signal, to_wait, limit, nullptr).outcome.status; });
}

namespace detail {

result<std::optional<wait_outcome>> wait_several(std::span<const handle_value> values, bool all, timeout limit,
                                                 alert& alerted) {
    using answer = std::optional<wait_outcome>;
    auto now = kobj::wait_several(values, all, std::chrono::nanoseconds(0));
    if (!now) return std::move(now).error();
    if (now->status != wait_status::timed_out) return answer(*now);
    if (alerted.pending()) return answer();
    if (is_poll(limit)) return answer(*now);
    return guarded([&] {
        const context& me = enter();
        const target_list list(me, values);
        const wait_end how = wait_for(me, list.all(), all, limit, {.alert = &alerted});
        return how.alerted ? answer() : answer(how.outcome);
    });
}

result<std::optional<wait_status>> signal_and_wait(handle_value to_signal, handle_value to_wait, timeout limit,
                                                   alert& alerted) {
    using answer = std::optional<wait_status>;
    return guarded([&] {
        const wait_end how = signal_and_wait_checked(to_signal, to_wait, limit, &alerted);
        return how.alerted ? answer() : answer(how.outcome.status);
    });
}

}  // namespace detail

}  // namespace kobj
