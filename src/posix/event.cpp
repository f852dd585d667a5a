#include <kobj/event.hpp>

#include "posix/dispatch/signal.hpp"
#include "posix/handle/named.hpp"
#include "posix/object/event.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

result<event> event::create(const event_options& options) {
    return guarded([&] {
        const std::string key = key_to_create(options.name);
        const u64 value = (options.initially_signaled ? event_object::signaled : 0) |
                          (options.manual_reset ? event_object::manual_reset : 0);
        const new_handle made =
            create_object(enter(), key, type, options.access, options.inheritable,
                          [&](transaction& tx) { return make_object(tx, type_number(type), value, 0, 0); });
        event e{handle(made.value)};
        e.existed_ = made.existed;
        return e;
    });
}

result<event> event::open(std::string_view name, const open_options& options) {
    return guarded([&] {
        event e{handle(open_named(enter(), name, type, options.access, options.inheritable))};
        e.existed_ = true;
        return e;
    });
}

namespace {

using quick_change = bool(object_record&, u64);
using locked_change = void(transaction&, const target&, handle_value);

// Without the lock, when nobody waits.
template <quick_change Quick>
[[gnu::always_inline]] inline bool change_quickly(handle_value value) {
    const context* me = attached();
    if (me == nullptr) return false;
    const target t = peek<object_type::event>(*me, value);
    return t.object != nullptr && (t.access() & access::event_modify_state) != 0 && Quick(*t.object, t.seen);
}

[[gnu::noinline]] result<void> change(handle_value value, quick_change* quick, locked_change* locked) {
    return guarded([&] {
        const context& me = enter();
        for (;;) {
            const target t = look_up(me, value, object_type::event, access::event_modify_state);
            if (quick(*t.object, t.seen)) return;
            if ((t.object->state.get() & state::contended) == 0) continue;
            return transact(me, [&](transaction& tx) { locked(tx, t, value); });
        }
    });
}

}  // namespace

result<void> event::set(handle_value value) {
    if (change_quickly<event_object::try_set>(value)) [[likely]]
        return {};
    return change(value, event_object::try_set, set_event);
}

result<void> event::reset(handle_value value) {
    if (change_quickly<event_object::try_reset>(value)) [[likely]]
        return {};
    return change(value, event_object::try_reset, reset_event);
}

result<void> event::pulse(handle_value value) {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up(me, value, type, access::event_modify_state);
        transact(me, [&](transaction& tx) { pulse_event(tx, t, value); });
    });
}

}  // namespace kobj
