// A logger collects the standard error streams of many children. A thread reads each pipe; WaitForMultipleObjects tells
// which child has ended.

#include "win32.hpp"

#include <string>
#include <thread>
#include <vector>

namespace {

constexpr DWORD workers = 6;

// Complains as often as its number says, and ends; number 3 has to be killed.
int RunWorker(DWORD number) {
    for (DWORD i = 0; i < number; ++i) {
        const std::string text = "complaint " + std::to_string(i + 1) + "\n";
        DWORD done = 0;
        if (!WriteFile(GetStdHandle(STD_ERROR_HANDLE), text.data(), static_cast<DWORD>(text.size()), &done, nullptr))
            return 1;
    }
    if (number == 3) Sleep(INFINITE);
    return static_cast<int>(10 + number);
}

struct Worker {
    DWORD number = 0;
    Child child;
    Handle errors;  // the end of the pipe that is read here
    std::string log;
    std::thread reader;
};

void ReadErrors(Worker& worker) {
    char part[64];
    DWORD length = 0;
    while (ReadFile(worker.errors.Get(), part, sizeof part, &length, nullptr) && length != 0) {
        worker.log.append(part, length);
        // It will say no more.
        if (worker.number == 3 && worker.log.find("complaint 3\n") != std::string::npos)
            TerminateProcess(worker.child.process.Get(), 99);
    }
}

void StartWorker(Worker& worker) {
    SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, nullptr, TRUE};
    HANDLE reader = nullptr;
    HANDLE writer = nullptr;
    if (!CreatePipe(&reader, &writer, &inheritable, 0)) Fail("CreatePipe");
    worker.errors = Handle(reader);
    const Handle theirs(writer);
    SetHandleInformation(reader, HANDLE_FLAG_INHERIT, 0);
    STARTUPINFOW start = {};
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdError = writer;
    worker.child = StartSelf(std::to_wstring(worker.number), TRUE, 0, start);
    worker.reader = std::thread(ReadErrors, std::ref(worker));
}

}  // namespace

extern "C" int wmain(int argc, wchar_t** argv) {
    if (argc == 2) return RunWorker(static_cast<DWORD>(std::stoul(argv[1])));

    std::vector<Worker> all(workers);
    for (DWORD i = 0; i < workers; ++i) {
        all[i].number = i;
        StartWorker(all[i]);
    }

    std::vector<Worker*> running;
    for (Worker& worker : all) running.push_back(&worker);
    std::vector<unsigned> codes(workers);
    while (!running.empty()) {
        std::vector<HANDLE> handles;
        for (const Worker* worker : running) handles.push_back(worker->child.process.Get());
        const DWORD told = WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(), FALSE, INFINITE);
        if (told >= WAIT_OBJECT_0 + handles.size()) Fail("WaitForMultipleObjects");
        Worker& ended = *running[told - WAIT_OBJECT_0];
        codes[ended.number] = ended.child.ExitCode();
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(told - WAIT_OBJECT_0));
    }

    // The pipes have ended with their writers.
    for (Worker& worker : all) {
        worker.reader.join();
        std::printf("Worker %u ended with code %u and said:\n%s", static_cast<unsigned>(worker.number),
                    codes[worker.number], worker.log.c_str());
    }
    return 0;
}
