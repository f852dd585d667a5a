#include "job.hpp"

// What the children of members are members of, what ends with the last handle, and jobs as attributes of a start.

using test::attribute_list;
using test::counts_of;
using test::is_in;
using test::owned;
using test::role_line;
using test::sleeper;

namespace {

HANDLE inheritable_job() {
    SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, TRUE};
    return CreateJobObjectW(&attributes, nullptr);
}

HANDLE handle_of(const test::role_args& args, std::size_t i) {
    return reinterpret_cast<HANDLE>(static_cast<ULONG_PTR>(args.number(i)));
}

std::wstring text_of(HANDLE handle) {
    return std::to_wstring(reinterpret_cast<ULONG_PTR>(handle));
}

/// Starts a child in these jobs and under this parent, as far as there are any.
struct extended_start {
    std::vector<HANDLE> jobs{};
    std::vector<HANDLE> parent{};
    std::wstring line = role_line("sleep_in_job");
    BOOL inherit = FALSE;
    DWORD flags = 0;

    bool operator()(test::child& made) {
        attribute_list list(2);
        if (!jobs.empty() && !list.set(PROC_THREAD_ATTRIBUTE_JOB_LIST, jobs)) return false;
        if (!parent.empty() && !list.set(PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, parent)) return false;
        STARTUPINFOEXW info{};
        info.StartupInfo.cb = sizeof info;
        info.lpAttributeList = list.get();
        return test::launch{.command_line = line,
                            .inherit = inherit,
                            .flags = flags | EXTENDED_STARTUPINFO_PRESENT,
                            .startup = &info.StartupInfo}(made);
    }
};

}  // namespace

// job, flags of a start: enters the job and starts a child. 0 to 3: bit 0 the child is in a job, bit 1 in this one;
// 100 and more: the error of the start.
ROLE(start_in_own_job) {
    const HANDLE job = handle_of(args, 0);
    if (!AssignProcessToJobObject(job, GetCurrentProcess())) return 99;
    test::child child;
    if (!test::launch{.command_line = role_line("sleep_in_job"), .flags = static_cast<DWORD>(args.number(1))}(child))
        return static_cast<int>(100 + GetLastError());
    const int answer = (is_in(child.info.hProcess, nullptr) ? 1 : 0) | (is_in(child.info.hProcess, job) ? 2 : 0);
    TerminateProcess(child.info.hProcess, 0);
    return answer;
}

TEST_CASE("Children of a process are in its job, unless they may break away", "[windows_h][job]") {
    const auto start = [](DWORD limits, DWORD flags, DWORD active = 0) {
        const owned job = inheritable_job();
        if (test::set_limits(job, limits, active) != 0) throw std::runtime_error("no limits");
        return test::run({.command_line = role_line("start_in_own_job", text_of(job) + L" " + std::to_wstring(flags)),
                          .inherit = TRUE});
    };
    CHECK(start(0, 0) == 3);
    CHECK(start(0, CREATE_BREAKAWAY_FROM_JOB) == 100 + ERROR_ACCESS_DENIED);
    CHECK(start(JOB_OBJECT_LIMIT_BREAKAWAY_OK, CREATE_BREAKAWAY_FROM_JOB) == 0);
    CHECK(start(JOB_OBJECT_LIMIT_BREAKAWAY_OK, 0) == 3);
    CHECK(start(JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, 0) == 0);
    if (test::on_wine()) return;  // has no limit
    CHECK(start(JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 0, 1) == 100 + ERROR_NOT_ENOUGH_QUOTA);
    CHECK(start(JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 0, 2) == 3);
}

TEST_CASE("A process that is in no job may ask to break away", "[windows_h][job]") {
    const sleeper child(CREATE_BREAKAWAY_FROM_JOB);
    CHECK(child.runs());
    CHECK_FALSE(is_in(child.process(), nullptr));
}

