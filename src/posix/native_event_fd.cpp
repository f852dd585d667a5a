#include <kobj/native_event_fd.hpp>

#include "posix/dispatch/quick.hpp"
#include "posix/dispatch/relay.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

result<native_event_fd> native_event_fd::open(handle_value object) {
    return guarded([&] {
        if (is_pseudo(object)) fail(errc::invalid_handle, "a pseudo handle has no descriptor");
        const context& me = enter();
        const target t = look_up(me, object);
        check_waitable(t, object);
        const relay::served made = relay::open(me, t);
        native_event_fd opened;
        opened.fd_ = made.fd;
        opened.watch_ = made.watch;
        return opened;
    });
}

result<void> native_event_fd::rearm() {
    return guarded([&] {
        if (fd_ < 0 || !relay::rearm(enter(), {fd_, watch_}))
            fail(errc::invalid_handle, "no descriptor, or one made before fork");
    });
}

void native_event_fd::close() noexcept {
    if (fd_ >= 0) relay::close({fd_, watch_});
    fd_ = -1;
}

}  // namespace kobj
