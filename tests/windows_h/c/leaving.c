// A program whose first thread leaves by itself. With an argument others go on, and the last one gives the exit code.

#include <windows.h>

static HANDLE first;

static DWORD WINAPI go_on(LPVOID unused) {
    DWORD code = 0;
    (void)unused;
    if (WaitForSingleObject(first, INFINITE) != WAIT_OBJECT_0) return 1;
    if (!GetExitCodeThread(first, &code) || code != 7) return 2;
    Sleep(20);
    return 0xABCD1234U;
}

int main(int argc, char** argv) {
    (void)argv;
    if (argc == 1) ExitThread(0x12345678);
    if (!DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &first, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return 3;
    // More than one, which end at the same time: none may take the other for one that stays.
    for (int i = 0; i < 8; ++i) {
        if (CreateThread(NULL, 0, go_on, NULL, 0, NULL) == NULL) return 4;
    }
    ExitThread(7);
}
