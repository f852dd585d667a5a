// A program whose first function is wmain, linked by the C compiler.
#include <windows.h>

#include <wchar.h>

int wmain(int count, wchar_t* arguments[], wchar_t* environment[]) {
    if (count != 1 || wcsstr(arguments[0], L"consumer") == NULL || arguments[1] != NULL) return 1;
    return environment == NULL;
}
