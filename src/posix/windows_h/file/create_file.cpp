#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/file_path.hpp"
#include "posix/windows_h/file/open_file.hpp"

using namespace kobj::windows_h;

namespace {

struct refused {
    DWORD error;
};

// With the rights that CreateFile always asks for.
DWORD rights_of(DWORD access, DWORD flags) noexcept {
    DWORD rights = access & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL | MAXIMUM_ALLOWED);
    if ((access & GENERIC_READ) != 0) rights |= FILE_GENERIC_READ;
    if ((access & GENERIC_WRITE) != 0) rights |= FILE_GENERIC_WRITE;
    if ((access & GENERIC_EXECUTE) != 0) rights |= FILE_GENERIC_EXECUTE;
    if ((access & (GENERIC_ALL | MAXIMUM_ALLOWED)) != 0) rights |= FILE_ALL_ACCESS;
    if ((flags & FILE_FLAG_DELETE_ON_CLOSE) != 0) rights |= DELETE;
    return rights | SYNCHRONIZE | FILE_READ_ATTRIBUTES;
}

struct request {
    std::string path;
    DWORD rights = 0;
    DWORD share = 0;
    DWORD disposition = 0;
    DWORD flags = 0;

    [[nodiscard]] bool reads() const noexcept { return (rights & reading) != 0; }
    [[nodiscard]] bool writes() const noexcept { return (rights & writing) != 0; }
    [[nodiscard]] bool makes() const noexcept {
        return disposition != OPEN_EXISTING && disposition != TRUNCATE_EXISTING;
    }
    [[nodiscard]] bool empties() const noexcept {
        return disposition == CREATE_ALWAYS || disposition == TRUNCATE_EXISTING;
    }
};

int open_flags(const request& wanted) noexcept {
    int flags = O_CLOEXEC | O_NOCTTY;
    if (wanted.reads())
        flags |= wanted.writes() ? O_RDWR : O_RDONLY;
    else if (wanted.writes())
        flags |= O_WRONLY;
    if ((wanted.rights & writing) == FILE_APPEND_DATA) flags |= O_APPEND;
    if ((wanted.flags & FILE_FLAG_WRITE_THROUGH) != 0) flags |= O_DSYNC;
    return flags;
}

int open_path(const request& wanted, int flags, mode_t mode = 0) noexcept {
    return with_descriptors([&] { return ::open(wanted.path.c_str(), flags, mode); });
}

