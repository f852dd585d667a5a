#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/open_file.hpp"
#include "posix/windows_h/file/quiet_write.hpp"

using namespace kobj::windows_h;

namespace {

// Statuses of the kernel, as OVERLAPPED holds them. What has no name here is its last error in their form.
constexpr DWORD status_end_of_file = 0xC0000011;
constexpr DWORD status_of_error = 0xC0070000;

DWORD status_of(DWORD error) noexcept {
    if (error == 0) return 0;
    return error == ERROR_HANDLE_EOF ? status_end_of_file : status_of_error | error;
}
DWORD error_of(DWORD status) noexcept {
    return status == status_end_of_file ? ERROR_HANDLE_EOF : status & 0xFFFF;
}

// An event whose lowest bit is set is one that no completion port is to be told of.
HANDLE event_of(const OVERLAPPED& request) noexcept {
    return reinterpret_cast<HANDLE>(reinterpret_cast<ULONG_PTR>(request.hEvent) & ~ULONG_PTR{1});
}

/// A call as far as it is the same for reading and writing: what it is told to do, and what it tells.
struct transfer {
    kobj::posix::found_file file;
    OVERLAPPED* request;
    DWORD* count;
    bool disk = false;

    transfer(const kobj::posix::found_file& which, OVERLAPPED* how, DWORD* done)
        : file(which), request(how), count(done), disk((which.bits & file_object::kind_mask) == file_object::of_disk) {
        if (request == nullptr) return;
        request->Internal = STATUS_PENDING;
        request->InternalHigh = 0;
        if (request->hEvent != nullptr) ResetEvent(event_of(*request));
    }
    /// Where in the file, if the call says so.
    [[nodiscard]] bool is_placed() const noexcept { return disk && request != nullptr; }
    [[nodiscard]] off_t place() const noexcept {
        return static_cast<off_t>(std::uint64_t{request->OffsetHigh} << 32U | request->Offset);
    }
    [[nodiscard]] BOOL end(DWORD error, DWORD bytes) const noexcept {
        if (count != nullptr) *count = bytes;
        if (request != nullptr) {
            request->InternalHigh = bytes;
            request->Internal = status_of(error);
            if (request->hEvent != nullptr) SetEvent(event_of(*request));
        }
        return error == 0 ? TRUE : refuse(error);
    }
};

// Of a descriptor that somebody has made non-blocking, an inherited one, say.
void wait_until(int fd, short what) noexcept {
    pollfd ask{fd, what, 0};
    (void)poll(&ask, 1, -1);
}

}  // namespace

BOOL ReadFile(HANDLE handle, LPVOID buffer, DWORD size, LPDWORD count, LPOVERLAPPED request) {
    if (count != nullptr) *count = 0;
    const auto file = file_of(handle, FILE_READ_DATA);
    if (!file) return FALSE;
    if (request == nullptr && (file->bits & overlapped) != 0) return refuse(ERROR_INVALID_PARAMETER);
    const transfer call(*file, request, count);
    auto* const to = static_cast<char*>(buffer);
    DWORD done = 0;
    int error = 0;
    bool at_end = false;
    while (done < size) {
        const ssize_t got = call.is_placed() ? pread(file->fd, to + done, size - done, call.place() + done)
                                             : read(file->fd, to + done, size - done);
        if (got > 0) {
            done += static_cast<DWORD>(got);
            // A pipe gives what is there.
            if (!call.disk) break;
            continue;
        }
        at_end = got == 0;
        if (at_end) break;
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            wait_until(file->fd, POLLIN);
            continue;
        }
        error = errno;
        break;
    }
    if (call.is_placed() && (file->bits & overlapped) == 0 && error == 0)
        lseek(file->fd, call.place() + done, SEEK_SET);
    if (done != 0) return call.end(0, done);
    const bool pipe = (file->bits & file_object::kind_mask) == FILE_TYPE_PIPE;
    if (pipe && (at_end || error == ECONNRESET)) return call.end(ERROR_BROKEN_PIPE, 0);
    if (error != 0) return call.end(error_of_file(error), 0);
    return call.end(at_end && call.is_placed() ? ERROR_HANDLE_EOF : 0, 0);
}

BOOL WriteFile(HANDLE handle, LPCVOID buffer, DWORD size, LPDWORD count, LPOVERLAPPED request) {
    if (count != nullptr) *count = 0;
    const auto file = file_of(handle, writing);
    if (!file) return FALSE;
    if (request == nullptr && (file->bits & overlapped) != 0) return refuse(ERROR_INVALID_PARAMETER);
    const transfer call(*file, request, count);
    // The largest offset means the end of the file.
    const bool append = call.is_placed() && request->Offset == 0xFFFFFFFF && request->OffsetHigh == 0xFFFFFFFF;
    const bool placed = call.is_placed() && !append;
    if (append) lseek(file->fd, 0, SEEK_END);
    const auto* const from = static_cast<const char*>(buffer);
    const quiet_write quietly;
    DWORD done = 0;
    while (done < size) {
        const ssize_t put = placed ? pwrite(file->fd, from + done, size - done, call.place() + done)
                                   : write(file->fd, from + done, size - done);
        if (put > 0) {
            done += static_cast<DWORD>(put);
            continue;
        }
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && errno == EAGAIN) {
            wait_until(file->fd, POLLOUT);
            continue;
        }
        const int error = put == 0 ? ENOSPC : errno;
        quietly.swallow(error);
        if (error == EPIPE || error == ECONNRESET) return call.end(ERROR_NO_DATA, 0);
        return call.end(error_of_file(error), done);
    }
    if (placed && (file->bits & overlapped) == 0) lseek(file->fd, call.place() + done, SEEK_SET);
    return call.end(0, done);
}

BOOL FlushFileBuffers(HANDLE handle) {
    const auto file = file_of(handle, writing);
    if (!file) return FALSE;
    if ((file->bits & file_object::kind_mask) != FILE_TYPE_PIPE) {
        // A device has nothing to write back.
        if (fsync(file->fd) == 0 || errno == EINVAL) return TRUE;
        return refuse(error_of_file(errno));
    }
    // Until the reader has everything, or is gone.
    constexpr int between_looks = 1;
    for (;;) {
        int left = 0;
        if (ioctl(file->fd, FIONREAD, &left) != 0 || left == 0) return TRUE;
        pollfd ask{file->fd, 0, 0};
        if (poll(&ask, 1, between_looks) > 0 && (ask.revents & (POLLERR | POLLHUP)) != 0)
            return refuse(ERROR_BROKEN_PIPE);
    }
}

// Each call was done when it returned.
BOOL GetOverlappedResult(HANDLE handle, LPOVERLAPPED request, LPDWORD count, BOOL wait) {
    if (!file_of(handle)) return FALSE;
    if (HasOverlappedIoCompleted(request) == 0) {
        if (wait == FALSE) return refuse(ERROR_IO_INCOMPLETE);
        if (WaitForSingleObject(request->hEvent != nullptr ? event_of(*request) : handle, INFINITE) == WAIT_FAILED)
            return FALSE;
    }
    *count = static_cast<DWORD>(request->InternalHigh);
    const auto status = static_cast<DWORD>(request->Internal);
    return status == 0 ? TRUE : refuse(error_of(status));
}
