#include "posix/object/mapped_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "posix/arena/arena.hpp"

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
    const os::file_identity& which = opened.facts.identity;
    return text("{} {} {}\n{}", which.device, which.inode, which.born, path);
}

void grow_mapped_file(const os::opened_file& opened, u64 size, const std::string& path) {
    const int error = os::grow_user_file(opened.file.get(), opened.facts.size, size);
    if (error == 0) return;
    fail(errc::disk_full, "the file \"{}\" cannot be made {} bytes long: {}", path, size, std::strerror(error));
}

namespace {

// Who has a view of it has it open. Reads without the lock: what is wrong here is not found there.
os::opened_file find_open_file(const os::file_identity& which, bool write) {
    arena& a = the_arena();
    os::opened_file found = os::open_as_in_process(static_cast<u32>(getpid()), which, write);
    const u32 high = std::min(a.header().high_process.get(), a.capacity(region::processes));
    for (u32 p = 1; p < high && !found.file; ++p) {
        const process_record& process = a.process(p);
        if (process.state.get() == static_cast<u32>(process_state::attached) && process.id.get() != 0)
            found = os::open_as_in_process(process.id.get(), which, write);
    }
    return found;
}

}  // namespace

os::opened_file open_to_map(const std::string& note, bool write, u64 end) {
    const std::size_t line = note.find('\n');
    if (line == std::string::npos) fail_corrupt("the note of a file mapping");
    char* rest = nullptr;
    os::file_identity which;
    which.device = std::strtoull(note.c_str(), &rest, 10);
    which.inode = std::strtoull(rest, &rest, 10);
    which.born = std::strtoull(rest, nullptr, 10);
    const std::string path = note.substr(line + 1);
    os::opened_file opened = os::open_user_file(path, write);
    const int error = opened.error;
    if (!opened.file && error != ENOENT && error != ENOTDIR) fail_to_open(path, write, error);
    if (!opened.file || opened.facts.identity != which) {
        opened = find_open_file(which, write);
        if (!opened.file && error != 0) fail(errc::file_invalid, "the mapped file is no longer at \"{}\"", path);
        if (!opened.file)
            fail(errc::file_invalid, "what is at \"{}\" is another file than the one that was mapped", path);
    }
    // To use what is not there would be SIGBUS.
    if (opened.facts.size < end)
        fail(errc::file_invalid, "the file \"{}\" has become too short: {} bytes of at least {}", path,
             opened.facts.size, end);
    return opened;
}

}  // namespace kobj::posix
