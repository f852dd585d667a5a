#include "posix/process/start.hpp"

#include <kobj/command_line.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "posix/handle/descriptors.hpp"
#include "posix/handle/table.hpp"
#include "posix/handle/target.hpp"
#include "posix/object/job.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/spawn.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/child_descriptors.hpp"
#include "posix/process/find_program.hpp"
#include "posix/process/inherit.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/query.hpp"
#include "posix/process/reap.hpp"
#include "posix/process/reaper.hpp"

namespace kobj::posix {

namespace {

void check_text(const std::string& text, const char* what) {
    if (text.find('\0') != std::string::npos) fail(errc::invalid_parameter, "{} has a NUL in it", what);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
}

std::vector<char*> own_environment() {
    std::vector<char*> list;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) list.push_back(*variable);
    list.push_back(nullptr);
    return list;
}

/// KOBJ_SESSION as it was when this process attached: a child with an environment of its own belongs to the same
/// session.
std::string& session_variable() {
    static std::string variable = [] {
        const char* session = secure_getenv("KOBJ_SESSION");
        return session == nullptr ? std::string() : text("KOBJ_SESSION={}", session);
    }();
    return variable;
}

os::spawn_request plan(const std::vector<std::string>& arguments, const process_options& options,
                       const start_details& details) {
    if (arguments.empty()) fail(errc::invalid_parameter, "there are no arguments, and so no program");
    for (const std::string& argument : arguments) check_text(argument, "an argument");
    os::spawn_request request;
    request.path = details.program.empty() ? find_program(arguments.front()) : details.program;
    request.arguments = pointers(arguments);
    if (options.environment) {
        for (const std::string& variable : *options.environment) {
            check_text(variable, "an environment variable");
            if (const std::size_t sign = variable.find('=');
                !details.any_environment && (sign == std::string::npos || sign == 0))
                fail(errc::invalid_parameter, "\"{}\" is not of the form NAME=value", variable);
        }
        request.environment = pointers(*options.environment);
        const bool told = std::any_of(options.environment->begin(), options.environment->end(),
                                      [](const std::string& v) { return v.starts_with("KOBJ_SESSION="); });
        if (std::string& session = session_variable(); !told && !session.empty())
            request.environment.insert(request.environment.end() - 1, session.data());
    } else {
        request.environment = own_environment();
    }
    check_text(options.working_directory, "the working directory");
    request.working_directory = options.working_directory;
    if (!request.working_directory.empty()) {
        struct stat facts {};
        if (stat(request.working_directory.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode))
            fail(errc::directory, "the working directory \"{}\" is no folder", request.working_directory);
        // A relative program is relative to the caller's folder, also when the child starts in another one.
        if (request.path.front() != '/') {
            char here[PATH_MAX];
            if (getcwd(here, sizeof here) != nullptr) request.path = text("{}/{}", here, request.path);
        }
    }
    request.suspended = options.suspended;
    request.group = details.group;
    return request;
}

/// From whom the child inherits.
struct origin {
    u32 process = 0;
    u32 generation = 0;
};

origin origin_of(const context& me, handle_value parent) {
    if (!parent || parent == current_process()) return {me.process, the_arena().process(me.process).generation.get()};
    const target t = look_up(me, parent, object_type::process, access::process_create_process);
    settle_if_ended(me, *t.object);
    const u64 body = t.object->body.get();
    if (running_process(*t.object) == 0 || body == 0)
        fail(errc::invalid_parameter, "the process of handle {:#x}, which was to be the parent, has ended",
             parent.value());
    return {static_cast<u32>(body), static_cast<u32>(body >> 32U)};
}

// Before the child runs, so that it cannot start anything outside of them.
void join_jobs(const context& me, const origin& from, u32 child, const process_options& options) {
    arena& a = the_arena();
    std::vector<u32> listed;
    for (const handle_value each : options.jobs)
        listed.push_back(a.index_of(*look_up(me, each, object_type::job, access::job_assign_process).object));
    if (a.process(from.process).job.get() == 0 && listed.empty()) return;
    // The dead are no members, where it matters.
    if (!listed.empty() ||
        transact(me, [&](transaction&) { return job_object::is_limited(a.process(from.process).job.get()); }))
        settle_all(me);
    const auto answer = transact(me, [&](transaction& tx) {
        using job_object::joining;
        const process_record& parent = a.process(from.process);
        const u32 parents = parent.generation.get() == from.generation ? parent.job.get() : 0;
        joining last = job_object::begin_in(tx, child, job_object::job_of_child(parents, options.break_away));
        for (std::size_t i = 0; i < listed.size(); ++i) {
            if (last != joining::joined && last != joining::is_member) break;
            look_up(me, options.jobs[i], object_type::job, 0);  // closed meanwhile?
            last = job_object::join(tx, child, listed[i]);
        }
        return last;
    });
    if (answer == job_object::joining::full) fail(errc::not_enough_quota, "a job has as many members as it may have");
    if (answer == job_object::joining::refused) fail(errc::access_denied, "jobs cannot be nested so");
}

/// The record of a child to be, given up again unless told otherwise.
class unborn {
public:
    explicit unborn(const context& me)
        : me_(me),
          index(transact(me, [](transaction& tx) { return make_process_record(tx); })),
          generation(the_arena().process(index).generation.get()) {}
    unborn(const unborn&) = delete;
    unborn& operator=(const unborn&) = delete;
    ~unborn() {
        if (!armed_) return;
        (void)guarded([&] {
            transact(me_, [&](transaction& tx) {
                for (const handle_value h : {process, thread}) {
                    if (h) remove_entry(tx, me_.process, static_cast<u32>(index_of(h)));
                }
            });
            settle_process(me_, index, generation, 0);
        });
    }
    void keep() noexcept { armed_ = false; }

private:
    const context& me_;
    bool armed_ = true;

public:
    const u32 index;
    const u32 generation;
    handle_value process{};
    handle_value thread{};
};

void make_handles(const context& me, unborn& child, const process_options& options, bool thread_inheritable,
                  u32 priority_class) {
    arena& a = the_arena();
    const auto made = transact(me, [&](transaction& tx) {
        process_record& record = a.process(child.index);
        object_record& process = a.object(process_object_of(tx, child.index));
        a.account(process.account.get()).priority_class.put(priority_class);
        const u32 thread_index = make_object(tx, type_number(object_type::thread), 0, still_active_code, 0);
        object_record& thread = a.object(thread_index);
        thread.witness.put(child.index);
        thread.suspended.put(options.suspended ? 1 : 0);
        add_reference(tx, thread);
        tx.set(record.primary_thread, thread_index);
        const u32 p = add_entry(tx, me.process, make_entry(process, access::process_all, options.inheritable));
        const u32 t = add_entry(tx, me.process, make_entry(thread, access::thread_all, thread_inheritable));
        return started{value_of(p), value_of(t)};
    });
    child.process = made.process;
    child.thread = made.thread;
}

// The child may have attached meanwhile, or be gone already.
void introduce(const context& me, const unborn& child, const origin& from, pid_t pid) {
    arena& a = the_arena();
    const u64 start = os::look_at_process(pid).start_time;
    transact(me, [&](transaction& tx) {
        process_record& record = a.process(child.index);
        if (record.generation.get() != child.generation) return;
        if (record.start_time.get() == 0) tx.set(record.start_time, start);
        tx.set(record.parent, from.process);
        if (record.state.get() == static_cast<u32>(process_state::building))
            tx.set(record.state, static_cast<u32>(process_state::foreign));
        const u64 running = u64{static_cast<u32>(pid)} << 32U | still_active_code;
        object_record& process = a.object(record.object.get());
        if (static_cast<u32>(process.extra.get() >> 32U) == 0) tx.set(process.extra, running);
        if (const u32 t = record.primary_thread.get(); t != 0) tx.set(a.object(t).extra, running);
    });
}

}  // namespace

