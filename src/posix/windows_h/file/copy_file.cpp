#include "posix/windows_h/file/copy_file.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/file_path.hpp"
#include "posix/windows_h/file/open_file.hpp"
#include "posix/windows_h/file/quiet_write.hpp"

namespace kobj::windows_h {

namespace {

DWORD copy_content(int from, int to) noexcept {
    constexpr std::size_t at_a_time = std::size_t{1} << 30U;
    const quiet_write quietly;
    for (;;) {
        const ssize_t copied = sendfile(to, from, nullptr, at_a_time);
        if (copied == 0) return 0;
        if (copied > 0 || errno == EINTR) continue;
        const int error = errno;
        quietly.swallow(error);
        return error_of_file(error);
    }
}

}  // namespace

DWORD copy_file(const std::string& from, const std::string& to, bool fail_if_exists) {
    constexpr int how = O_CLOEXEC | O_NOCTTY;
    const own_descriptor source(with_descriptors([&] { return ::open(from.c_str(), O_RDONLY | how); }));
    struct stat facts {};
    if (!source || fstat(source.get(), &facts) != 0) return error_of_path(errno, from);
    if (S_ISDIR(facts.st_mode)) return ERROR_ACCESS_DENIED;
    const auto readable = posix::check_sharing(facts.st_dev, facts.st_ino, file_object::to_read | file_object::shares);
    if (!readable) return readable.error().value();
    struct stat old {};
    if (stat(to.c_str(), &old) == 0) {
        if (fail_if_exists) return ERROR_FILE_EXISTS;
        if (S_ISDIR(old.st_mode) || is_read_only(old)) return ERROR_ACCESS_DENIED;
        if (old.st_dev == facts.st_dev && old.st_ino == facts.st_ino) return ERROR_SHARING_VIOLATION;
        const auto writable = posix::check_sharing(old.st_dev, old.st_ino, file_object::to_write);
        if (!writable) return writable.error().value();
    }
    // Not readable for others before it has its mode.
    const int flags = O_WRONLY | O_CREAT | how | (fail_if_exists ? O_EXCL : O_TRUNC);
    const own_descriptor target(with_descriptors([&] { return ::open(to.c_str(), flags, 0600); }));
    if (!target) return error_of_path(errno, to);
    const DWORD error = copy_content(source.get(), target.get());
    if (error != 0) {
        ::unlink(to.c_str());
        return error;
    }
    const timespec times[] = {facts.st_atim, facts.st_mtim};
    (void)futimens(target.get(), times);
    return fchmod(target.get(), facts.st_mode & 0777U) == 0 ? 0 : error_of_file(errno);
}

namespace {

template <class Char>
BOOL copy_named(const Char* from, const Char* to, BOOL fail_if_exists) noexcept {
    return with_path(from, [&](const std::string& source) -> DWORD {
        const file_path target = file_path_of(to);
        return target.error != 0 ? target.error : copy_file(source, target.text, fail_if_exists != FALSE);
    });
}

}  // namespace

}  // namespace kobj::windows_h

BOOL CopyFileA(LPCSTR from, LPCSTR to, BOOL fail_if_exists) {
    return kobj::windows_h::copy_named(from, to, fail_if_exists);
}
BOOL CopyFileW(LPCWSTR from, LPCWSTR to, BOOL fail_if_exists) {
    return kobj::windows_h::copy_named(from, to, fail_if_exists);
}
