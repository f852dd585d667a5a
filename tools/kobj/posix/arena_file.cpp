#include "arena_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "posix/arena/session_path.hpp"
#include "posix/facts/image.hpp"
#include "posix/fail.hpp"

namespace kobj::tool {

using namespace posix;

arena_file open_arena(const source& where) {
    arena_file opened;
    opened.is_session = where.file.empty();
    try {
        opened.path = !opened.is_session ? where.file : where.given ? session_path(where.session) : session_path();
    } catch (const failure& why) {
        throw facts::unreadable(why.message());
    }
    opened.file = os::descriptor(open(opened.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!opened.file && errno == ENOENT && opened.is_session)
        throw facts::unreadable(text("{}: there is no such session", opened.path));
    if (!opened.file) throw facts::unreadable(text("{}: {}", opened.path, std::strerror(errno)));
    return opened;
}

std::vector<std::string> paths_of_sessions() {
    const std::string prefix = text("kobj.{}.", geteuid());
    std::vector<std::string> paths;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(os::shared_folder, ignored)) {
        const std::string name = file.path().filename().string();
        if (name.starts_with(prefix) && name.find(beside_mark) == std::string::npos) paths.push_back(file.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace kobj::tool
