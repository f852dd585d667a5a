#include <kobj/semaphore.hpp>

#include "posix/dispatch/signal.hpp"
#include "posix/handle/named.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

result<semaphore> semaphore::create(std::int32_t initial, std::int32_t maximum, const semaphore_options& options) {
    return guarded([&] {
        if (maximum <= 0 || initial < 0 || initial > maximum)
            fail(errc::invalid_parameter, "a semaphore of {} units, at most {}", initial, maximum);
        const std::string key = key_to_create(options.name);
        const new_handle made =
            create_object(enter(), key, type, options.access, options.inheritable, [&](transaction& tx) {
                return make_object(tx, type_number(type), static_cast<u64>(initial), static_cast<u64>(maximum), 0);
            });
        semaphore s{handle(made.value)};
        s.existed_ = made.existed;
        return s;
    });
}

result<semaphore> semaphore::open(std::string_view name, const open_options& options) {
    return guarded([&] {
        semaphore s{handle(open_named(enter(), name, type, options.access, options.inheritable))};
        s.existed_ = true;
        return s;
    });
}

namespace {

// Without the lock; false when it is needed, or there is no room, or the state has changed.
[[gnu::always_inline]] inline bool try_release(const target& t, u32 units) {
    if ((t.seen & state::contended) != 0) return false;
    // Not below the count: at worst of an object that has taken its place, and then the swap fails.
    const i64 room = static_cast<i64>(t.object->extra.get() - state::value(t.seen));
    if (room < i64{units}) return false;
    u64 seen = t.seen;
    return t.object->state.swap(seen, seen + units);
}

[[gnu::noinline]] result<std::int32_t> release_longer(handle_value value, std::int32_t how_many) {
    return guarded([&] {
        if (how_many <= 0) fail(errc::invalid_parameter, "a release of {} units", how_many);
        const context& me = enter();
        const u32 units = static_cast<u32>(how_many);
        for (;;) {
            const target t = look_up(me, value, object_type::semaphore, access::semaphore_modify_state);
            if (try_release(t, units)) return static_cast<std::int32_t>(state::value(t.seen));
            if ((t.seen & state::contended) == 0 && t.object->state.get() != t.seen) continue;
            return static_cast<std::int32_t>(
                transact(me, [&](transaction& tx) { return release_semaphore(tx, t, value, units); }));
        }
    });
}

}  // namespace

result<std::int32_t> semaphore::release(handle_value value, std::int32_t units) {
    if (const context* me = attached(); me != nullptr && units > 0) [[likely]] {
        const target t = peek<type>(*me, value);
        if (t.object != nullptr && (t.access() & access::semaphore_modify_state) != 0 &&
            try_release(t, static_cast<u32>(units))) [[likely]]
            return static_cast<std::int32_t>(state::value(t.seen));
    }
    return release_longer(value, units);
}

}  // namespace kobj
