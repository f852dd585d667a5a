#include <dirent.h>
#include <fcntl.h>
#include <strings.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "posix/os/stop_signal.hpp"
#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/file_facts.hpp"
#include "posix/windows_h/file/file_path.hpp"
#include "posix/windows_h/text/text.hpp"

using namespace kobj::windows_h;

namespace {

// A search: what was found when it began.
struct search {
    std::string folder;
    std::vector<std::string> names;
    std::size_t next = 0;
};

struct open_searches {
    kobj::posix::os::unstopped_mutex gate;
    std::unordered_set<search*> all;
};
open_searches& the_searches() {
    static open_searches& only = *new open_searches;
    return only;
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// '*' is any text, '?' one character; a byte of UTF-8 that goes on with a character belongs to it.
bool matches(const char* pattern, const char* name) noexcept {
    const char* star = nullptr;
    const char* retry = nullptr;
    const auto goes_on = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; };
    while (*name != 0) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (*pattern == '?') {
            ++pattern;
            do ++name;
            while (goes_on(*name));
        } else if (lower(*pattern) == lower(*name)) {
            ++pattern;
            ++name;
        } else if (star != nullptr) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*' || *pattern == '?') ++pattern;
    return *pattern == 0;
}

DWORD find_names(search& found, const std::string& pattern) {
    const std::string folder = found.folder.empty() ? "." : found.folder;
    if (pattern.find_first_of("*?") == std::string::npos) {
        const file_facts facts = facts_of_file(AT_FDCWD, found.folder + pattern);
        if (facts.error != 0) return facts.error;
        found.names.push_back(pattern);
        return 0;
    }
    DIR* const entries = opendir(folder.c_str());
    if (entries == nullptr) return errno == EACCES ? ERROR_ACCESS_DENIED : ERROR_PATH_NOT_FOUND;
    // "*.*" is every name on Windows, also one without a dot.
    const char* const wanted = pattern == "*.*" ? "*" : pattern.c_str();
    while (const dirent* const each = readdir(entries))
        if (matches(wanted, each->d_name)) found.names.emplace_back(each->d_name);
    closedir(entries);
    std::sort(found.names.begin(), found.names.end(), [](const std::string& a, const std::string& b) {
        const int order = strcasecmp(a.c_str(), b.c_str());
        return order != 0 ? order < 0 : a < b;
    });
    return found.names.empty() ? ERROR_FILE_NOT_FOUND : 0;
}

template <class Data>
bool give_next(search& found, Data* data) {
    using Char = std::remove_extent_t<decltype(data->cFileName)>;
    while (found.next < found.names.size()) {
        const std::string& name = found.names[found.next++];
        const auto text = to_form<Char>(name);
        const file_facts facts = facts_of_file(AT_FDCWD, found.folder + name);
        // Gone since, or a name that Windows could not have.
        if (facts.error != 0 || text.size() >= MAX_PATH) continue;
        *data = {};
        fill(*data, facts);
        if ((facts.attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) data->dwReserved0 = IO_REPARSE_TAG_SYMLINK;
        std::copy(text.begin(), text.end(), data->cFileName);
        return true;
    }
    return false;
}

template <class Char, class Data>
HANDLE find_first(const Char* name, Data* data) noexcept {
    try {
        const auto given = name == nullptr ? std::nullopt : to_utf8(std::basic_string_view<Char>(name));
        if (!given || given->empty()) {
            SetLastError(ERROR_PATH_NOT_FOUND);
            return INVALID_HANDLE_VALUE;
        }
        const std::string path = with_slashes(*given);
        const std::size_t slash = path.rfind('/');
        auto found = std::make_unique<search>();
        found->folder = slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
        const std::string pattern = path.substr(found->folder.size());
        DWORD error = pattern.empty() ? ERROR_FILE_NOT_FOUND : find_names(*found, pattern);
        if (error == 0 && !give_next(*found, data)) error = ERROR_FILE_NOT_FOUND;
        if (error != 0) {
            SetLastError(error);
            return INVALID_HANDLE_VALUE;
        }
        open_searches& open = the_searches();
        const std::lock_guard lock(open.gate);
        open.all.insert(found.get());
        return found.release();
    } catch (const std::bad_alloc&) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
}

template <class Data>
BOOL find_next(HANDLE handle, Data* data) noexcept {
    return guarded([&]() -> BOOL {
        // Held, so that nobody closes the search meanwhile.
        open_searches& open = the_searches();
        const std::lock_guard lock(open.gate);
        auto* const found = static_cast<search*>(handle);
        if (open.all.count(found) == 0) return refuse(ERROR_INVALID_HANDLE);
        return give_next(*found, data) ? TRUE : refuse(ERROR_NO_MORE_FILES);
    });
}

}  // namespace

HANDLE FindFirstFileA(LPCSTR name, LPWIN32_FIND_DATAA data) {
    return find_first(name, data);
}
HANDLE FindFirstFileW(LPCWSTR name, LPWIN32_FIND_DATAW data) {
    return find_first(name, data);
}
BOOL FindNextFileA(HANDLE handle, LPWIN32_FIND_DATAA data) {
    return find_next(handle, data);
}
BOOL FindNextFileW(HANDLE handle, LPWIN32_FIND_DATAW data) {
    return find_next(handle, data);
}
BOOL FindClose(HANDLE handle) {
    open_searches& open = the_searches();
    const std::lock_guard lock(open.gate);
    auto* const found = static_cast<search*>(handle);
    if (open.all.erase(found) == 0) return refuse(ERROR_INVALID_HANDLE);
    delete found;
    return TRUE;
}
