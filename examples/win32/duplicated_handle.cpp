// A worker is given a handle by its boss: DuplicateHandle puts it into the worker's table before the worker runs, with
// less rights than the boss's own has. The worker learns its value from a mailbox in shared memory.

#include "win32.hpp"

namespace {

struct Mailbox {
    ULONG_PTR semaphore;
    LONG countBefore;
    DWORD waitResult;
    DWORD waitError;
    BOOL closed;
};

Mailbox* Open(HANDLE mapping) {
    auto* const mailbox = static_cast<Mailbox*>(MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, sizeof(Mailbox)));
    if (mailbox == nullptr) Fail("MapViewOfFile");
    return mailbox;
}

int RunWorker(const wchar_t* mailboxName) {
    const Handle mapping(OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, mailboxName));
    if (!mapping) return 1;
    Mailbox* const mailbox = Open(mapping.Get());
    const HANDLE semaphore = reinterpret_cast<HANDLE>(mailbox->semaphore);
    if (!ReleaseSemaphore(semaphore, 3, &mailbox->countBefore)) return 2;
    // It may not wait: the boss did not give it the right.
    mailbox->waitResult = WaitForSingleObject(semaphore, 0);
    mailbox->waitError = GetLastError();
    mailbox->closed = CloseHandle(semaphore);
    UnmapViewOfFile(mailbox);
    return 0;
}

}  // namespace

extern "C" int wmain(int argc, wchar_t** argv) {
    if (argc == 2) return RunWorker(argv[1]);

    const std::wstring mailboxName = L"Local\\kobj example: mailbox " + std::to_wstring(GetCurrentProcessId());
    const Handle mapping(
        CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, sizeof(Mailbox), mailboxName.c_str()));
    const Handle semaphore(CreateSemaphoreW(nullptr, 1, 10, nullptr));
    if (!mapping || !semaphore) Fail("Creating the objects");
    Mailbox* const mailbox = Open(mapping.Get());

    // It inherits nothing, and does not run yet.
    const Child worker = StartSelf(L"\"" + mailboxName + L"\"", FALSE, CREATE_SUSPENDED);
    HANDLE workers = nullptr;
    if (!DuplicateHandle(GetCurrentProcess(), semaphore.Get(), worker.process.Get(), &workers, SEMAPHORE_MODIFY_STATE,
                         FALSE, 0))
        Fail("DuplicateHandle");
    mailbox->semaphore = reinterpret_cast<ULONG_PTR>(workers);
    std::printf("The worker has a handle to the semaphore, and is told its value.\n");
    if (ResumeThread(worker.thread.Get()) != 1) Fail("ResumeThread");

    std::printf("The worker ended with code %u.\n", static_cast<unsigned>(worker.ExitCode()));
    std::printf("It found the count %d and added 3.\n", static_cast<int>(mailbox->countBefore));
    std::printf("Its wait was refused: %s, error %u.\n", mailbox->waitResult == WAIT_FAILED ? "WAIT_FAILED" : "?",
                static_cast<unsigned>(mailbox->waitError));
    std::printf("It closed its handle: %s. The boss's is still good.\n", mailbox->closed ? "yes" : "no");
    int units = 0;
    while (WaitForSingleObject(semaphore.Get(), 0) == WAIT_OBJECT_0) ++units;
    std::printf("The boss takes %d units.\n", units);
    UnmapViewOfFile(mailbox);
    return 0;
}
