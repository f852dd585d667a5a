#include "posix/process/query.hpp"

#include <unistd.h>

#include "posix/handle/target.hpp"
#include "posix/os/priority.hpp"
#include "posix/os/proc.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix {

namespace {

constexpr u32 normal = 0x20;
constexpr u32 idle = 0x40;
constexpr u32 high = 0x80;
constexpr u32 realtime = 0x100;
constexpr u32 below_normal = 0x4000;
constexpr u32 above_normal = 0x8000;

target look_up_process(handle_value value, access_mask rights) {
    const target t = look_up(enter(), value, object_type::process, rights);
    constexpr access_mask query = access::process_query_information | access::process_query_limited_information;
    if (rights == 0 && (t.access() & query) == 0) fail_access(value, object_type::process, "the right to query");
    return t;
}

u32 running_id_of(const object_record& object) {
    settle_if_ended(enter(), object);
    const u32 running = running_process(object);
    return running == 0 ? 0 : the_arena().process(running).id.get();
}

account_record& account_of(const object_record& object) {
    const u32 index = object.account.get();
    if (index == 0) fail_corrupt("a process without an account");
    return the_arena().account(index);
}

}  // namespace

result<u32> running_id(handle_value process, access_mask rights) {
    return guarded([&] { return running_id_of(*look_up_process(process, rights).object); });
}

result<process_times> times_of(handle_value process) {
    return guarded([&] {
        const target t = look_up_process(process, 0);
        account_record& account = account_of(*t.object);
        const u32 id = running_id_of(*t.object);
        const os::used_times used =
            id == static_cast<u32>(getpid()) ? os::own_used_times() : os::look_at_process(static_cast<pid_t>(id)).used;
        // Behind the look: should it have ended meanwhile, the account has what is right.
        settle_if_ended(enter(), *t.object);
        process_times times{account.began.get(), account.ended.get()};
        times.kernel_time = used.kernel;
        times.user_time = used.user;
        if (times.ended != 0) {
            times.kernel_time = account.kernel_time.get();
            times.user_time = account.user_time.get();
        }
        return times;
    });
}

result<u32> priority_class_of(handle_value process) {
    return guarded([&] {
        const u32 chosen = account_of(*look_up_process(process, 0).object).priority_class.get();
        return chosen != 0 ? chosen : normal;
    });
}

result<void> set_priority_class(handle_value process, u32 number) {
    return guarded([&] {
        const target t = look_up_process(process, access::process_set_information);
        account_record& account = account_of(*t.object);
        transact(enter(), [&](transaction& tx) {
            if (!t.is_still_there()) fail_closed(process);
            tx.set(account.priority_class, number);
        });
        if (const u32 id = running_id_of(*t.object); id != 0) os::set_nice(static_cast<pid_t>(id), nice_of(number));
    });
}

u32 chosen_priority_class(u32 process) {
    const u32 object = the_arena().process(process).object.get();
    return object == 0 ? 0 : account_of(the_arena().object(object)).priority_class.get();
}

u32 inherited_priority_class(u32 chosen, u32 parents) noexcept {
    if (chosen != 0) return chosen;
    return parents == 0 || parents == idle || parents == below_normal ? parents : normal;
}

int nice_of(u32 priority_class) noexcept {
    switch (priority_class) {
        case idle:
            return 19;
        case below_normal:
            return 10;
        case above_normal:
            return -5;
        case high:
            return -10;
        case realtime:
            return -20;
        default:
            return 0;
    }
}

}  // namespace kobj::posix
