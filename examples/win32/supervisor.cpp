// A supervisor waits for many children and an event to quit, with one call of WaitForMultipleObjects.

#include "win32.hpp"

#include <vector>

namespace {

constexpr DWORD workers = 8;

struct Worker {
    Handle finish;  // it has done its work
    Child child;
    DWORD number;
};

// Ends when its work is done, or when all are told to stop.
int RunWorker(HANDLE finish, HANDLE stop, int number) {
    const HANDLE either[] = {finish, stop};
    switch (WaitForMultipleObjects(2, either, FALSE, INFINITE)) {
        case WAIT_OBJECT_0:
            return 100 + number;
        case WAIT_OBJECT_0 + 1:
            return 200 + number;
        default:
            return 1;
    }
}

}  // namespace

extern "C" int wmain(int argc, wchar_t** argv) {
    if (argc == 4) return RunWorker(ToHandle(argv[1]), ToHandle(argv[2]), std::stoi(argv[3]));

    SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, nullptr, TRUE};
    const Handle stop(CreateEventW(&inheritable, TRUE, FALSE, nullptr));
    // Set by whoever wants the supervisor to end: a service's control handler, a handler of Ctrl+C.
    const Handle quit(CreateEventW(nullptr, TRUE, FALSE, nullptr));
    if (!stop || !quit) Fail("CreateEvent");

    std::vector<Worker> running;
    for (DWORD i = 0; i < workers; ++i) {
        Handle finish(CreateEventW(&inheritable, FALSE, FALSE, nullptr));
        if (!finish) Fail("CreateEvent");
        Child child = StartSelf(ToText(finish.Get()) + L" " + ToText(stop.Get()) + L" " + std::to_wstring(i), TRUE);
        running.push_back({std::move(finish), std::move(child), i});
    }
    std::printf("%u workers run.\n", static_cast<unsigned>(running.size()));

    // The order in which their work is done; then somebody wants the supervisor to quit.
    const DWORD done[] = {5, 0, 7};
    std::size_t next = 0;
    while (true) {
        if (next == sizeof done / sizeof *done) {
            SetEvent(quit.Get());
        } else {
            for (const Worker& worker : running)
                if (worker.number == done[next]) SetEvent(worker.finish.Get());
            ++next;
        }

        // Of several that are signaled the first is told: the event to quit has precedence.
        std::vector<HANDLE> handles = {quit.Get()};
        for (const Worker& worker : running) handles.push_back(worker.child.process.Get());
        const DWORD told = WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(), FALSE, INFINITE);
        if (told == WAIT_OBJECT_0) break;
        if (told >= WAIT_OBJECT_0 + handles.size()) Fail("WaitForMultipleObjects");

        const auto ended = running.begin() + static_cast<std::ptrdiff_t>(told - WAIT_OBJECT_0 - 1);
        std::printf("Worker %u ended with code %u.\n", static_cast<unsigned>(ended->number),
                    static_cast<unsigned>(ended->child.ExitCode()));
        running.erase(ended);
    }

    std::printf("Told to quit: %u workers are told to stop.\n", static_cast<unsigned>(running.size()));
    SetEvent(stop.Get());
    std::vector<HANDLE> handles;
    for (const Worker& worker : running) handles.push_back(worker.child.process.Get());
    if (WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(), TRUE, INFINITE) == WAIT_FAILED)
        Fail("WaitForMultipleObjects");
    for (const Worker& worker : running)
        std::printf("Worker %u ended with code %u.\n", static_cast<unsigned>(worker.number),
                    static_cast<unsigned>(worker.child.ExitCode()));
    return 0;
}
