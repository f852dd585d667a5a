#include "job.hpp"

#include <cstddef>
#include <cstring>

using test::counts_of;
using test::is_in;
using test::owned;
using test::sleeper;

ROLE(sleep_in_job) {
    (void)args;
    Sleep(120'000);
    return 3;
}

TEST_CASE("A job has a name as other objects have", "[windows_h][job]") {
    const std::wstring name = test::wide(test::unique_name("job"));
    const std::string narrow(name.begin(), name.end());
    const owned job = CreateJobObjectW(nullptr, name.c_str());
    REQUIRE(job != nullptr);
    CHECK(GetLastError() == 0);
    const owned again = CreateJobObjectA(nullptr, narrow.c_str());
    CHECK(GetLastError() == ERROR_ALREADY_EXISTS);
    CHECK(CompareObjectHandles(job, again));
    const owned opened = OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, name.c_str());
    CHECK(opened != nullptr);
    const owned opened_a = OpenJobObjectA(JOB_OBJECT_ALL_ACCESS, FALSE, narrow.c_str());
    CHECK(opened_a != nullptr);
    REFUSES(CreateEventW(nullptr, FALSE, FALSE, name.c_str()), ERROR_INVALID_HANDLE);
    const std::wstring other = test::wide(test::unique_name("no job"));
    const owned event = CreateEventW(nullptr, FALSE, FALSE, other.c_str());
    REFUSES(CreateJobObjectW(nullptr, other.c_str()), ERROR_INVALID_HANDLE);
    REFUSES(OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, other.c_str()), ERROR_INVALID_HANDLE);
    REFUSES(OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, L"there is none"), ERROR_FILE_NOT_FOUND);
    REFUSES(OpenJobObjectA(JOB_OBJECT_QUERY, FALSE, nullptr), ERROR_INVALID_PARAMETER);
}

TEST_CASE("What is no job, and rights that a handle does not have", "[windows_h][job]") {
    const std::wstring name = test::wide(test::unique_name("job"));
    const owned job = CreateJobObjectW(nullptr, name.c_str());
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    const HANDLE self = GetCurrentProcess();
    BOOL is_member = FALSE;
    REFUSES(AssignProcessToJobObject(nullptr, self), ERROR_INVALID_HANDLE);
    REFUSES(AssignProcessToJobObject(event, self), ERROR_INVALID_HANDLE);
    REFUSES(AssignProcessToJobObject(job, nullptr), ERROR_INVALID_HANDLE);
    REFUSES(AssignProcessToJobObject(job, event), ERROR_INVALID_HANDLE);
    REFUSES(TerminateJobObject(nullptr, 1), ERROR_INVALID_HANDLE);
    REFUSES(TerminateJobObject(event, 1), ERROR_INVALID_HANDLE);
    REFUSES(IsProcessInJob(self, event, &is_member), ERROR_INVALID_HANDLE);
    REFUSES(IsProcessInJob(event, job, &is_member), ERROR_INVALID_HANDLE);
    const sleeper child;
    const owned query = OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, name.c_str());
    REFUSES(AssignProcessToJobObject(query, child.process()), ERROR_ACCESS_DENIED);
    REFUSES(TerminateJobObject(query, 1), ERROR_ACCESS_DENIED);
    CHECK(test::set_limits(query, 0) == ERROR_ACCESS_DENIED);
    CHECK_FALSE(is_in(child.process(), query));
    const owned assign = OpenJobObjectW(JOB_OBJECT_ASSIGN_PROCESS, FALSE, name.c_str());
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts{};
    REFUSES(QueryInformationJobObject(assign, JobObjectBasicAccountingInformation, &counts, sizeof counts, nullptr),
            ERROR_ACCESS_DENIED);
    const owned weak = OpenProcess(PROCESS_TERMINATE, FALSE, child.info.dwProcessId);
    REFUSES(AssignProcessToJobObject(job, weak), ERROR_ACCESS_DENIED);
}

