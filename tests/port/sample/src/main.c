#include <windows.h>

#include <tchar.h>

static DWORD WINAPI Work(LPVOID parameter)
{
    SetEvent((HANDLE)parameter);
    Sleep(10);
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    BOOL (WINAPI *pSetThreadDescription)(HANDLE, PCWSTR);
    HANDLE done = CreateEvent(NULL, FALSE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, Work, done, 0, NULL);
    pSetThreadDescription = (void *)GetProcAddress(GetModuleHandle(_T("kernel32")), "SetThreadDescription");
    if (pSetThreadDescription) pSetThreadDescription(thread, L"worker");
    if (WaitForSingleObject(done, INFINITE) != WAIT_OBJECT_0)
        MessageBox(NULL, _T("The worker did not report."), argv[0], MB_OK);
    CloseHandle(thread);
    CloseHandle(done);
    return argc == 0;
}
