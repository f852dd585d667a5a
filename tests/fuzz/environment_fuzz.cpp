#include "argument.hpp"
#include "own_session.hpp"

#include <windows.h>

#include <algorithm>
#include <memory>

// Environment blocks, and variables with buffers of any size: nothing is stored behind the end of a buffer.

namespace {

// As a block that ends as it should. No program is started: the file is none.
template <class Char>
void start_with(std::basic_string<Char> block, bool as_far_as_exec) {
    block.append(2, Char{0});
    const char* const path = as_far_as_exec ? "/etc/passwd" : "/no/such/program";
    STARTUPINFOA info{};
    info.cb = sizeof info;
    PROCESS_INFORMATION made{};
    const DWORD flags = sizeof(Char) == 1 ? 0 : CREATE_UNICODE_ENVIRONMENT;
    HOLD(!CreateProcessA(path, nullptr, nullptr, nullptr, FALSE, flags, block.data(), nullptr, &info, &made));
    HOLD(made.hProcess == nullptr && made.hThread == nullptr);
}

// `fill` gets a buffer and its size, and says how much there is.
template <class Fill>
void fill_exactly(DWORD room, Fill fill) {
    const std::unique_ptr<wchar_t[]> buffer(new wchar_t[room]);
    (void)fill(buffer.get(), room);
}

}  // namespace

int LLVMFuzzerInitialize(int*, char*** argv) {
    fuzz::enter_own_session(*argv);
    return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size < 2) return 0;
    const std::uint8_t how = bytes[0];
    const DWORD room = bytes[1];
    const std::span<const std::uint8_t> rest(bytes + 2, size - 2);
    if (how % 4 == 0) {
        start_with(std::string(rest.begin(), rest.end()), how % 32 == 0);
    } else if (how % 4 == 1) {
        std::wstring block;
        for (const std::uint8_t each : rest) block += static_cast<wchar_t>(each < 0x80 ? each : each << 8U);
        start_with(block, how % 32 == 1);
    } else if (how % 4 == 2) {
        const std::wstring text = fuzz::wide_text(rest);
        fill_exactly(room, [&](wchar_t* to, DWORD n) { return ExpandEnvironmentStringsW(text.c_str(), to, n); });
        fill_exactly(room, [&](wchar_t* to, DWORD n) { return GetEnvironmentVariableW(text.c_str(), to, n); });
        const std::string narrow = fuzz::narrow_text(rest);
        const std::unique_ptr<char[]> buffer(new char[room]);
        (void)ExpandEnvironmentStringsA(narrow.c_str(), buffer.get(), room);
        (void)GetEnvironmentVariableA(narrow.c_str(), buffer.get(), room);
    } else {
        const std::wstring text = fuzz::wide_text(rest.subspan(0, std::min<std::size_t>(rest.size(), 32)));
        const std::size_t sign = text.find(L'\n');
        const std::wstring name = text.substr(0, sign);
        const std::wstring value = sign == std::wstring::npos ? std::wstring() : text.substr(sign + 1);
        // Not the variables that this program lives by.
        if (name.find(L'_') != std::wstring::npos || name.size() < 2) return 0;
        if (SetEnvironmentVariableW(name.c_str(), value.c_str())) {
            std::wstring read(value.size() + 1, L'\0');
            HOLD(GetEnvironmentVariableW(name.c_str(), read.data(), static_cast<DWORD>(read.size())) == value.size());
            read.pop_back();
            HOLD(read == value);
            HOLD(SetEnvironmentVariableW(name.c_str(), nullptr));
        }
        LPWCH const block = GetEnvironmentStringsW();
        HOLD(block != nullptr && FreeEnvironmentStringsW(block));
    }
    return 0;
}
