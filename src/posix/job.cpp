#include <kobj/job.hpp>

#include "posix/handle/named.hpp"
#include "posix/job_facts.hpp"
#include "posix/object/job.hpp"
#include "posix/os/exit_status.hpp"
#include "posix/os/proc.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/job_end.hpp"
#include "posix/process/keeper.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reap.hpp"

namespace kobj {

using namespace posix;

namespace {

// The code of a process that a job could not take any more (STATUS_QUOTA_EXCEEDED).
constexpr u32 quota_exceeded = 0xC000'0044;

detail::job_limit_words words_of(const job_limits& limits) {
    detail::job_limit_words words;
    if (limits.kill_on_close) words.flags |= job_object::kill_on_close;
    if (limits.breakaway) words.flags |= job_object::breakaway_ok;
    if (limits.silent_breakaway) words.flags |= job_object::silent_breakaway_ok;
    if (limits.active_processes) {
        words.flags |= job_object::limit_active_process;
        words.active = *limits.active_processes;
    }
    return words;
}

target look_up_process(handle_value value, access_mask needed) {
    const target t = look_up(enter(), value, object_type::process, needed);
    constexpr access_mask query = access::process_query_information | access::process_query_limited_information;
    if (needed == 0 && (t.access() & query) == 0) fail_access(value, object_type::process, "the right to query");
    return t;
}

// Where the null handle would mean something else.
failure no_job() {
    return failure(errc::invalid_handle, "the null handle");
}

/// Calls `look` with the job's object, under the lock, after the dead have been settled.
template <class F>
auto look_at_job(handle_value value, F&& look) {
    const context& me = enter();
    target t;
    if (value) t = look_up(me, value, object_type::job, access::job_query);
    settle_all(me);
    return transact(me, [&](transaction&) {
        if (!value) {
            const u32 own = the_arena().process(me.process).job.get();
            if (own == 0) fail(errc::access_denied, "this process is in no job");
            return look(own);
        }
        if (!t.is_still_there()) fail_closed(value);
        return look(the_arena().index_of(*t.object));
    });
}

}  // namespace

namespace detail {

result<void> set_job_limits(handle_value value, u32 mask, const job_limit_words& limits) {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up(me, value, object_type::job, access::job_set_attributes);
        const auto set = [&](transaction& tx) {
            if (!t.is_still_there()) fail_closed(value);
            job_record& record = job_object::record_of(the_arena().index_of(*t.object));
            tx.set(record.limits, (record.limits.get() & ~mask) | (limits.flags & mask));
            if ((mask & job_object::limit_active_process) != 0) tx.set(record.active_limit, limits.active);
        };
        if ((limits.flags & mask & job_object::kill_on_close) != 0)
            keeper::change(me, set);
        else
            transact(me, set);
    });
}

result<job_limit_words> job_limits_of(handle_value value) {
    return guarded([&] {
        return look_at_job(value, [](u32 job) {
            const job_record& record = job_object::record_of(job);
            return job_limit_words{record.limits.get(), record.active_limit.get()};
        });
    });
}

result<job_counts> job_counts_of(handle_value value) {
    return guarded([&] {
        std::vector<u32> running;
        job_counts counts = look_at_job(value, [&](u32 job) {
            const job_record& record = job_object::record_of(job);
            job_counts now;
            now.active = job_object::count_members(job);
            now.total = record.total.get();
            now.terminated = record.terminated.get();
            now.kernel_time = std::chrono::nanoseconds(record.kernel_time.get());
            now.user_time = std::chrono::nanoseconds(record.user_time.get());
            running = job_object::ids_of_members(job);
            return now;
        });
        for (const u32 id : running) {
            const os::used_times used = os::look_at_process(static_cast<pid_t>(id)).used;
            counts.kernel_time += std::chrono::nanoseconds(used.kernel);
            counts.user_time += std::chrono::nanoseconds(used.user);
        }
        return counts;
    });
}

result<std::vector<std::uint32_t>> job_members(handle_value value) {
    return guarded([&] { return look_at_job(value, [](u32 job) { return job_object::ids_of_members(job); }); });
}

}  // namespace detail

