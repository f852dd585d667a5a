#include "posix/handle/descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "posix/handle/lending.hpp"
#include "posix/handle/target.hpp"
#include "posix/object/file.hpp"
#include "posix/os/exit_status.hpp"
#include "posix/os/open_file.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix::descriptors {

namespace {

bool leads_to(int fd, const object_record& file) noexcept {
    const os::opened_identity found = os::identity_of(fd);
    const u64 seen = file.state.get();
    return found.exists && found.inode == file.extra.get() && found.device == file.body.get() &&
           ((seen & file_object::to_read) == 0 || found.reads) && ((seen & file_object::to_write) == 0 || found.writes);
}

bool is_file(u64 entry) {
    return entry::kind_of(entry) == entry::kind::handle &&
           state::type(the_arena().object(entry::object(entry)).state.get()) == type_number(object_type::file);
}

}  // namespace

int of(u32 process, u32 index) {
    arena& a = the_arena();
    if (index >= a.process(process).described.get()) return -1;
    return static_cast<int>(a.descriptor(process, index).get()) - 1;
}

void set(transaction& tx, u32 process, u32 index, int fd) {
    arena& a = the_arena();
    if (index >= a.process(process).described.get()) {
        if (fd < 0) return;
        throw needs_room{region::count, index + 1, process, true};
    }
    tx.set(a.descriptor(process, index), static_cast<u32>(fd + 1));
}

std::mutex& gate() noexcept {
    static std::mutex& only = *new std::mutex;
    return only;
}

void drop(int fd) noexcept {
    if (fd < 0) return;
    const std::lock_guard lock(gate());
    if (fd > STDERR_FILENO) {
        ::close(fd);
        return;
    }
    // Not closed: the next file that the program opens would be its standard stream.
    const os::descriptor nowhere(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (nowhere) dup2(nowhere.get(), fd);
}

int out_of_the_way(int fd) noexcept {
    if (fd < 0 || fd > STDERR_FILENO) return fd;
    const int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int error = errno;
    ::close(fd);
    errno = error;
    return moved;
}

void forget_all(const context& me, u32 process) {
    const u32 high = the_arena().process(process).described.get();
    for (u32 i = 1; i < high; ++i) {
        if (of(process, i) >= 0) transact(me, [&](transaction& tx) { set(tx, process, i, -1); });
    }
}

void adopt(const context& me) {
    arena& a = the_arena();
    const u32 high = std::min(a.process(me.process).described.get(), a.process(me.process).high.get());
    for (u32 i = 1; i < high; ++i) {
        const int fd = of(me.process, i);
        if (fd < 0) continue;
        const u64 entry = a.table_entry(me.process, i).get();
        if (is_file(entry) && leads_to(fd, a.object(entry::object(entry)))) {
            if (fd > STDERR_FILENO) fcntl(fd, F_SETFD, FD_CLOEXEC);
            continue;
        }
        transact(me, [&](transaction& tx) {
            if (of(me.process, i) == fd) set(tx, me.process, i, -1);
        });
    }
}

namespace {

// From whoever has one. Throws failure.
os::descriptor take_from_anybody(const context& me, u64 entry) {
    arena& a = the_arena();
    const u32 wanted = entry::object(entry);
    const u32 high = a.header().high_process.get();
    int error = 0;
    for (u32 p = 1; p < high; ++p) {
        const process_record& process = a.process(p);
        if (process.described.get() == 0 || process.id.get() == 0) continue;
        const u32 end = std::min({process.high.get(), process.described.get(), process.committed.get()});
        for (u32 i = 1; i < end; ++i) {
            const int fd = of(p, i);
            const u64 there = fd < 0 ? 0 : a.table_entry(p, i).get();
            if (fd < 0 || entry::object(there) != wanted || entry::generation(there) != entry::generation(entry))
                continue;
            os::descriptor got = p == me.process ? os::descriptor(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1))
                                                 : os::take_from_process(process.id.get(), fd);
            if (!got) error = errno;
            if (error == EMFILE || error == ENFILE)
                fail(errc::too_many_open_files, "no descriptor is left for a file that another handle leads to");
            got = os::descriptor(out_of_the_way(got.release()));
            // Its number may be another file's since.
            if (got && leads_to(got.get(), a.object(wanted))) return got;
        }
    }
    if (error == EPERM)
        fail(errc::access_denied,
             "a descriptor is in another process, which the system does not let this one look into");
    fail(errc::invalid_handle, "no process has a descriptor for a file any more");
}

}  // namespace

int fetch(const context& me, u32 index, u64 entry) {
    os::descriptor got = take_from_anybody(me, entry);
    const int now = transact(me, [&](transaction& tx) {
        if (the_arena().table_entry(me.process, index).get() != entry) fail_closed(value_of(index));
        const int there = of(me.process, index);
        if (there < 0) {
            set(tx, me.process, index, got.get());
            lending::changed(tx);
        }
        return there < 0 ? got.get() : there;
    });
    if (now == got.get()) {
        got.release();
        lending::look_after(me);
    }
    return now;
}

void copy::make(const context& me) {
    wanted_ = false;
    const int fd = process_ == me.process ? of(process_, index_) : -1;
    if (fd < 0) {
        file_ = take_from_anybody(me, entry_);
        return;
    }
    file_ = os::descriptor(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!file_ && (errno == EMFILE && os::raise_descriptor_limit()))
        file_ = os::descriptor(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!file_) fail(errc::too_many_open_files, "no descriptor is left for the copy of a handle");
}

}  // namespace kobj::posix::descriptors
