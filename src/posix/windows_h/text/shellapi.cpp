#include <kobj/process.hpp>

#include <cstring>
#include <new>
#include <string>
#include <vector>

#include <shellapi.h>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;

// Not kobj::split_command_line, which has the rules of the C library: inside quotes, "" is a quote to both, but to the
// shell it is the end of the quotes, too.
namespace {

bool is_blank(wchar_t c) noexcept {
    return c == L' ' || c == L'\t';
}

// The program's name has no escapes: it ends at the closing quote or at the first blank.
std::wstring take_program(const wchar_t*& at) {
    const bool quoted = *at == L'"';
    if (quoted) ++at;
    const wchar_t* const begin = at;
    while (*at != 0 && (quoted ? *at != L'"' : !is_blank(*at))) ++at;
    std::wstring name(begin, at);
    if (*at != 0) ++at;
    return name;
}

// 2n backslashes in front of a quote are n, an odd one more makes the quote plain; others stand for themselves.
std::wstring take_argument(const wchar_t*& at) {
    std::wstring argument;
    bool in_quotes = false;
    while (*at != 0 && (in_quotes || !is_blank(*at))) {
        std::size_t backslashes = 0;
        for (; *at == L'\\'; ++at) ++backslashes;
        if (*at != L'"') {
            argument.append(backslashes, L'\\');
            if (backslashes == 0) argument += *at++;
            continue;
        }
        ++at;
        argument.append(backslashes / 2, L'\\');
        if (backslashes % 2 != 0) {
            argument += L'"';
        } else if (in_quotes && *at == L'"') {
            ++at;
            argument += L'"';
            in_quotes = false;
        } else {
            in_quotes = !in_quotes;
        }
    }
    return argument;
}

std::vector<std::wstring> split(const wchar_t* text) {
    if (*text == 0) return {to_wide(kobj::process::executable_path())};
    std::vector<std::wstring> arguments{take_program(text)};
    while (true) {
        while (is_blank(*text)) ++text;
        if (*text == 0) return arguments;
        arguments.push_back(take_argument(text));
    }
}

// One block: the pointers, a null pointer, the texts.
LPWSTR* block_of(const std::vector<std::wstring>& arguments) noexcept {
    std::size_t size = (arguments.size() + 1) * sizeof(LPWSTR);
    for (const auto& argument : arguments) size += (argument.size() + 1) * sizeof(WCHAR);
    auto* const pointers = static_cast<LPWSTR*>(LocalAlloc(LMEM_FIXED, size));
    if (pointers == nullptr) return nullptr;
    auto* to = reinterpret_cast<LPWSTR>(pointers + arguments.size() + 1);
    LPWSTR* pointer = pointers;
    for (const auto& argument : arguments) {
        *pointer++ = to;
        std::memcpy(to, argument.c_str(), (argument.size() + 1) * sizeof(WCHAR));
        to += argument.size() + 1;
    }
    *pointer = nullptr;
    return pointers;
}

}  // namespace

LPWSTR* CommandLineToArgvW(LPCWSTR text, int* count) {
    if (text == nullptr || count == nullptr) return refuse_handle(ERROR_INVALID_PARAMETER);
    try {
        const auto arguments = split(text);
        LPWSTR* const block = block_of(arguments);
        if (block != nullptr) *count = static_cast<int>(arguments.size());
        return block;
    } catch (const std::bad_alloc&) {
        return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    }
}
