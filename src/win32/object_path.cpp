#include "object_path.hpp"

#include "wide.hpp"
#include "windows.hpp"

namespace kobj::detail {

namespace {

constexpr std::wstring_view global = L"\\BaseNamedObjects\\";

DWORD session() noexcept {
    DWORD session = 0;
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    return session;
}

}  // namespace

std::wstring local_names() {
    return L"\\Sessions\\" + std::to_wstring(session()) + std::wstring(global);
}

std::string name_at(std::wstring_view path) {
    if (const std::wstring local = local_names(); path.starts_with(local)) return to_utf8(path.substr(local.size()));
    if (!path.starts_with(global)) return to_utf8(path);
    const auto bare = to_utf8(path.substr(global.size()));
    return session() == 0 ? bare : "Global\\" + bare;  // session 0 has no other place for its local names
}

}  // namespace kobj::detail
