#include "posix/arena/session_path.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "posix/arena/layout.hpp"
#include "posix/fail.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/shared_file.hpp"

namespace kobj::posix {

namespace {

constexpr std::size_t longest_session_name = 64;

std::string suffix_of(std::string_view session) {
    if (session.empty()) return {};
    const bool plain = std::all_of(session.begin(), session.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!plain || session.size() > longest_session_name)
        fail(errc::invalid_name, "KOBJ_SESSION=\"{}\": up to {} letters, digits, - and _ may be used", session,
             longest_session_name);
    return text(".{}", session);
}

}  // namespace

std::string session_path(std::string_view session) {
    return text("{}/kobj.{}.{:x}{}", os::shared_folder, geteuid(), os::pid_namespace(), suffix_of(session));
}

std::string session_path() {
    const char* name = secure_getenv("KOBJ_SESSION");
    return session_path(name == nullptr ? std::string_view() : std::string_view(name));
}

std::string history_path(const std::string& arena, std::uint32_t process, std::uint32_t generation) {
    return text("{}{}{:x}", arena, history_mark, u64{generation} * max_processes + process);
}

void remove_files_beside(const std::string& arena) noexcept {
    for (const std::string_view mark : {section_mark, history_mark})
        os::remove_numbered_files(arena + std::string(mark));
}

}  // namespace kobj::posix