started start_process(const context& me, const std::vector<std::string>& arguments, const process_options& options,
                      const start_details& details) {
    // The child would be in another session.
    the_arena().check_named();
    os::spawn_request request = plan(arguments, options, details);
    start_variable variable;
    if (!details.note.information.empty() ||
        (!details.note.command_line.empty() && details.note.command_line != join_command_line(arguments))) {
        // Only then: the environment that the caller gives stays as it is otherwise.
        variable = make_start_variable(details.note);
        request.environment.insert(request.environment.begin(), variable.text.data());
        request.stamp = variable.text.data() + variable.pid_at;
        request.stamp_digits = start_variable::pid_digits;
    }
    const origin from = origin_of(me, details.parent);
    const u32 own_class = chosen_priority_class(me.process);
    const u32 its_class = inherited_priority_class(details.priority_class, chosen_priority_class(from.process));
    if (its_class != own_class) request.nice = nice_of(its_class);
    make_room_for_process(me);
    unborn child(me);
    join_jobs(me, from, child.index, options);
    // What the child is to have is not closed meanwhile.
    std::unique_lock descriptors_stay(descriptors::gate());
    if (options.inherit == inherit::all) inherit_all(me, from.process, child.index);
    if (options.inherit == inherit::list) inherit_list(me, from.process, options.handles, child.index);
    if (the_arena().process(from.process).generation.get() != from.generation)
        fail(errc::invalid_parameter, "the process that was to be the parent has ended");
    if (from.process != me.process) descriptors::forget_all(me, child.index);
    make_handles(me, child, options, details.thread_inheritable, its_class);
    process_record& record = the_arena().process(child.index);
    request.id = &record.id.raw();
    request.generation = &record.generation.raw();
    request.expected_generation = child.generation;
    request.verdict = &record.exit_code.raw();
    child_descriptors streams;
    streams.give(me, child.index, details.streams, request);
    const os::spawn_answer answer = os::spawn(request);
    descriptors_stay.unlock();
    if (answer.pid == 0) {
        if (answer.in_directory)
            fail(errc::directory, "the working directory \"{}\": {}", options.working_directory,
                 std::strerror(answer.error));
        if (answer.in_suspending)
            fail(errc::not_supported, "{}: cannot be started suspended: {}", request.path, std::strerror(answer.error));
        fail_start(request.path, answer.error);
    }
    const auto give_up = [&] {
        kill(answer.pid, SIGKILL);
        while (waitpid(answer.pid, nullptr, 0) < 0 && errno == EINTR) {
        }
    };
    if (answer.error != 0) {
        give_up();
        fail(errc::not_supported, "{}: cannot be started suspended: {}", request.path, std::strerror(answer.error));
    }
    try {
        introduce(me, child, from, answer.pid);
        reaper::watch(child.index, child.generation, answer.pid, 0, true);
    } catch (...) {
        give_up();
        throw;
    }
    child.keep();
    return {child.process, child.thread, static_cast<u32>(answer.pid)};
}

result<started> start(const std::vector<std::string>& arguments, const process_options& options,
                      const start_details& details) {
    return guarded([&] { return start_process(enter(), arguments, options, details); });
}

}  // namespace kobj::posix
