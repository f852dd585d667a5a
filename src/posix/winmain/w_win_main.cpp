#include "posix/winmain/entry.hpp"

extern "C" int wmain(int count, wchar_t** texts, wchar_t** variables);

namespace {

// The program has these as long as it runs.
wchar_t** arguments = nullptr;
wchar_t** environment = nullptr;

// Without memory for them it cannot begin.
void* take(SIZE_T size) noexcept {
    void* const block = HeapAlloc(GetProcessHeap(), 0, size);
    if (block == nullptr) ExitProcess(ERROR_NOT_ENOUGH_MEMORY);
    return block;
}

wchar_t** take_pointers(int count) noexcept {
    return static_cast<wchar_t**>(take((static_cast<SIZE_T>(count) + 1) * sizeof(wchar_t*)));
}

wchar_t** wide_arguments() noexcept {
    const int count = kobj::winmain::argument_count;
    wchar_t** const texts = take_pointers(count);
    for (int i = 0; i < count; ++i) {
        const char* const text = kobj::winmain::arguments[i];
        const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, nullptr, 0);
        texts[i] = static_cast<wchar_t*>(take(static_cast<SIZE_T>(size) * sizeof(wchar_t)));
        MultiByteToWideChar(CP_UTF8, 0, text, -1, texts[i], size);
    }
    texts[count] = nullptr;
    return texts;
}

wchar_t** wide_environment() noexcept {
    wchar_t* const block = GetEnvironmentStringsW();
    if (block == nullptr) ExitProcess(ERROR_NOT_ENOUGH_MEMORY);
    int count = 0;
    for (const wchar_t* text = block; *text != 0; text += lstrlenW(text) + 1) ++count;
    wchar_t** const texts = take_pointers(count);
    int i = 0;
    for (wchar_t* text = block; *text != 0; text += lstrlenW(text) + 1) texts[i++] = text;
    texts[i] = nullptr;
    return texts;
}

}  // namespace

int wWinMain(HINSTANCE, HINSTANCE, LPWSTR, int) {
    arguments = wide_arguments();
    environment = wide_environment();
    return wmain(kobj::winmain::argument_count, arguments, environment);
}
