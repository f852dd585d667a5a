#include "posix/windows_h/process/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>

namespace kobj::windows_h::environment {
namespace {

std::mutex lock;

char lowered(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool alike(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lowered(x) == lowered(y); });
}

std::string_view name_in(std::string_view entry) noexcept {
    return entry.substr(0, entry.find('='));
}

// "name=value", or null.
const char* entry_of(std::string_view name) noexcept {
    const char* second_best = nullptr;
    for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
        const std::string_view entry(*at);
        const std::string_view found = name_in(entry);
        if (found.empty() || found.size() == entry.size()) continue;
        if (found == name) return *at;
        if (second_best == nullptr && alike(found, name)) second_best = *at;
    }
    return second_best;
}

}  // namespace

std::optional<std::string> find(std::string_view name) {
    const std::scoped_lock held(lock);
    const char* const entry = entry_of(name);
    if (entry == nullptr) return std::nullopt;
    return std::string(entry + name.size() + 1);
}

void set(const std::string& name, const std::string* value) {
    const std::scoped_lock held(lock);
    const char* const entry = entry_of(name);
    const std::string stored(entry != nullptr ? name_in(entry) : std::string_view(name));
    if (value == nullptr)
        ::unsetenv(stored.c_str());
    else if (::setenv(stored.c_str(), value->c_str(), 1) != 0)
        throw std::bad_alloc();
}

std::vector<std::string> all() {
    const std::scoped_lock held(lock);
    std::vector<std::string> entries;
    for (char** at = environ; at != nullptr && *at != nullptr; ++at) entries.emplace_back(*at);
    return entries;
}

}  // namespace kobj::windows_h::environment