TEST_CASE("A job has the processes that were put into it, and ends them", "[windows_h][job]") {
    const owned job = CreateJobObjectW(nullptr, nullptr);
    const sleeper a;
    const sleeper b;
    const sleeper outside;
    CHECK_FALSE(is_in(a.process(), job));
    CHECK_FALSE(is_in(a.process(), nullptr));
    REQUIRE(AssignProcessToJobObject(job, a.process()));
    REQUIRE(AssignProcessToJobObject(job, b.process()));
    CHECK(AssignProcessToJobObject(job, b.process()));
    CHECK(is_in(a.process(), job));
    CHECK(is_in(a.process(), nullptr));
    CHECK_FALSE(is_in(outside.process(), job));
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts = counts_of(job);
    CHECK(counts.ActiveProcesses == 2);
    CHECK(counts.TotalProcesses == 2);
    CHECK(counts.TotalTerminatedProcesses == 0);
    CHECK(WaitForSingleObject(job, 0) == WAIT_TIMEOUT);
    REQUIRE(TerminateJobObject(job, 0x1234));
    CHECK(a.end() == 0x1234);
    CHECK(b.end() == 0x1234);
    CHECK(outside.runs());
    counts = counts_of(job);
    CHECK(counts.ActiveProcesses == 0);
    CHECK(counts.TotalProcesses == 2);
    // Of one that has ended.
    REFUSES(AssignProcessToJobObject(job, a.process()), ERROR_ACCESS_DENIED);
    // The job can be used further on.
    const sleeper c;
    REQUIRE(AssignProcessToJobObject(job, c.process()));
    CHECK(c.runs());
    CHECK(TerminateJobObject(job, 7));
    CHECK(c.end() == 7);
    CHECK(TerminateJobObject(job, 8));
}

TEST_CASE("A job without handles and limits lets its processes go on", "[windows_h][job]") {
    const std::wstring name = test::wide(test::unique_name("job"));
    const sleeper child;
    {
        const owned job = CreateJobObjectW(nullptr, name.c_str());
        REQUIRE(AssignProcessToJobObject(job, child.process()));
    }
    if (!test::on_wine())  // the name stays with the processes there
        REFUSES(OpenJobObjectW(JOB_OBJECT_QUERY, FALSE, name.c_str()), ERROR_FILE_NOT_FOUND);
    CHECK(is_in(child.process(), nullptr));
    CHECK(child.runs());
}

TEST_CASE("The list of a job's processes", "[windows_h][job]") {
    const owned job = CreateJobObjectW(nullptr, nullptr);
    const sleeper a;
    const sleeper b;
    REQUIRE(AssignProcessToJobObject(job, a.process()));
    REQUIRE(AssignProcessToJobObject(job, b.process()));
    alignas(8) char memory[64];
    auto* const list = reinterpret_cast<JOBOBJECT_BASIC_PROCESS_ID_LIST*>(memory);
    DWORD size = 0;
    const auto ask = [&](DWORD room) {
        std::memset(memory, 0x55, sizeof memory);
        size = 77;
        return QueryInformationJobObject(job, JobObjectBasicProcessIdList, list, room, &size);
    };
    REFUSES(ask(0), ERROR_BAD_LENGTH);
    REFUSES(ask(8), ERROR_BAD_LENGTH);
    CHECK(size == 77);
    REFUSES(ask(16), ERROR_MORE_DATA);
    CHECK(list->NumberOfAssignedProcesses == 2);
    CHECK(list->NumberOfProcessIdsInList == 1);
    CHECK(size == 16);
    REQUIRE(ask(sizeof memory));
    CHECK(list->NumberOfAssignedProcesses == 2);
    REQUIRE(list->NumberOfProcessIdsInList == 2);
    CHECK(size == 24);
    ULONG_PTR ids[2];
    std::memcpy(ids, memory + offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList), sizeof ids);
    const ULONG_PTR first = a.info.dwProcessId;
    const ULONG_PTR second = b.info.dwProcessId;
    CHECK(((ids[0] == first && ids[1] == second) || (ids[0] == second && ids[1] == first)));
}

