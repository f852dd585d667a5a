#include "posix/process/find_program.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "posix/fail.hpp"

namespace kobj::posix {

namespace {

bool is_folder(const std::string& path) {
    struct stat facts {};
    return stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

}  // namespace

std::string find_program(const std::string& name) {
    if (name.empty()) fail(errc::file_not_found, "the program has no name");
    if (name.find('/') != std::string::npos) return name;
    const char* variable = getenv("PATH");
    std::string_view folders = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
    bool denied = false;
    for (;;) {
        const std::size_t end = folders.find(':');
        const std::string_view folder = folders.substr(0, end);
        const std::string path = text("{}/{}", folder.empty() ? "." : folder, name);

        if (!is_folder(path)) {
            if (access(path.c_str(), X_OK) == 0) return path;
            denied = denied || errno == EACCES;
        }
        if (end == std::string_view::npos) break;
        folders.remove_prefix(end + 1);
    }
    if (denied) fail(errc::access_denied, "the program \"{}\" in PATH may not be run", name);
    fail(errc::file_not_found, "there is no program \"{}\" in PATH", name);
}

void fail_start(const std::string& path, int error) {
    switch (error) {
        case ENOENT: {
            const std::size_t slash = path.rfind('/');
            const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash == 0 ? 1 : slash);
            if (access(path.c_str(), F_OK) == 0)
                fail(errc::file_not_found, "{}: the interpreter that it names is missing", path);
            if (!is_folder(folder)) fail(errc::path_not_found, "{}: its folder is missing", path);
            fail(errc::file_not_found, "{}: there is no such program", path);
        }
        case ENOTDIR:
            fail(errc::path_not_found, "{}: a part of the path is no folder", path);
        case EACCES:
        case EPERM:
        case EISDIR:
            fail(errc::access_denied, "{}: {}", path, is_folder(path) ? "is a folder" : "may not be run");
        case ENOEXEC:
        case EINVAL:
        case ELIBBAD:
            fail(errc::bad_exe_format, "{}: is not a program that this system can run", path);
        case E2BIG:
        case ENAMETOOLONG:
            fail(errc::filename_exceeds_range, "{}: {}", path.substr(0, 200), std::strerror(error));
        default:
            fail(errc::no_system_resources, "{}: cannot be started: {}", path, std::strerror(error));
    }
}

}  // namespace kobj::posix