TEST_CASE("With its last handle a job ends its processes, if it is to", "[windows_h][job]") {
    const sleeper a;
    const sleeper b;
    const sleeper outside;
    {
        const owned job = CreateJobObjectW(nullptr, nullptr);
        REQUIRE(test::set_limits(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) == 0);
        REQUIRE(AssignProcessToJobObject(job, a.process()));
        REQUIRE(AssignProcessToJobObject(job, b.process()));
        HANDLE copy = nullptr;
        REQUIRE(DuplicateHandle(GetCurrentProcess(), job, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
        CloseHandle(copy);
        CHECK(a.runs());
    }
    CHECK(a.end() == 0);
    CHECK(b.end() == 0);
    CHECK(outside.runs());
}

TEST_CASE("With the last handle of an outer job the processes of the inner one end, too", "[windows_h][job]") {
    const owned inner = CreateJobObjectW(nullptr, nullptr);
    const sleeper a;
    {
        const owned outer = CreateJobObjectW(nullptr, nullptr);
        REQUIRE(test::set_limits(outer, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) == 0);
        REQUIRE(AssignProcessToJobObject(outer, a.process()));
        REQUIRE(AssignProcessToJobObject(inner, a.process()));
    }
    CHECK(a.end() == 0);
}

// An event to set when it is time: makes a job, puts the children of these ids into it, and is killed.
ROLE(hold_a_job) {
    const HANDLE job = CreateJobObjectW(nullptr, nullptr);
    if (test::set_limits(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) != 0) return 1;
    for (std::size_t i = 1; i < args.size(); ++i) {
        const owned member = OpenProcess(PROCESS_ALL_ACCESS, FALSE, static_cast<DWORD>(args.number(i)));
        if (!AssignProcessToJobObject(job, member)) return 2;
    }
    SetEvent(handle_of(args, 0));
    Sleep(120'000);
    return 3;
}

TEST_CASE("The last handle may be that of a process that is killed", "[windows_h][job]") {
    const sleeper a;
    const sleeper b;
    SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, TRUE};
    const owned ready = CreateEventW(&attributes, TRUE, FALSE, nullptr);
    test::child holder;
    REQUIRE(test::launch{
        .command_line = role_line("hold_a_job", text_of(ready) + L" " + std::to_wstring(a.info.dwProcessId) + L" " +
                                                    std::to_wstring(b.info.dwProcessId)),
        .inherit = TRUE}(holder));
    REQUIRE(WaitForSingleObject(ready, 60'000) == WAIT_OBJECT_0);
    CHECK(a.runs());
    TerminateProcess(holder.info.hProcess, 9);
    CHECK(a.end() == 0);
    CHECK(b.end() == 0);
}

TEST_CASE("A process can be started in a job", "[windows_h][job]") {
    const owned outer = CreateJobObjectW(nullptr, nullptr);
    const owned inner = CreateJobObjectW(nullptr, nullptr);
    test::child child;
    REQUIRE(extended_start{.jobs = {outer, inner}}(child));
    CHECK(is_in(child.info.hProcess, outer));
    CHECK(is_in(child.info.hProcess, inner));
    CHECK(TerminateJobObject(outer, 4));
    CHECK(child.end() == 4);
    if (test::on_wine()) return;  // has no limit
    test::child none;
    REQUIRE(test::set_limits(outer, JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 0) == 0);
    REFUSES((extended_start{.jobs = {outer}}(none)), ERROR_NOT_ENOUGH_QUOTA);
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    REFUSES((extended_start{.jobs = {event}}(none)), ERROR_INVALID_HANDLE);
}

// The process of this handle becomes the parent of one that waits on the next handle: a value of that process's table.
ROLE(wait_as_child) {
    return WaitForSingleObject(handle_of(args, 0), 60'000) == WAIT_OBJECT_0 ? 21 : 22;
}

TEST_CASE("A process can be started as the child of another one", "[windows_h][job]") {
    const owned job = CreateJobObjectW(nullptr, nullptr);
    const sleeper parent;
    REQUIRE(AssignProcessToJobObject(job, parent.process()));
    const owned event = CreateEventW(nullptr, TRUE, TRUE, nullptr);
    HANDLE theirs = nullptr;
    REQUIRE(DuplicateHandle(GetCurrentProcess(), event, parent.process(), &theirs, 0, TRUE, DUPLICATE_SAME_ACCESS));
    test::child child;
    REQUIRE(extended_start{
        .parent = {parent.process()}, .line = role_line("wait_as_child", text_of(theirs)), .inherit = TRUE}(child));
    if (!test::on_wine()) CHECK(is_in(child.info.hProcess, job));  // takes the caller's job
    CHECK(child.end() == 21);
    if (test::on_wine()) return;
    const owned weak = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, parent.info.dwProcessId);
    test::child none;
    REFUSES((extended_start{.parent = {weak}}(none)), ERROR_ACCESS_DENIED);
    REFUSES((extended_start{.parent = {event}}(none)), ERROR_INVALID_HANDLE);
    CHECK(TerminateJobObject(job, 1));
    CHECK(parent.end() == 1);
    REFUSES((extended_start{.parent = {parent.process()}}(none)), ERROR_INVALID_PARAMETER);
}