TEST_CASE("What can be asked and set of a job, and how not", "[windows_h][job]") {
    const owned job = CreateJobObjectW(nullptr, nullptr);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION extended{};
    JOBOBJECT_BASIC_LIMIT_INFORMATION basic{};
    JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION both{};
    DWORD size = 0;
    CHECK(QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &extended, sizeof extended, &size));
    CHECK(size == sizeof extended);
    CHECK(extended.BasicLimitInformation.LimitFlags == 0);
    CHECK(QueryInformationJobObject(job, JobObjectBasicLimitInformation, &basic, sizeof basic, nullptr));
    if (!test::on_wine()) {  // has it not
        CHECK(QueryInformationJobObject(job, JobObjectBasicAndIoAccountingInformation, &both, sizeof both, &size));
        CHECK(size == sizeof both);
    }
    REFUSES(QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &extended, sizeof extended - 1, &size),
            ERROR_BAD_LENGTH);
    extended.BasicLimitInformation.LimitFlags = 0x80000000U;
    REFUSES(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &extended, sizeof extended),
            ERROR_INVALID_PARAMETER);
    // Of the extended limits.
    basic.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    REFUSES(SetInformationJobObject(job, JobObjectBasicLimitInformation, &basic, sizeof basic),
            ERROR_INVALID_PARAMETER);
    if (test::on_wine()) return;  // keeps no limits but two, and names another error for a wrong length
    extended.BasicLimitInformation.LimitFlags = 0;
    REFUSES(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &extended, sizeof extended - 1),
            ERROR_BAD_LENGTH);
    const DWORD flags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK |
                        JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION |
                        JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    CHECK(test::set_limits(job, flags, 5) == 0);
    CHECK(QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &extended, sizeof extended, nullptr));
    CHECK(extended.BasicLimitInformation.LimitFlags == flags);
    CHECK(extended.BasicLimitInformation.ActiveProcessLimit == 5);
    CHECK(QueryInformationJobObject(job, JobObjectBasicLimitInformation, &basic, sizeof basic, nullptr));
    CHECK(basic.LimitFlags == JOB_OBJECT_LIMIT_ACTIVE_PROCESS);
    CHECK(basic.ActiveProcessLimit == 5);
    CHECK(test::set_limits(job, 0) == 0);
    CHECK(QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &extended, sizeof extended, nullptr));
    CHECK(extended.BasicLimitInformation.LimitFlags == 0);
    // deviations.md: limits that cannot be had.
    if (!test::on_windows) CHECK(test::set_limits(job, JOB_OBJECT_LIMIT_PROCESS_MEMORY) == ERROR_NOT_SUPPORTED);
    REFUSES(QueryInformationJobObject(nullptr, JobObjectBasicLimitInformation, &basic, sizeof basic, nullptr),
            ERROR_ACCESS_DENIED);
}

TEST_CASE("Jobs are nested: a job has the processes of those within", "[windows_h][job]") {
    const owned outer = CreateJobObjectW(nullptr, nullptr);
    const owned inner = CreateJobObjectW(nullptr, nullptr);
    const owned innermost = CreateJobObjectW(nullptr, nullptr);
    const owned other = CreateJobObjectW(nullptr, nullptr);
    const sleeper a;
    const sleeper b;
    const sleeper c;
    for (const sleeper* each : {&a, &b, &c}) REQUIRE(AssignProcessToJobObject(outer, each->process()));
    for (const sleeper* each : {&b, &c}) REQUIRE(AssignProcessToJobObject(inner, each->process()));
    REQUIRE(AssignProcessToJobObject(innermost, c.process()));
    CHECK(is_in(c.process(), outer));
    CHECK(is_in(c.process(), inner));
    CHECK(is_in(c.process(), innermost));
    CHECK_FALSE(is_in(b.process(), innermost));
    CHECK(counts_of(outer).ActiveProcesses == 3);
    CHECK(counts_of(inner).ActiveProcesses == 2);
    CHECK(counts_of(innermost).ActiveProcesses == 1);
    // It is in there, but not directly.
    REFUSES(AssignProcessToJobObject(outer, c.process()), ERROR_ACCESS_DENIED);
    // Of two jobs neither of which has a part of the other's processes.
    const sleeper stranger;
    REQUIRE(AssignProcessToJobObject(other, stranger.process()));
    REFUSES(AssignProcessToJobObject(other, a.process()), ERROR_ACCESS_DENIED);
    if (!test::on_wine()) {  // lets an inner job have what the outer has not
        const sleeper loose;
        REFUSES(AssignProcessToJobObject(inner, loose.process()), ERROR_ACCESS_DENIED);
        CHECK(loose.runs());
    }
    REQUIRE(TerminateJobObject(inner, 5));
    CHECK(b.end() == 5);
    CHECK(c.end() == 5);
    CHECK(a.runs());
    REQUIRE(TerminateJobObject(outer, 6));
    CHECK(a.end() == 6);
    CHECK(stranger.runs());
    CHECK(counts_of(outer).TotalProcesses == 3);
}

TEST_CASE("A job may limit how many processes it has", "[windows_h][job]") {
    if (test::on_wine()) return;  // has no limit
    const owned job = CreateJobObjectW(nullptr, nullptr);
    REQUIRE(test::set_limits(job, JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 1) == 0);
    const sleeper a;
    const sleeper b;
    REQUIRE(AssignProcessToJobObject(job, a.process()));
    REFUSES(AssignProcessToJobObject(job, b.process()), ERROR_NOT_ENOUGH_QUOTA);
    // It is ended for that.
    CHECK(b.end() != STILL_ACTIVE);
    CHECK(a.runs());
    const auto counts = counts_of(job);
    CHECK(counts.ActiveProcesses == 1);
    CHECK(counts.TotalProcesses == 2);
    CHECK(counts.TotalTerminatedProcesses == 1);
    CHECK(TerminateJobObject(job, 1));
    CHECK(a.end() == 1);
    // There is room again.
    const sleeper c;
    CHECK(AssignProcessToJobObject(job, c.process()));
    CHECK(c.runs());
}
