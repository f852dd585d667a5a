#include <kobj/timer.hpp>

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

}  // namespace

result<void> timer::set(handle_value value, due_time due, std::chrono::nanoseconds period) {
    const auto period_ms = std::chrono::ceil<std::chrono::milliseconds>(period).count();
    if (period.count() < 0 || period_ms > timer_object::longest_period)
        return failure(errc::invalid_parameter, "a timer's period is 0 to 2^31 - 1 milliseconds");
    if (!due.is_valid()) return failure(errc::invalid_parameter, "a due time too far away to be counted");
    return change(
        value, [&](transaction& tx, object_record& object) { timer_object::arm(tx, object, due.ticks(), period_ms); });
}

result<void> timer::cancel(handle_value value) {
    return change(value, [&](transaction& tx, object_record& object) { timer_object::disarm(tx, object); });
}

}  // namespace kobj
