#include <kobj/job.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "security.hpp"
#include "wide_name.hpp"

#include <cstddef>
#include <new>

namespace kobj {

using detail::last_error;
using detail::native;
using detail::number_text;

namespace {

constexpr DWORD offered_limits = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_ACTIVE_PROCESS |
                                 JOB_OBJECT_LIMIT_BREAKAWAY_OK | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;

failure no_job() {
    return failure(errc::invalid_handle, "the null handle");
}

result<JOBOBJECT_EXTENDED_LIMIT_INFORMATION> ask_limits(handle_value value) {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION found{};
    // Null would stand for the caller's own job.
    if (!value) return no_job();
    if (QueryInformationJobObject(native(value), JobObjectExtendedLimitInformation, &found, sizeof found, nullptr) == 0)
        return last_error({"the limits of the job of handle ", number_text(value)});
    return found;
}

}  // namespace

result<job> job::create(const job_options& options) {
    auto name = detail::wide_name::to_create(options.name);
    if (!name) return std::move(name).error();
    auto rights = detail::resolve_access(type, options.access);
    if (!rights) return std::move(rights).error();
    auto security = detail::attributes(options.inheritable);
    SetLastError(ERROR_SUCCESS);
    const HANDLE made = CreateJobObjectW(&security, name->c_str());
    if (made == nullptr) return last_error({"CreateJobObject of '", options.name, "'"});
    job created{handle(handle_value::from_native(made))};
    created.existed_ = GetLastError() == ERROR_ALREADY_EXISTS;
    const job_limits& wanted = options.limits;
    if (!created.existed_ &&
        (wanted.kill_on_close || wanted.active_processes || wanted.breakaway || wanted.silent_breakaway)) {
        if (auto set = created.set_limits(wanted); !set) return std::move(set).error();
    }
    if (*rights == access::job_all) return created;
    // There is no way to ask for less at once.
    auto reduced = created.duplicate({.access = *rights, .inheritable = options.inheritable});
    if (!reduced) return std::move(reduced).error();
    reduced->existed_ = created.existed_;
    return reduced;
}

result<job> job::open(std::string_view name, const open_options& options) {
    auto wide = detail::wide_name::to_open(name);
    if (!wide) return std::move(wide).error();
    if (auto rights = detail::resolve_access(type, options.access); !rights) return std::move(rights).error();
    const HANDLE opened = OpenJobObjectW(options.access, options.inheritable ? TRUE : FALSE, wide->c_str());
    if (opened == nullptr) return last_error({"OpenJobObject of '", name, "'"});
    job found{handle(handle_value::from_native(opened))};
    found.existed_ = true;
    return found;
}

result<void> job::assign(handle_value job, handle_value process) {
    if (AssignProcessToJobObject(native(job), native(process)) == 0)
        return last_error({"AssignProcessToJobObject of handle ", number_text(process)});
    return {};
}

result<bool> job::contains(const process& other) const {
    if (!get()) return no_job();
    return contains(get(), other.get());
}

result<bool> job::contains(handle_value job, handle_value process) {
    BOOL is_member = FALSE;
    if (IsProcessInJob(native(process), native(job), &is_member) == 0)
        return last_error({"IsProcessInJob of handle ", number_text(process)});
    return is_member != FALSE;
}

result<void> job::terminate(handle_value value, std::uint32_t code) {
    if (TerminateJobObject(native(value), code) == 0)
        return last_error({"TerminateJobObject of handle ", number_text(value)});
    return {};
}

result<void> job::set_limits(const job_limits& limits) {
    auto now = ask_limits(get());
    // Without the right to query nothing else can have been set by us.
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION wanted{};
    if (now) wanted = *now;
    DWORD& flags = wanted.BasicLimitInformation.LimitFlags;
    flags &= ~offered_limits;
    if (limits.kill_on_close) flags |= JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (limits.breakaway) flags |= JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    if (limits.silent_breakaway) flags |= JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    if (limits.active_processes) flags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    wanted.BasicLimitInformation.ActiveProcessLimit = limits.active_processes.value_or(0);
    if (SetInformationJobObject(native(get()), JobObjectExtendedLimitInformation, &wanted, sizeof wanted) == 0)
        return last_error({"SetInformationJobObject of handle ", number_text(get())});
    return {};
}

result<job_limits> job::limits() const {
    const auto found = ask_limits(get());
    if (!found) return found.error();
    const JOBOBJECT_BASIC_LIMIT_INFORMATION& basic = found->BasicLimitInformation;
    job_limits limits;
    limits.kill_on_close = (basic.LimitFlags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) != 0;
    limits.breakaway = (basic.LimitFlags & JOB_OBJECT_LIMIT_BREAKAWAY_OK) != 0;
    limits.silent_breakaway = (basic.LimitFlags & JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK) != 0;
    if ((basic.LimitFlags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS) != 0) limits.active_processes = basic.ActiveProcessLimit;
    return limits;
}

result<job_counts> job::counts() const {
    if (!get()) return no_job();
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION found{};
    if (QueryInformationJobObject(native(get()), JobObjectBasicAccountingInformation, &found, sizeof found, nullptr) ==
        0)
        return last_error({"the counts of the job of handle ", number_text(get())});
    job_counts counts;
    counts.active = found.ActiveProcesses;
    counts.total = found.TotalProcesses;
    counts.terminated = found.TotalTerminatedProcesses;
    counts.kernel_time = std::chrono::nanoseconds(found.TotalKernelTime.QuadPart * 100);
    counts.user_time = std::chrono::nanoseconds(found.TotalUserTime.QuadPart * 100);
    return counts;
}

result<std::vector<std::uint32_t>> job::process_ids() const try {
    if (!get()) return no_job();
    constexpr std::size_t head = offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList);
    for (std::size_t room = 64;; room *= 4) {
        std::vector<ULONG_PTR> memory(head / sizeof(ULONG_PTR) + room);
        auto* const list = reinterpret_cast<JOBOBJECT_BASIC_PROCESS_ID_LIST*>(memory.data());
        if (QueryInformationJobObject(native(get()), JobObjectBasicProcessIdList, list,
                                      static_cast<DWORD>(memory.size() * sizeof(ULONG_PTR)), nullptr) != 0) {
            const ULONG_PTR* const first = list->ProcessIdList;
            std::vector<std::uint32_t> ids;
            for (DWORD i = 0; i < list->NumberOfProcessIdsInList; ++i)
                ids.push_back(static_cast<std::uint32_t>(first[i]));
            return ids;
        }
        if (GetLastError() != ERROR_MORE_DATA)
            return last_error({"the members of the job of handle ", number_text(get())});
    }
} catch (const std::bad_alloc&) {
    return errc::not_enough_memory;
}

}  // namespace kobj