result<job> job::create(const job_options& options) {
    auto made = guarded([&] {
        const new_handle found =
            create_object(enter(), key_to_create(options.name), type, options.access, options.inheritable,
                          [](transaction& tx) { return job_object::make(tx); });
        job j{handle(found.value)};
        j.existed_ = found.existed;
        return j;
    });
    const detail::job_limit_words words = words_of(options.limits);
    if (!made || made->existed_ || words.flags == 0) return made;
    if (auto set = detail::set_job_limits(made->get(), job_object::supported_limits, words); !set)
        return std::move(set).error();
    return made;
}

result<job> job::open(std::string_view name, const open_options& options) {
    return guarded([&] {
        job j{handle(open_named(enter(), name, type, options.access, options.inheritable))};
        j.existed_ = true;
        return j;
    });
}

result<void> job::assign(handle_value job_value, handle_value process_value) {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up(me, job_value, type, access::job_assign_process);
        const target p = look_up_process(process_value, access::process_set_quota | access::process_terminate);
        settle_all(me);
        const auto has_ended = [&] {
            fail(errc::access_denied, "the process of handle {:#x} has ended", process_value.value());
        };
        const auto answer = transact(me, [&](transaction& tx) {
            using job_object::joining;
            if (!t.is_still_there()) fail_closed(job_value);
            const u32 process = running_process(*p.object);
            if (process == 0) has_ended();
            process_record& record = the_arena().process(process);
            const auto joined = job_object::join(tx, process, the_arena().index_of(*t.object));
            if (joined == joining::full && record.exit_code.get() == 0)
                tx.set(record.exit_code, code_of_condemned(quota_exceeded));
            return joined;
        });
        if (answer == job_object::joining::refused)
            fail(errc::access_denied, "the process of handle {:#x} is in a job that the other one cannot be nested in",
                 process_value.value());
        if (answer == job_object::joining::full) {
            kill_process(me, *p.object);
            fail(errc::not_enough_quota, "the job of handle {:#x} has as many members as it may have",
                 job_value.value());
        }
        // It may have been asked to end all of them meanwhile.
        end_requested_jobs(me);
    });
}

result<bool> job::contains(handle_value job_value, handle_value process_value) {
    return guarded([&] {
        const context& me = enter();
        const target p = look_up_process(process_value, 0);
        target t;
        if (job_value) t = look_up(me, job_value, type, access::job_query);
        settle_if_ended(me, *p.object);
        return transact(me, [&](transaction&) {
            if (job_value && !t.is_still_there()) fail_closed(job_value);
            const u32 process = running_process(*p.object);
            if (process == 0) return false;
            return job_value ? job_object::has_member(the_arena().index_of(*t.object), process)
                             : the_arena().process(process).job.get() != 0;
        });
    });
}

result<void> job::terminate(handle_value value, std::uint32_t code) {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up(me, value, type, access::job_terminate);
        transact(me, [&](transaction& tx) {
            if (!t.is_still_there()) fail_closed(value);
            job_object::request_end(tx, the_arena().index_of(*t.object), code);
        });
        end_requested_jobs(me);
    });
}

result<void> job::set_limits(const job_limits& limits) {
    constexpr u32 all = job_object::supported_limits & ~job_object::die_on_unhandled_exception;
    return detail::set_job_limits(get(), all, words_of(limits));
}

result<bool> job::contains(const process& other) const {
    if (!get()) return no_job();
    return contains(get(), other.get());
}

result<job_limits> job::limits() const {
    if (!get()) return no_job();
    auto words = detail::job_limits_of(get());
    if (!words) return std::move(words).error();
    job_limits limits;
    limits.kill_on_close = (words->flags & job_object::kill_on_close) != 0;
    limits.breakaway = (words->flags & job_object::breakaway_ok) != 0;
    limits.silent_breakaway = (words->flags & job_object::silent_breakaway_ok) != 0;
    if ((words->flags & job_object::limit_active_process) != 0) limits.active_processes = words->active;
    return limits;
}

result<job_counts> job::counts() const {
    if (!get()) return no_job();
    return detail::job_counts_of(get());
}

result<std::vector<std::uint32_t>> job::process_ids() const {
    if (!get()) return no_job();
    return detail::job_members(get());
}

}  // namespace kobj
