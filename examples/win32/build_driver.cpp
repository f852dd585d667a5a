// A build driver: what it starts, and what that starts, ends with the driver, however the driver ends.

#include "win32.hpp"

#include <vector>

namespace {

// Would run for long.
int RunCompiler() {
    Sleep(60'000);
    return 0;
}

// Starts compilers in a job, tells their ids, and dies without a word to them.
int RunDriver(HANDLE mapping, HANDLE ready) {
    auto* const ids = static_cast<DWORD*>(MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0));
    if (ids == nullptr) Fail("MapViewOfFile");
    const Handle job(CreateJobObjectW(nullptr, nullptr));
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (!SetInformationJobObject(job.Get(), JobObjectExtendedLimitInformation, &limits, sizeof limits))
        Fail("SetInformationJobObject");
    std::vector<Child> compilers;
    for (int i = 0; i < 3; ++i) {
        compilers.push_back(StartSelf(L"compile", FALSE));
        if (!AssignProcessToJobObject(job.Get(), compilers.back().process.Get())) Fail("AssignProcessToJobObject");
        ids[i] = GetProcessId(compilers.back().process.Get());
    }
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts{};
    if (!QueryInformationJobObject(job.Get(), JobObjectBasicAccountingInformation, &counts, sizeof counts, nullptr))
        Fail("QueryInformationJobObject");
    ids[3] = counts.ActiveProcesses;
    SetEvent(ready);
    Sleep(60'000);
    return 0;
}

}  // namespace

extern "C" int wmain(int argc, wchar_t** argv) {
    if (argc == 2) return RunCompiler();
    if (argc == 3) return RunDriver(ToHandle(argv[1]), ToHandle(argv[2]));

    SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, nullptr, TRUE};
    const Handle mapping(
        CreateFileMappingW(INVALID_HANDLE_VALUE, &inheritable, PAGE_READWRITE, 0, 4 * sizeof(DWORD), nullptr));
    const Handle ready(CreateEventW(&inheritable, TRUE, FALSE, nullptr));
    if (!mapping || !ready) Fail("CreateFileMapping or CreateEvent");
    const auto* const ids = static_cast<const DWORD*>(MapViewOfFile(mapping.Get(), FILE_MAP_READ, 0, 0, 0));
    if (ids == nullptr) Fail("MapViewOfFile");
    const Child driver = StartSelf(ToText(mapping.Get()) + L" " + ToText(ready.Get()), TRUE);
    if (WaitForSingleObject(ready.Get(), INFINITE) != WAIT_OBJECT_0) Fail("WaitForSingleObject");
    std::printf("The job has %u compilers.\n", static_cast<unsigned>(ids[3]));
    std::vector<Handle> compilers;
    for (int i = 0; i < 3; ++i) {
        compilers.emplace_back(OpenProcess(SYNCHRONIZE, FALSE, ids[i]));
        if (!compilers.back()) Fail("OpenProcess");
        const bool runs = WaitForSingleObject(compilers.back().Get(), 0) == WAIT_TIMEOUT;
        std::printf("Compiler %d %s.\n", i + 1, runs ? "runs" : "has ended");
    }
    if (!TerminateProcess(driver.process.Get(), 9)) Fail("TerminateProcess");
    std::printf("The driver was killed: exit code %u.\n", static_cast<unsigned>(driver.ExitCode()));
    for (std::size_t i = 0; i < compilers.size(); ++i) {
        if (WaitForSingleObject(compilers[i].Get(), 30'000) != WAIT_OBJECT_0) Fail("WaitForSingleObject");
        std::printf("Compiler %u has ended.\n", static_cast<unsigned>(i + 1));
    }
    return 0;
}
