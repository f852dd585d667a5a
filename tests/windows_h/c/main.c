// <windows.h> in C, for either kind of characters.
#include <windows.h>

#include <tchar.h>

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
    return 0;
}
