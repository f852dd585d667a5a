#include "posix/dispatch/wait.hpp"

#include "common/object_type.hpp"
#include "posix/dispatch/readiness.hpp"
#include "posix/object/mutex.hpp"
#include "posix/os/relax.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/reap.hpp"

namespace kobj {

using namespace posix;

namespace {

/// How often a mutex that somebody holds is looked at again before the thread queues: a short section ends sooner.
constexpr int spins = 60;

[[gnu::noinline]] wait_status wait_longer(handle_value value, timeout limit) {
    const context& me = enter();
    const bool poll = !limit.is_infinite() && limit.nanoseconds() == 0;
    int spin = poll ? spins : 0;
    for (;;) {
        const target t = look_up(me, value);
        if (!can_be_waited_for(static_cast<u32>(t.type()))) [[unlikely]]
            fail(errc::invalid_handle, "handle {:#x} is a {}, which cannot be waited for", value.value(),
                 detail::type_name(t.type()));
        if ((t.access() & access::synchronize) == 0) [[unlikely]]
            fail_access(value, t.type(), "synchronize");
        if (t.type() == object_type::mutex) {
            switch (mutex_object::try_acquire(*t.object, t.seen, me)) {
                case mutex_object::taken::yes:
                    return wait_status::signaled;
                case mutex_object::taken::abandoned:
                    return wait_status::abandoned;
                case mutex_object::taken::too_often:
                    fail(errc::mutant_limit_exceeded, "the mutex of handle {:#x} is held {} times", value.value(),
                         mutex_object::most_acquisitions);
                case mutex_object::taken::look_again:
                    if ((t.seen & state::contended) == 0) continue;
                    break;
                case mutex_object::taken::no:
                    if (poll) return wait_status::timed_out;
                    if (spin++ < spins) {
                        os::relax();
                        continue;
                    }
                    break;
            }
        } else if (look_at(*t.object, me.owner) != readiness::no && t.is_still_there()) {
            // Processes and threads: once ended, always ended.
            return wait_status::signaled;
        }
        return wait_for(me, {&t, 1}, false, limit).status;
    }
}

}  // namespace

result<wait_status> wait(handle_value value, timeout limit) {
    return guarded([&] {
        // The quick case: a mutex that nobody else holds.
        const u32 epoch = attached_epoch->load(std::memory_order_acquire);
        if (epoch != 0 && epoch == tls.epoch) [[likely]] {
            const target t = peek(tls.me, value);
            if (t.object != nullptr && t.type() == object_type::mutex && (t.access() & access::synchronize) != 0)
                [[likely]] {
                switch (mutex_object::try_acquire(*t.object, t.seen, tls.me)) {
                    case mutex_object::taken::yes:
                        return wait_status::signaled;
                    case mutex_object::taken::abandoned:
                        return wait_status::abandoned;
                    default:
                        break;
                }
            }
        }
        return wait_longer(value, limit);
    });
}

}  // namespace kobj
