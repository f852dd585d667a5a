#include <kobj/timer.hpp>

#include "posix/alertable.hpp"
#include "posix/dispatch/queue.hpp"
#include "posix/handle/named.hpp"
#include "posix/object/timer.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

result<timer> timer::create(const timer_options& options) {
    return guarded([&] {
        const std::string key = key_to_create(options.name);
        const u64 value = options.manual_reset ? timer_object::manual_reset : 0;
        const new_handle made =
            create_object(enter(), key, type, options.access, options.inheritable,
                          [&](transaction& tx) { return make_object(tx, type_number(type), value, 0, 0); });
        timer t{handle(made.value)};
        t.existed_ = made.existed;
        return t;
    });
}

result<timer> timer::open(std::string_view name, const open_options& options) {
    return guarded([&] {
        timer t{handle(open_named(enter(), name, type, options.access, options.inheritable))};
        t.existed_ = true;
        return t;
    });
}

namespace {

// Changes the timer; who waits for it looks again.
template <class F>
result<void> change(handle_value value, F&& how) {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up(me, value, object_type::timer, access::timer_modify_state);
        transact(me, [&](transaction& tx) {
            if (!t.is_still_there()) fail_closed(value);
            make_contended(*t.object);
            how(tx, *t.object);
            serve(tx, *t.object);
            wake_all(tx, *t.object);
            if (t.object->queue_head.get() == 0) tx.uncontend(*t.object);
        });
    });
}

// `then` is called with the timer that is armed.
template <class F>
result<void> set_and(handle_value value, due_time due, std::chrono::nanoseconds period, F&& then) {
    const auto period_ms = std::chrono::ceil<std::chrono::milliseconds>(period).count();
    if (period.count() < 0 || period_ms > timer_object::longest_period)
        return failure(errc::invalid_parameter, "a timer's period is 0 to 2^31 - 1 milliseconds");
    if (!due.is_valid()) return failure(errc::invalid_parameter, "a due time too far away to be counted");
    return change(value, [&](transaction& tx, object_record& object) {
        timer_object::arm(tx, object, due.ticks(), period_ms);
        then(tx, object);
    });
}

}  // namespace

result<void> timer::set(handle_value value, due_time due, std::chrono::nanoseconds period) {
    return set_and(value, due, period, [](transaction&, object_record&) {});
}

result<void> timer::cancel(handle_value value) {
    return change(value, [&](transaction& tx, object_record& object) { timer_object::disarm(tx, object); });
}

namespace detail {

result<timer_setting> set_timer(handle_value value, due_time due, std::chrono::nanoseconds period) {
    timer_setting made;
    auto set = set_and(value, due, period, [&](transaction& tx, object_record& object) {
        timer_object::adopt(tx, object);
        const u64 seen = object.state.get();
        made.object = the_arena().index_of(object);
        made.generation = state::generation(seen);
        made.count = object.body.get();
        made.absolute = (seen & timer_object::absolute) != 0;
        made.due = static_cast<i64>(object.extra.get());
        made.period = static_cast<i64>(state::value(seen) >> timer_object::period_shift) * 1'000'000;
    });
    if (!set) return std::move(set).error();
    return made;
}

bool is_in_force(const timer_setting& setting) noexcept {
    const object_record& object = the_arena().object(setting.object);
    if (object.body.get() != setting.count) return false;
    const u64 seen = object.state.get();
    return state::generation(seen) == setting.generation && state::type(seen) == type_number(object_type::timer);
}

}  // namespace detail

}  // namespace kobj
