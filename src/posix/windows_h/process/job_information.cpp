#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>

#include "posix/job_facts.hpp"
#include "posix/object/job.hpp"
#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

namespace job_object = kobj::posix::job_object;

namespace {

constexpr DWORD all_flags = 0xFFFF;

/// The size of what a class is about; 0 for one that there is not. Of the list it is the least.
DWORD size_of(JOBOBJECTINFOCLASS which) noexcept {
    switch (which) {
        case JobObjectBasicAccountingInformation:
            return sizeof(JOBOBJECT_BASIC_ACCOUNTING_INFORMATION);
        case JobObjectBasicLimitInformation:
            return sizeof(JOBOBJECT_BASIC_LIMIT_INFORMATION);
        case JobObjectBasicProcessIdList:
            return sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST);
        case JobObjectBasicAndIoAccountingInformation:
            return sizeof(JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION);
        case JobObjectExtendedLimitInformation:
            return sizeof(JOBOBJECT_EXTENDED_LIMIT_INFORMATION);
        case JobObjectBasicUIRestrictions:
            return sizeof(JOBOBJECT_BASIC_UI_RESTRICTIONS);
        case JobObjectEndOfJobTimeInformation:
            return sizeof(JOBOBJECT_END_OF_JOB_TIME_INFORMATION);
        default:
            return 0;
    }
}

bool is_known(JOBOBJECTINFOCLASS which) noexcept {
    return which >= JobObjectBasicAccountingInformation && which <= JobObjectCpuRateControlInformation;
}

LARGE_INTEGER ticks(std::chrono::nanoseconds span) noexcept {
    LARGE_INTEGER value;
    value.QuadPart = span.count() / 100;
    return value;
}

JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting(const kobj::job_counts& counts) noexcept {
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION told{};
    told.TotalUserTime = told.ThisPeriodTotalUserTime = ticks(counts.user_time);
    told.TotalKernelTime = told.ThisPeriodTotalKernelTime = ticks(counts.kernel_time);
    told.TotalProcesses = counts.total;
    told.ActiveProcesses = counts.active;
    told.TotalTerminatedProcesses = counts.terminated;
    return told;
}

JOBOBJECT_BASIC_LIMIT_INFORMATION limits(const kobj::detail::job_limit_words& words, DWORD shown) noexcept {
    JOBOBJECT_BASIC_LIMIT_INFORMATION told{};
    told.LimitFlags = words.flags & shown;
    if ((words.flags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS) != 0) told.ActiveProcessLimit = words.active;
    return told;
}

template <class T>
BOOL give(const T& told, void* to, DWORD* returned) noexcept {
    std::memcpy(to, &told, sizeof told);
    if (returned != nullptr) *returned = sizeof told;
    return TRUE;
}

BOOL give_list(const std::vector<std::uint32_t>& ids, void* to, DWORD room, DWORD* returned) noexcept {
    auto* const list = static_cast<JOBOBJECT_BASIC_PROCESS_ID_LIST*>(to);
    constexpr std::size_t head = offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList);
    const std::size_t count = std::min(ids.size(), (room - head) / sizeof(ULONG_PTR));
    list->NumberOfAssignedProcesses = static_cast<DWORD>(ids.size());
    list->NumberOfProcessIdsInList = static_cast<DWORD>(count);
    for (std::size_t i = 0; i < count; ++i) list->ProcessIdList[i] = ids[i];
    if (returned != nullptr) *returned = static_cast<DWORD>(head + count * sizeof(ULONG_PTR));
    return count == ids.size() ? TRUE : refuse(ERROR_MORE_DATA);
}

BOOL set_limits(HANDLE job, const JOBOBJECT_BASIC_LIMIT_INFORMATION& wanted, DWORD replaced, DWORD valid) noexcept {
    if ((wanted.LimitFlags & ~valid) != 0) return refuse(ERROR_INVALID_PARAMETER);
    if ((wanted.LimitFlags & ~job_object::supported_limits) != 0) return refuse(ERROR_NOT_SUPPORTED);
    return done(kobj::detail::set_job_limits(value_of(job), replaced & job_object::supported_limits,
                                             {wanted.LimitFlags, wanted.ActiveProcessLimit}));
}

}  // namespace

BOOL SetInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS which, LPVOID information, DWORD length) {
    if (!is_known(which)) return refuse(ERROR_INVALID_PARAMETER);
    if (which != JobObjectBasicLimitInformation && which != JobObjectExtendedLimitInformation)
        return refuse(ERROR_NOT_SUPPORTED);
    if (length != size_of(which)) return refuse(ERROR_BAD_LENGTH);
    if (information == nullptr) return refuse(ERROR_NOACCESS);
    if (which == JobObjectBasicLimitInformation)
        return set_limits(job, *static_cast<const JOBOBJECT_BASIC_LIMIT_INFORMATION*>(information),
                          JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS, JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS);
    return set_limits(job, static_cast<const JOBOBJECT_EXTENDED_LIMIT_INFORMATION*>(information)->BasicLimitInformation,
                      all_flags, all_flags);
}

BOOL QueryInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS which, LPVOID information, DWORD length,
                               LPDWORD returned) {
    if (!is_known(which)) return refuse(ERROR_INVALID_PARAMETER);
    const DWORD least = size_of(which);
    if (least == 0) return refuse(ERROR_NOT_SUPPORTED);
    if (length < least) return refuse(ERROR_BAD_LENGTH);
    if (information == nullptr) return refuse(ERROR_NOACCESS);
    const auto value = value_of(job);
    switch (which) {
        case JobObjectBasicAccountingInformation:
        case JobObjectBasicAndIoAccountingInformation: {
            const auto counts = kobj::detail::job_counts_of(value);
            if (!counts) return refuse(counts.error().value());
            if (which == JobObjectBasicAccountingInformation) return give(accounting(*counts), information, returned);
            return give(JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION{accounting(*counts), {}}, information, returned);
        }
        case JobObjectBasicProcessIdList: {
            const auto ids = kobj::detail::job_members(value);
            return ids ? give_list(*ids, information, length, returned) : refuse(ids.error().value());
        }
        default:
            break;
    }
    const auto words = kobj::detail::job_limits_of(value);
    if (!words) return refuse(words.error().value());
    switch (which) {
        case JobObjectBasicLimitInformation:
            return give(limits(*words, JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS), information, returned);
        case JobObjectExtendedLimitInformation: {
            JOBOBJECT_EXTENDED_LIMIT_INFORMATION told{};
            told.BasicLimitInformation = limits(*words, all_flags);
            return give(told, information, returned);
        }
        case JobObjectBasicUIRestrictions:
            return give(JOBOBJECT_BASIC_UI_RESTRICTIONS{JOB_OBJECT_UILIMIT_NONE}, information, returned);
        default:
            return give(JOBOBJECT_END_OF_JOB_TIME_INFORMATION{JOB_OBJECT_TERMINATE_AT_END_OF_JOB}, information,
                        returned);
    }
}
