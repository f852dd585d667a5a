#pragma once

#include <kobj/process.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kobj {

struct job_limits {
    /// With the last handle to the job, whoever had it and however it went, all members end. Without that they go on.
    bool kill_on_close = false;
    /// How many members there may be at a time. A process beyond that is not started.
    std::optional<std::uint32_t> active_processes{};
    /// A member may start a process that is no member: process_options::break_away.
    bool breakaway = false;
    /// What a member starts is no member, without being asked.
    bool silent_breakaway = false;
};

struct job_options {
    /// As mutex_options::name.
    std::string_view name{};
    bool inheritable = false;
    access_mask access = access::job_all;
    /// Of a new job; the one of that name keeps its own.
    job_limits limits{};
};

struct job_counts {
    std::uint32_t active = 0;      ///< members that run
    std::uint32_t total = 0;       ///< that have ever run, or were refused for a limit
    std::uint32_t terminated = 0;  ///< that were refused for a limit
    std::chrono::nanoseconds kernel_time{0};
    std::chrono::nanoseconds user_time{0};
};

/// A group of processes that can be ended together. What a member starts is a member, too. A process may be in several
/// jobs, each of which has a part of the members of the one around it.
///
/// To end children with their parent: a job with kill_on_close, of which only the parent has a handle.
/// https://learn.microsoft.com/windows/win32/procthread/job-objects
class KOBJ_API job : public basic_object<job, object_type::job> {
public:
    job() noexcept = default;
    explicit job(handle owned) noexcept : basic_object(std::move(owned)) {}

    /// Makes a job, or opens the one of that name; existed() tells which.
    /// Errors: as mutex::create; no_system_resources (1450) when nobody can be had to see to kill_on_close.
    /// https://learn.microsoft.com/windows/win32/api/jobapi2/nf-jobapi2-createjobobjectw
    static result<job> create(const job_options& options = {});
    /// Errors: as mutex::open.
    /// https://learn.microsoft.com/windows/win32/api/jobapi2/nf-jobapi2-openjobobjectw
    static result<job> open(std::string_view name, const open_options& options = {});

    /// Did create() find the object instead of making it? True after open().
    [[nodiscard]] bool existed() const noexcept { return existed_; }

    /// Makes a process that runs a member. What it has started before is none. A process in another job can become a
    /// member of one without members, which is then nested in the other, or of one that is nested in it already.
    /// Errors: access_denied (5) when the jobs cannot be nested so, the process has ended, or a handle does not grant
    /// access::job_assign_process, or access::process_set_quota and access::process_terminate; not_enough_quota (1816)
    /// when there are as many members as there may be: then the process is ended; invalid_handle (6).
    /// https://learn.microsoft.com/windows/win32/api/jobapi2/nf-jobapi2-assignprocesstojobobject
    result<void> assign(const process& member) { return assign(get(), member.get()); }
    static result<void> assign(handle_value job, handle_value process);

    /// Is the process a member, of this job or of one that is nested in it?
    /// Errors: invalid_handle (6); access_denied (5) without access::job_query, or a right to query the process.
    /// https://learn.microsoft.com/windows/win32/api/jobapi/nf-jobapi-isprocessinjob
    [[nodiscard]] result<bool> contains(const process& other) const;
    /// The null handle for the job: of any job?
    [[nodiscard]] static result<bool> contains(handle_value job, handle_value process);

    /// Ends all members with this code, also those of nested jobs, without a word to them. Does not wait for their
    /// ends. On POSIX also what programs without kobj among them have started, as far as it can be found.
    /// Errors: invalid_handle (6); access_denied (5) without access::job_terminate.
    /// https://learn.microsoft.com/windows/win32/api/jobapi2/nf-jobapi2-terminatejobobject
    result<void> terminate(std::uint32_t code) { return terminate(get(), code); }
    static result<void> terminate(handle_value value, std::uint32_t code);

    /// Replaces the limits. Members beyond a new one stay.
    /// Errors: invalid_handle (6); access_denied (5) without access::job_set_attributes; no_system_resources (1450).
    /// https://learn.microsoft.com/windows/win32/api/jobapi2/nf-jobapi2-setinformationjobobject
    result<void> set_limits(const job_limits& limits);
    /// Errors of these three: invalid_handle (6); access_denied (5) without access::job_query.
    /// https://learn.microsoft.com/windows/win32/api/jobapi2/nf-jobapi2-queryinformationjobobject
    [[nodiscard]] result<job_limits> limits() const;
    [[nodiscard]] result<job_counts> counts() const;
    /// The ids of all members, also of those of nested jobs.
    [[nodiscard]] result<std::vector<std::uint32_t>> process_ids() const;

private:
    bool existed_ = false;
};

}  // namespace kobj
