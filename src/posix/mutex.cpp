#include <kobj/mutex.hpp>

#include "posix/dispatch/signal.hpp"
#include "posix/handle/named.hpp"
#include "posix/object/mutex.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

result<mutex> mutex::create(const mutex_options& options) {
    return guarded([&] {
        const std::string key = key_to_create(options.name);
        const context& me = enter();
        const new_handle made = create_object(me, key, type, options.access, options.inheritable, [&](transaction& tx) {
            return make_object(tx, type_number(type), options.initially_owned ? me.owner : 0, 0, 0);
        });
        mutex m{handle(made.value)};
        m.existed_ = made.existed;
        return m;
    });
}

result<mutex> mutex::open(std::string_view name, const open_options& options) {
    return guarded([&] {
        mutex m{handle(open_named(enter(), name, type, options.access, options.inheritable))};
        m.existed_ = true;
        return m;
    });
}

namespace {

[[gnu::noinline]] result<void> release_longer(handle_value value) {
    return guarded([&] {
        const context& me = enter();
        for (;;) {
            const target t = look_up(me, value, object_type::mutex, 0);
            switch (mutex_object::try_release(*t.object, t.seen, me)) {
                case mutex_object::released::yes:
                    return;
                case mutex_object::released::not_owner:
                    fail_not_owner(value);
                case mutex_object::released::look_again:
                    if ((t.seen & state::contended) == 0) {
                        mutex_object::check_count(*t.object, t.seen);
                        break;
                    }
                    return transact(me, [&](transaction& tx) { release_mutex(tx, t, value); });
            }
        }
    });
}

}  // namespace

result<void> mutex::release(handle_value value) {
    if (const context* me = attached(); me != nullptr) [[likely]] {
        // The quick case: nobody waits for it.
        const target t = peek<object_type::mutex>(*me, value);
        if (t.object != nullptr && mutex_object::try_release(*t.object, t.seen, *me) == mutex_object::released::yes)
            [[likely]]
            return {};
    }
    return release_longer(value);
}

}  // namespace kobj
