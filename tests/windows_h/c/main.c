// <windows.h> in C, for either kind of characters.
#include <windows.h>

#include <process.h>
#include <tchar.h>

static void CALLBACK set_seven(ULONG_PTR place) {
    *(DWORD*)place = 7;
}
static void CALLBACK set_eight(LPVOID place, DWORD low, DWORD high) {
    *(DWORD*)place = low != 0 || high != 0 ? 8 : 0;
}
static unsigned __stdcall give_nine(void* unused) {
    (void)unused;
    return 9;
}

int main(void) {
    const TCHAR* const name = TEXT("kobj-windows-h-c");
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, NULL, TRUE};
    LARGE_INTEGER due;
    TCHAR text[200];
    DWORD flags = 0;
    HANDLE both[2];
    both[0] = CreateMutex(&attributes, FALSE, name);
    both[1] = CreateWaitableTimer(NULL, TRUE, NULL);
    if (both[0] == NULL || both[1] == NULL || both[0] == INVALID_HANDLE_VALUE) return 1;
    if (!GetHandleInformation(both[0], &flags) || flags != HANDLE_FLAG_INHERIT) return 2;
    due.QuadPart = -1;
    if (!SetWaitableTimer(both[1], &due, 0, NULL, NULL, FALSE)) return 3;
    if (WaitForMultipleObjects(2, both, TRUE, INFINITE) != WAIT_OBJECT_0) return 4;
    if (!ReleaseMutex(both[0])) return 5;
    if (!CloseHandle(both[0]) || !CloseHandle(both[1])) return 6;
    if (OpenMutex(SYNCHRONIZE, FALSE, name) != NULL || GetLastError() != ERROR_FILE_NOT_FOUND) return 7;
    if (FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, ERROR_FILE_NOT_FOUND, 0, text,
                      200, NULL) != _tcslen(text))
        return 8;
    if (QueueUserAPC(set_seven, GetCurrentThread(), (ULONG_PTR)&flags) == 0) return 9;
    if (SleepEx(INFINITE, TRUE) != WAIT_IO_COMPLETION || flags != 7) return 10;
    both[0] = CreateWaitableTimer(NULL, FALSE, NULL);
    if (!SetWaitableTimer(both[0], &due, 0, set_eight, &flags, FALSE)) return 11;
    if (SleepEx(INFINITE, TRUE) != WAIT_IO_COMPLETION || flags != 8) return 12;
    both[1] = (HANDLE)_beginthreadex(NULL, 0, give_nine, NULL, 0, NULL);
    if (both[1] == NULL || WaitForSingleObject(both[1], INFINITE) != WAIT_OBJECT_0) return 13;
    if (!GetExitCodeThread(both[1], &flags) || flags != 9) return 14;
    if (!CloseHandle(both[0]) || !CloseHandle(both[1])) return 15;
    return 0;
}
