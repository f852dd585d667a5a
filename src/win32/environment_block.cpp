#include "environment_block.hpp"

#include "wide.hpp"
#include "windows.hpp"

#include "common/explain.hpp"

#include <algorithm>
#include <utility>

namespace kobj::detail {
namespace {

// Windows itself keeps variables whose names begin with '=': the first '=' that counts is behind the first character.
std::wstring_view name_of(std::wstring_view entry) noexcept {
    return entry.substr(0, entry.find(L'=', 1));
}

bool comes_before(std::wstring_view a, std::wstring_view b) noexcept {
    const auto first = name_of(a);
    const auto second = name_of(b);
    return CompareStringOrdinal(first.data(), static_cast<int>(first.size()), second.data(),
                                static_cast<int>(second.size()), TRUE) == CSTR_LESS_THAN;
}

}  // namespace

result<std::wstring> environment_block(const std::vector<std::string>& entries) {
    std::vector<std::wstring> sorted;
    sorted.reserve(entries.size());
    for (const auto& entry : entries) {
        if (entry.find('\0') != std::string::npos || entry.find('=', 1) == std::string::npos)
            return explain(errc::invalid_parameter, {"'", entry, "' is not NAME=value"});
        auto wide = to_wide(entry, "an environment variable");
        if (!wide) return wide;
        sorted.push_back(*std::move(wide));
    }
    std::stable_sort(sorted.begin(), sorted.end(), comes_before);

    std::wstring block;
    for (const auto& entry : sorted) block.append(entry).push_back(L'\0');
    // An empty block has two NULs as well; the last one is c_str()'s.
    if (block.empty()) block.push_back(L'\0');
    return block;
}

}  // namespace kobj::detail
