// A program whose threads others terminate. It has no thread of the harness; left alone it ends by itself.
//   two MUTEX EVENT PIPE     its first thread waits for the event, the other one owns the mutex and computes
//   turns MUTEX SEMAPHORE    its only thread takes the mutex again and again, and counts in the semaphore

#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { patience = 60000, too_late = 98 };

static HANDLE mutex;
static HANDLE ready;
static volatile LONG rounds;

static DWORD WINAPI own_and_compute(LPVOID unused) {
    const ULONGLONG end = GetTickCount64() + patience;
    (void)unused;
    if (WaitForSingleObject(mutex, INFINITE) != WAIT_OBJECT_0 || !SetEvent(ready)) return 1;
    while (GetTickCount64() < end) InterlockedIncrement(&rounds);
    ExitProcess(too_late);
}

static int two_threads(HANDLE event, HANDLE told) {
    DWORD ids[2];
    DWORD written = 0;
    ids[0] = GetCurrentThreadId();
    ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (CreateThread(NULL, 0, own_and_compute, NULL, 0, &ids[1]) == NULL) return 2;
    if (WaitForSingleObject(ready, patience) != WAIT_OBJECT_0) return 3;
    if (!WriteFile(told, ids, sizeof ids, &written, NULL)) return 4;
    ExitProcess(WaitForSingleObject(event, patience) == WAIT_OBJECT_0 ? 66 : too_late);
}

static int take_turns(HANDLE turns) {
    const ULONGLONG end = GetTickCount64() + patience;
    while (GetTickCount64() < end) {
        const DWORD got = WaitForSingleObject(mutex, patience);
        if (got != WAIT_OBJECT_0 && got != WAIT_ABANDONED) return 2;
        if (!ReleaseSemaphore(turns, 1, NULL) || !ReleaseMutex(mutex)) return 3;
    }
    return too_late;
}

static HANDLE handle(const char* text) {
    return (HANDLE)(ULONG_PTR)strtoull(text, NULL, 0);
}

int main(int argc, char** argv) {
    if (argc < 4) return 1;
    mutex = handle(argv[2]);
    if (strcmp(argv[1], "turns") == 0) return take_turns(handle(argv[3]));
    return argc < 5 ? 1 : two_threads(handle(argv[3]), handle(argv[4]));
}