int open_existing(const request& wanted) noexcept {
    // For its attributes only: that needs no right to the file itself.
    if (!wanted.reads() && !wanted.writes()) return open_path(wanted, O_PATH | O_CLOEXEC);
    int fd = open_path(wanted, open_flags(wanted));
    // A folder that is opened to write: its times, say.
    if (fd < 0 && errno == EISDIR && (wanted.flags & FILE_FLAG_BACKUP_SEMANTICS) != 0)
        fd = open_path(wanted, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd;
}

int make_new(const request& wanted) noexcept {
    const mode_t mode = (wanted.flags & FILE_ATTRIBUTE_READONLY) != 0 ? 0444 : 0666;
    return open_path(wanted, open_flags(wanted) | O_CREAT | O_EXCL, mode);
}

// Opens or makes it, and says whether it was there.
int open_or_make(const request& wanted, bool& existed) {
    // Others may make and remove it in between.
    for (int attempt = 0; attempt < 100; ++attempt) {
        existed = true;
        if (wanted.disposition != CREATE_NEW) {
            const int fd = open_existing(wanted);
            if (fd >= 0 || errno != ENOENT || !wanted.makes()) return fd;
        }
        existed = false;
        const int fd = make_new(wanted);
        if (fd >= 0 || errno != EEXIST || wanted.disposition == CREATE_NEW) return fd;
    }
    return -1;
}

DWORD why_not_opened(const request& wanted, int error) noexcept {
    struct stat facts {};
    if (error == EISDIR) return ERROR_ACCESS_DENIED;
    if (error == ENXIO) return ERROR_FILE_NOT_FOUND;
    // A path that ends in a slash names no file.
    if (error == ENOENT && wanted.path.back() == '/' && has_folder(wanted.path)) return ERROR_PATH_NOT_FOUND;
    if (error == ENOTDIR && wanted.path.back() == '/' && stat(wanted.path.c_str(), &facts) != 0)
        return ERROR_INVALID_NAME;
    return error_of_path(error, wanted.path);
}

void make_empty(int fd, bool writes) {
    if (writes ? ftruncate(fd, 0) == 0 : truncate(path_of_descriptor(fd).c_str(), 0) == 0) return;
    throw refused{error_of_file(errno)};
}

std::uint64_t bits_of(const request& wanted, bool disk) noexcept {
    std::uint64_t bits = std::uint64_t{wanted.share} * (file_object::to_read << file_object::shares_shift);
    if (wanted.reads()) bits |= file_object::to_read;
    if (wanted.writes()) bits |= file_object::to_write;
    if ((wanted.rights & DELETE) != 0) bits |= file_object::to_remove;
    if (disk && (bits & file_object::uses) != 0) bits |= file_object::listed;
    if ((wanted.flags & FILE_FLAG_OVERLAPPED) != 0) bits |= overlapped;
    if (disk && (wanted.flags & FILE_FLAG_DELETE_ON_CLOSE) != 0) bits |= file_object::remove_on_close;
    return bits;
}

HANDLE open_console(const request& wanted, bool inherit) {
    const int fd = ::open("/dev/tty", open_flags(wanted));
    if (fd < 0) throw refused{ERROR_INVALID_HANDLE};
    const auto made = kobj::posix::make_file(fd, bits_of(wanted, false), wanted.rights, inherit);
    if (!made) throw refused{made.error().value()};
    return made->native();
}

bool has_lost_its_name(int fd) noexcept {
    struct stat facts {};
    return fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink == 0;
}

// Null, if it may be, when the file was removed meanwhile: it was to go with a handle of one that has been killed.
HANDLE open_once(const request& wanted, bool inherit, bool may_fail) {
    bool existed = false;
    own_descriptor fd(open_or_make(wanted, existed));
    struct stat facts {};
    if (!fd || fstat(fd.get(), &facts) != 0) throw refused{why_not_opened(wanted, errno)};
    const bool folder = S_ISDIR(facts.st_mode);
    const bool disk = folder || S_ISREG(facts.st_mode);
    if (existed && folder && (wanted.empties() || (wanted.flags & FILE_FLAG_BACKUP_SEMANTICS) == 0))
        throw refused{ERROR_ACCESS_DENIED};
    const bool changes = wanted.writes() || wanted.empties() || (wanted.flags & FILE_FLAG_DELETE_ON_CLOSE) != 0;
    if (existed && changes && S_ISREG(facts.st_mode) && is_read_only(facts)) throw refused{ERROR_ACCESS_DENIED};
    const int number = fd.release();
    std::uint64_t bits = bits_of(wanted, disk);
    if (folder) bits |= file_object::folder;
    const auto made = kobj::posix::make_file(number, bits, wanted.rights, inherit);
    if (!made) throw refused{made.error().value()};
    if (const auto file = kobj::posix::find_file(*made); may_fail && file && has_lost_its_name(file->fd)) {
        (void)kobj::close(*made);
        return nullptr;
    }
    if (existed && wanted.empties() && S_ISREG(facts.st_mode)) {
        try {
            const auto file = kobj::posix::find_file(*made);
            if (!file) throw refused{file.error().value()};
            make_empty(file->fd, wanted.writes());
        } catch (...) {
            (void)kobj::close(*made);
            throw;
        }
    }
    if (wanted.disposition == CREATE_ALWAYS || wanted.disposition == OPEN_ALWAYS)
        SetLastError(existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return made->native();
}

HANDLE open(const request& wanted, bool inherit) {
    if (is_console(wanted.path)) return open_console(wanted, inherit);
    if (const HANDLE made = open_once(wanted, inherit, true); made != nullptr) return made;
    return open_once(wanted, inherit, false);
}

template <class Char>
HANDLE create_file(const Char* name, DWORD access, DWORD share, const SECURITY_ATTRIBUTES* attributes,
                   DWORD disposition, DWORD flags) noexcept {
    try {
        file_path path = file_path_of(name);
        if (path.error != 0) throw refused{path.error};
        if (disposition < CREATE_NEW || disposition > TRUNCATE_EXISTING) throw refused{ERROR_INVALID_PARAMETER};
        constexpr DWORD all_shares = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
        if ((share & ~all_shares) != 0) throw refused{ERROR_INVALID_PARAMETER};
        const DWORD rights = rights_of(access, flags);
        if (disposition == TRUNCATE_EXISTING && (rights & FILE_WRITE_DATA) == 0) throw refused{ERROR_INVALID_PARAMETER};
        return open({std::move(path.text), rights, share, disposition, flags}, inheritable(attributes));
    } catch (const refused& why) {
        SetLastError(why.error);
    } catch (const std::bad_alloc&) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    return INVALID_HANDLE_VALUE;
}

}  // namespace

HANDLE CreateFileA(LPCSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes, DWORD disposition,
                   DWORD flags, HANDLE) {
    return create_file(name, access, share, attributes, disposition, flags);
}
HANDLE CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes, DWORD disposition,
                   DWORD flags, HANDLE) {
    return create_file(name, access, share, attributes, disposition, flags);
}
