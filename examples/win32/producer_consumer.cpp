// Producers and consumers with a ring of few places between them: one semaphore counts the places that are free, one
// those that are filled, and a mutex guards the ring. The producers are threads of this program, the consumers
// processes; to the semaphores it is all the same.

#include "win32.hpp"

namespace {

constexpr LONG places = 4;
constexpr LONG producers = 2;
constexpr LONG consumers = 3;
constexpr LONG numbersEach = 500;
constexpr LONG end = -1;

struct Ring {
    LONG numbers[places];
    LONG writeAt;
    LONG readAt;
};

struct Channel {
    HANDLE free;
    HANDLE filled;
    HANDLE mutex;
    Ring* ring;

    void Put(LONG number) const {
        WaitForSingleObject(free, INFINITE);
        WaitForSingleObject(mutex, INFINITE);
        ring->numbers[ring->writeAt++ % places] = number;
        ReleaseMutex(mutex);
        ReleaseSemaphore(filled, 1, nullptr);
    }

    LONG Take() const {
        WaitForSingleObject(filled, INFINITE);
        WaitForSingleObject(mutex, INFINITE);
        const LONG number = ring->numbers[ring->readAt++ % places];
        ReleaseMutex(mutex);
        ReleaseSemaphore(free, 1, nullptr);
        return number;
    }
};

Ring* Map(HANDLE mapping) {
    auto* const ring = static_cast<Ring*>(MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, sizeof(Ring)));
    if (ring == nullptr) Fail("MapViewOfFile");
    return ring;
}

// Gives the sum of what it took as its exit code.
int RunConsumer(wchar_t** handles) {
    const Channel channel = {ToHandle(handles[0]), ToHandle(handles[1]), ToHandle(handles[2]),
                             Map(ToHandle(handles[3]))};
    LONG sum = 0;
    for (LONG number = channel.Take(); number != end; number = channel.Take()) sum += number;
    return static_cast<int>(sum);
}

DWORD WINAPI RunProducer(LPVOID channel) {
    for (LONG number = 1; number <= numbersEach; ++number) static_cast<Channel*>(channel)->Put(number);
    return 0;
}

}  // namespace

extern "C" int wmain(int argc, wchar_t** argv) {
    if (argc == 5) return RunConsumer(argv + 1);

    SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, nullptr, TRUE};
    const Handle free(CreateSemaphoreW(&inheritable, places, places, nullptr));
    const Handle filled(CreateSemaphoreW(&inheritable, 0, places, nullptr));
    const Handle mutex(CreateMutexW(&inheritable, FALSE, nullptr));
    const Handle mapping(
        CreateFileMappingW(INVALID_HANDLE_VALUE, &inheritable, PAGE_READWRITE, 0, sizeof(Ring), nullptr));
    if (!free || !filled || !mutex || !mapping) Fail("Creating the objects");
    Channel channel = {free.Get(), filled.Get(), mutex.Get(), Map(mapping.Get())};

    const std::wstring handles =
        ToText(free.Get()) + L" " + ToText(filled.Get()) + L" " + ToText(mutex.Get()) + L" " + ToText(mapping.Get());
    Child started[consumers];
    for (Child& consumer : started) consumer = StartSelf(handles, TRUE);

    HANDLE threads[producers];
    for (HANDLE& thread : threads) {
        thread = CreateThread(nullptr, 0, RunProducer, &channel, 0, nullptr);
        if (thread == nullptr) Fail("CreateThread");
    }
    if (WaitForMultipleObjects(producers, threads, TRUE, INFINITE) != WAIT_OBJECT_0) Fail("WaitForMultipleObjects");
    for (HANDLE thread : threads) CloseHandle(thread);
    std::printf("%d producers are done with %d numbers each.\n", static_cast<int>(producers),
                static_cast<int>(numbersEach));

    // One end for each consumer.
    for (LONG i = 0; i < consumers; ++i) channel.Put(end);
    DWORD sum = 0;
    for (const Child& consumer : started) sum += consumer.ExitCode();
    std::printf("The consumers took %u in all; the producers made %d.\n", static_cast<unsigned>(sum),
                static_cast<int>(producers * numbersEach * (numbersEach + 1) / 2));
    UnmapViewOfFile(channel.ring);
    return 0;
}
