#pragma once

#include "process.hpp"

/// Jobs, and processes that wait to be ended by them.
namespace test {

inline DWORD set_limits(HANDLE job, DWORD flags, DWORD active = 0) {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION wanted{};
    wanted.BasicLimitInformation.LimitFlags = flags;
    wanted.BasicLimitInformation.ActiveProcessLimit = active;
    return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &wanted, sizeof wanted) != FALSE
               ? 0
               : GetLastError();
}

inline JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts_of(HANDLE job) {
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION told{};
    if (!QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &told, sizeof told, nullptr))
        throw std::runtime_error("no counts: error " + std::to_string(GetLastError()));
    return told;
}

inline bool is_in(HANDLE process, HANDLE job) {
    BOOL answer = 2;
    if (!IsProcessInJob(process, job, &answer))
        throw std::runtime_error("IsProcessInJob: error " + std::to_string(GetLastError()));
    return answer != FALSE;
}

/// A child that sleeps until somebody ends it.
class sleeper : public child {
public:
    explicit sleeper(DWORD flags = 0, STARTUPINFOW* startup = nullptr) {
        if (!launch{.command_line = role_line("sleep_in_job"), .flags = flags, .startup = startup}(*this))
            throw std::runtime_error("no child: error " + std::to_string(GetLastError()));
    }
    ~sleeper() { TerminateProcess(info.hProcess, 0); }
    HANDLE process() const { return info.hProcess; }
    bool runs() const { return WaitForSingleObject(info.hProcess, 0) == WAIT_TIMEOUT; }
};

}  // namespace test
