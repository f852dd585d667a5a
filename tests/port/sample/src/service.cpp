#include "gate.hpp"

#include <memory>
#include <string>

namespace {

constexpr const char* help = "CreateFile(...) opens; CloseHandle(...) closes";  // CreateProcess(...) is below

using Closer = BOOL(WINAPI*)(HANDLE);
struct Step {
    const char* name;
    Closer run;
};
const Step steps[] = {{"close", CloseHandle}, {"unlock", &ReleaseMutex}};

std::wstring ReadSetting(const wchar_t* name) {
    HKEY key = nullptr;
    wchar_t text[MAX_PATH];
    DWORD size = sizeof text;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"Software\\Sample", 0, KEY_READ, &key) != ERROR_SUCCESS) return {};
    const LSTATUS status = RegQueryValueExW(key, name, nullptr, nullptr, reinterpret_cast<BYTE*>(text), &size);
    RegCloseKey(key);
    return status == ERROR_SUCCESS ? text : L"";
}

}  // namespace

DWORD Run(const Gate& stop) {
    std::unique_ptr<void, decltype(&CloseHandle)> mutex(CreateMutexW(nullptr, FALSE, L"Local\\sample"), &CloseHandle);
    RETURN_IF(!mutex);
    HANDLE file = CreateFile(TEXT("sample.log"), GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS, 0, nullptr);
    RETURN_IF(file == INVALID_HANDLE_VALUE);
    const HANDLE both[] = {stop.Get(), mutex.get()};
    Beep(440, 100);
#ifdef WITH_TIMEOUT
    const DWORD told = WaitForMultipleObjects(2, both, FALSE, 1000);
#else
    const DWORD told = WaitForMultipleObjects(2, both, FALSE, INFINITE);
#endif
#if 0
    TerminateProcess(GetCurrentProcess(), 1);
#endif
    CloseHandle(file);
    stop.SetEvent();
    return told;
}
