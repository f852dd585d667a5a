#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/open_file.hpp"
#include "posix/windows_h/security/security.hpp"

using namespace kobj::windows_h;

namespace {

constexpr std::uint64_t shared_by_all = file_object::shares;

bool make_pipe(int (&ends)[2]) noexcept {
    return with_descriptors([&] { return pipe2(ends, O_CLOEXEC); }) == 0;
}

// What is at the beginning of a pipe, which it keeps. Gives how much that is, or -1.
ssize_t look(int fd, void* buffer, std::size_t size) noexcept {
    int ends[2];
    if (!make_pipe(ends)) return -1;
    const own_descriptor from(ends[0]);
    const own_descriptor to(ends[1]);
    // A copy that is shorter than what is asked for is no copy of all that there is.
    (void)fcntl(to.get(), F_SETPIPE_SZ, static_cast<int>(std::min<std::size_t>(size, INT_MAX)));
    const ssize_t copied = tee(fd, to.get(), size, SPLICE_F_NONBLOCK);
    if (copied < 0) return errno == EAGAIN ? 0 : -1;
    ssize_t done = 0;
    while (done < copied) {
        const ssize_t got =
            read(from.get(), static_cast<char*>(buffer) + done, static_cast<std::size_t>(copied - done));
        if (got <= 0) return -1;
        done += got;
    }
    return done;
}

}  // namespace

BOOL CreatePipe(PHANDLE read_end, PHANDLE write_end, LPSECURITY_ATTRIBUTES attributes, DWORD size) {
    if (read_end == nullptr || write_end == nullptr) return refuse(ERROR_NOACCESS);
    const descriptor_of_new security(attributes, kobj::object_type::file);
    if (security.error() != 0) return refuse(security.error());
    int ends[2];
    if (!make_pipe(ends)) return refuse(error_of_file(errno));
    // As far as the system gives one of that size.
    if (size != 0) (void)fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(std::min<DWORD>(size, INT_MAX)));
    const bool inherit = inheritable(attributes);
    const auto reader =
        kobj::posix::make_file(ends[0], shared_by_all | file_object::to_read, FILE_GENERIC_READ, inherit);
    if (!reader) {
        ::close(ends[1]);
        return refuse(reader.error().value());
    }
    const auto writer = kobj::posix::make_file(ends[1], shared_by_all | file_object::to_write,
                                               FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES, inherit);
    if (!writer) {
        (void)kobj::close(*reader);
        return refuse(writer.error().value());
    }
    *read_end = reader->native();
    *write_end = writer->native();
    return TRUE;
}

BOOL PeekNamedPipe(HANDLE handle, LPVOID buffer, DWORD size, LPDWORD count, LPDWORD available, LPDWORD left) {
    const auto file = file_of(handle);
    if (!file) return FALSE;
    if ((file->bits & file_object::kind_mask) != FILE_TYPE_PIPE) return refuse(ERROR_INVALID_FUNCTION);
    if ((file->access & FILE_READ_DATA) == 0) return refuse(ERROR_ACCESS_DENIED);
    int there = 0;
    if (ioctl(file->fd, FIONREAD, &there) != 0) return refuse(error_of_file(errno));
    if (there == 0) {
        pollfd ask{file->fd, POLLIN, 0};
        if (poll(&ask, 1, 0) == 1 && (ask.revents & POLLHUP) != 0 && (ask.revents & POLLIN) == 0)
            return refuse(ERROR_BROKEN_PIPE);
    }
    ssize_t got = 0;
    if (buffer != nullptr && size != 0 && there != 0) got = look(file->fd, buffer, size);
    if (got < 0) return refuse(error_of_file(errno));
    if (count != nullptr) *count = static_cast<DWORD>(got);
    if (available != nullptr) *available = static_cast<DWORD>(std::max<ssize_t>(there, got));
    if (left != nullptr) *left = 0;
    return TRUE;
}
