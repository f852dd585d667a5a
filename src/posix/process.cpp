#include <kobj/process.hpp>

#include <unistd.h>
#include <kobj/command_line.hpp>

#include <cerrno>
#include <cstdlib>

#include "posix/handle/rights.hpp"
#include "posix/handle/target.hpp"
#include "posix/os/exit_status.hpp"
#include "posix/os/proc.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reap.hpp"
#include "posix/process/start.hpp"

namespace kobj {

using namespace posix;

namespace {

/// A process object by process id, or 0. A running one first.
u32 find_process(transaction& tx, u32 id, u32 running) {
    arena& a = the_arena();
    if (running != 0 && a.process(running).id.get() == id &&
        a.process(running).state.get() != static_cast<u32>(process_state::free))
        return process_object_of(tx, running);
    if (a.header().ended_processes.get() == 0) return 0;
    const u32 high = a.header().high_object.get();
    for (u32 o = 1; o < high; ++o) {
        const object_record& object = a.object(o);
        const u64 seen = object.state.get();
        if (state::type(seen) == type_number(object_type::process) && (seen & state::ended) != 0 &&
            static_cast<u32>(object.extra.get() >> 32U) == id && object.handles.get() != 0)
            return o;
    }
    return 0;
}

u32 running_with_id(const context& me, u32 id) {
    arena& a = the_arena();
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p) {
        const auto state = process_state{a.process(p).state.get()};
        if (a.process(p).id.get() != id ||
            (state != process_state::foreign && state != process_state::attached && state != process_state::execed))
            continue;
        if (runs_or_is_settled(me, p)) return p;
    }
    return 0;
}

const target look_up_to_query(handle_value value) {
    const target t = look_up(enter(), value, object_type::process, 0);
    if ((t.access() & (access::process_query_information | access::process_query_limited_information)) == 0)
        fail_access(value, object_type::process, "the right to query");
    return t;
}

}  // namespace

result<process> process::start(const std::vector<std::string>& arguments, const process_options& options) {
    auto made = posix::start(arguments, options, {});
    if (!made) return std::move(made).error();
    process p{handle(made->process)};
    p.primary_ = thread(handle(made->thread));
    return p;
}

result<process> process::start_command_line(std::string_view text, const process_options& options) {
    start_details details;
    details.note.command_line = text;
    auto made = posix::start(split_command_line(text), options, details);
    if (!made) return std::move(made).error();
    process p{handle(made->process)};
    p.primary_ = thread(handle(made->thread));
    return p;
}

result<process> process::open(std::uint32_t id, const open_options& options) {
    return guarded([&] {
        const context& me = enter();
        const access_mask rights = granted(options.access, type);
        const u32 running = running_with_id(me, id);
        return process(handle(transact(me, [&](transaction& tx) {
            const u32 found = find_process(tx, id, running);
            if (found == 0) fail(errc::invalid_parameter, "there is no process {} in this session", id);
            return value_of(
                add_entry(tx, me.process, make_entry(the_arena().object(found), rights, options.inheritable)));
        })));
    });
}

std::uint32_t process::current_id() noexcept {
    return static_cast<std::uint32_t>(getpid());
}

std::string process::executable_path() {
    return os::executable_path();
}

void process::exit(std::uint32_t code) {
    // The handlers of exit see all 32 bits; detach() notes them.
    std::exit(static_cast<int>(code));
}

result<std::uint32_t> process::id() const {
    return guarded([&] {
        const target t = look_up_to_query(get());
        if (const u32 running = running_process(*t.object); running != 0)
            return std::uint32_t{the_arena().process(running).id.get()};
        return static_cast<std::uint32_t>(t.object->extra.get() >> 32U);
    });
}

result<std::uint32_t> process::exit_code() const {
    return guarded([&] {
        const target t = look_up_to_query(get());
        settle_if_ended(enter(), *t.object);
        return static_cast<std::uint32_t>(t.object->extra.get());
    });
}

result<void> process::terminate(std::uint32_t code) {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up(me, get(), type, access::process_terminate);
        settle_if_ended(me, *t.object);
        const u64 body = t.object->body.get();
        const u32 index = running_process(*t.object);
        const auto has_ended = [&] {
            fail(errc::access_denied, "the process of handle {:#x} has ended already", get().value());
        };
        if (index == 0) has_ended();
        process_record& record = the_arena().process(index);
        const auto pid = static_cast<pid_t>(record.id.get());
        const os::descriptor pidfd = os::open_pidfd(pid);
        const u64 start = record.start_time.get();
        if (!pidfd || os::has_ended(pidfd.get()) || (start != 0 && os::look_at_process(pid).start_time != start)) {
            settle_if_ended(me, *t.object);
            has_ended();
        }
        // The code comes first: whoever finds the process dead finds it there.
        const bool noted = transact(me, [&](transaction& tx) {
            if (t.object->body.get() != body) has_ended();
            if (record.exit_code.get() != 0) return false;
            tx.set(record.exit_code, code_of_condemned(code));
            return true;
        });
        if (index == me.process) _exit(static_cast<int>(code & 0xFF));
        if (const int error = os::kill_process(pidfd.get()); error != 0) {
            if (noted) record.exit_code.put(0);
            if (error == EPERM) fail(errc::access_denied, "process {} may not be killed by this user", pid);
            has_ended();
        }
    });
}

}  // namespace kobj
