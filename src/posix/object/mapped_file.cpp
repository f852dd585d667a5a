#include "posix/object/mapped_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "posix/fail.hpp"

namespace kobj::posix {

namespace {

[[noreturn]] void fail_to_open(const std::string& path, bool write, int error) {
    switch (error) {
        case EMFILE:
        case ENFILE:
            fail(errc::too_many_open_files, "no descriptor is left for the file \"{}\"", path);
        case ENAMETOOLONG:
            fail(errc::filename_exceeds_range, "the path \"{}\" is too long", path);
        case ENOENT:
            if (!path.empty() && os::has_folder(path)) fail(errc::file_not_found, "there is no file \"{}\"", path);
            [[fallthrough]];
        case ENOTDIR:
        case ELOOP:
            fail(errc::path_not_found, "\"{}\" is no path to a file: {}", path, std::strerror(error));
        case ENOMEM:
            fail(errc::not_enough_memory, "the file \"{}\" cannot be opened: {}", path, std::strerror(error));
        default:
            fail(errc::access_denied, "the file \"{}\" may not be opened for {}: {}", path,
                 write ? "reading and writing" : "reading", std::strerror(error));
    }
}

}  // namespace

os::opened_file open_to_make(const std::string& path, bool write) {
    if (path.find('\0') != std::string::npos)
        fail(errc::invalid_parameter, "the path \"{}\" has a NUL in it", path.c_str());
    os::opened_file opened = os::open_user_file(path, write);
    if (!opened.file) fail_to_open(path, write, opened.error);
    if (opened.facts.directory) fail(errc::access_denied, "\"{}\" is a folder", path);
    if (!opened.facts.regular) fail(errc::access_denied, "\"{}\" is no regular file, which could be mapped", path);
    return opened;
}

std::string note_of(const os::opened_file& opened) {
    const std::string path = os::path_of(opened.file.get());
    if (path.empty()) fail(errc::filename_exceeds_range, "the absolute path of a file to be mapped is too long");
    return text("{} {}\n{}", opened.facts.device, opened.facts.inode, path);
}

void grow_mapped_file(const os::opened_file& opened, u64 size, const std::string& path) {
    const int error = os::grow_user_file(opened.file.get(), opened.facts.size, size);
    if (error == 0) return;
    fail(errc::disk_full, "the file \"{}\" cannot be made {} bytes long: {}", path, size, std::strerror(error));
}

os::descriptor open_to_map(const std::string& note, bool write, u64 end) {
    const std::size_t line = note.find('\n');
    if (line == std::string::npos) fail_corrupt("the note of a file mapping");
    char* rest = nullptr;
    const u64 device = std::strtoull(note.c_str(), &rest, 10);
    const u64 inode = std::strtoull(rest, nullptr, 10);
    const std::string path = note.substr(line + 1);
    os::opened_file opened = os::open_user_file(path, write);
    if (!opened.file) {
        if (opened.error == ENOENT || opened.error == ENOTDIR)
            fail(errc::file_invalid, "the mapped file is no longer at \"{}\"", path);
        fail_to_open(path, write, opened.error);
    }
    if (opened.facts.device != device || opened.facts.inode != inode)
        fail(errc::file_invalid, "what is at \"{}\" is another file than the one that was mapped", path);
    // To use what is not there would be SIGBUS.
    if (opened.facts.size < end)
        fail(errc::file_invalid, "the file \"{}\" has become too short: {} bytes of at least {}", path,
             opened.facts.size, end);
    return std::move(opened.file);
}

}  // namespace kobj::posix
