#include "posix/arena/arena.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "posix/arena/regions.hpp"
#include "posix/arena/session_path.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/record_lock.hpp"
#include "posix/os/shared_file.hpp"

namespace kobj::posix {

// For debuggers, which see no constants (tools/debugger/kobj_gdb.py).
struct table_place {
    u64 start;
    u64 size_of_one;
};
extern const table_place place_of_tables;
[[gnu::used]] const table_place place_of_tables{tables_at, table_size};

namespace {

constexpr const char* region_name(region which) {
    return shapes[static_cast<std::size_t>(which)].name;
}

}  // namespace

constinit arena the_only_arena;
static_assert(std::is_trivially_destructible_v<arena>);

const std::string& arena_path() {
    // Needed until the very end of the process, behind the destructors of statics.
    static const std::string& path = *new std::string(session_path());
    return path;
}

void fail_corrupt(std::string_view what) {
    fail(errc::file_corrupt, "{}: {} cannot be right", arena_path(), what);
}

void arena::open() {
    // A dead arena is replaced and a race to make one is lost at most a few times in a row.
    for (int attempt = 0; attempt < 1000; ++attempt) {
        if (map_existing() || make_new()) return;
    }
    fail(errc::no_system_resources, "{}: cannot be made, others remove it again and again", arena_path());
}

bool arena::map_existing() {
    os::descriptor file(::open(arena_path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!file) {
        if (errno == ENOENT) return false;
        if (errno == EISDIR) fail(errc::file_corrupt, "{}: is a folder", arena_path());
        if (errno == ELOOP) fail(errc::invalid_owner, "{}: is a symbolic link", arena_path());
        if (errno == EACCES || errno == EPERM) {
            struct stat facts {};
            if (lstat(arena_path().c_str(), &facts) == 0 && facts.st_uid != geteuid())
                fail(errc::invalid_owner, "{}: belongs to user {}, not to user {}", arena_path(), facts.st_uid,
                     geteuid());
            fail(errc::access_denied, "{}: may not be opened", arena_path());
        }
        if (errno == EMFILE || errno == ENFILE)
            fail(errc::too_many_open_files, "{}: no descriptor is left", arena_path());
        fail(errc::no_system_resources, "{}: {}", arena_path(), std::strerror(errno));
    }
    struct stat facts {};
    if (fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
        fail(errc::file_corrupt, "{}: is not a regular file", arena_path());
    if (facts.st_uid != geteuid())
        fail(errc::invalid_owner, "{}: belongs to user {}, not to user {}", arena_path(), facts.st_uid, geteuid());
    if ((facts.st_mode & 077) != 0)
        fail(errc::invalid_owner, "{}: other users may open it (mode {:o}, not 600)", arena_path(),
             facts.st_mode & 0777);
    if (static_cast<u64>(facts.st_size) < header_size)
        fail(errc::file_corrupt, "{}: is cut short ({} bytes)", arena_path(), facts.st_size);

    adopt_file(file.release());
    try {
        map();
        check_header();
        for (std::size_t r = 0; r < shapes.size(); ++r) {
            const u64 committed = header().committed[r].get();
            if (committed > shapes[r].most * shapes[r].record ||
                (committed != 0 && shapes[r].start + committed > static_cast<u64>(facts.st_size)))
                fail(errc::file_corrupt, "{}: is cut short, its {} records are not all there", arena_path(),
                     region_name(static_cast<region>(r)));
        }
    } catch (const failure& why) {
        // Of another layout or another boot, but nobody lives there any more: it is in nobody's way.
        const bool removed = why == errc::revision_mismatch && remove_deserted();
        close();
        if (removed) return false;
        throw;
    }
    if (header().dead.get() == 0) return true;
    // Its last process has left, or was killed while leaving.
    os::unlink_if_same(fd_, arena_path());
    close();
    return false;
}

bool arena::remove_deserted() {
    if (!os::unlink_if_same(fd_, arena_path(), os::is_locked_by_others)) return false;
    remove_files_beside(arena_path());
    return true;
}

bool arena::make_new() {
    os::descriptor file = os::make_nameless_file(os::shared_folder);
    if (!file)
        fail(errc::no_system_resources, "{}: no file can be made there: {}", os::shared_folder, std::strerror(errno));
    adopt_file(file.release());
    try {
        commit_range(0, header_size);
        map();
        arena_header& h = header();
        const os::boot_identity boot = os::boot_id();
        h.magic.put(arena_magic);
        h.version.put(arena_version);
        h.fingerprint.put(layout_fingerprint());
        h.boot_high.put(boot.high);
        h.boot_low.put(boot.low);
        h.pid_namespace.put(os::pid_namespace());
        h.user.put(geteuid());
        h.high_object.put(1);
        h.high_name.put(1);
        h.high_process.put(1);
        h.thread_hint.put(1);
        // Not a number of a session before this one whose file was removed: it may remove its files still.
        h.next_section.put(static_cast<u64>(os::monotonic_now()));
        h.next_namespace.put(1);
        for (region r : {region::processes, region::threads, region::waits, region::objects}) commit(r, 1);
        const int error = os::link_file(fd_, arena_path());
        if (error == 0) return true;
        if (error != EEXIST)
            fail(errc::no_system_resources, "{}: cannot be made: {}", arena_path(), std::strerror(error));
    } catch (...) {
        close();
        throw;
    }
    close();
    return false;
}

void arena::adopt_file(int fd) noexcept {
    // Out of the way of programs that count on low numbers.
    constexpr int high_enough = 100;
    if (const int moved = fcntl(fd, F_DUPFD_CLOEXEC, high_enough); moved >= 0) {
        ::close(fd);
        fd = moved;
    }
    fd_ = fd;
    struct stat facts {};
    fstat(fd_, &facts);
    inode_ = facts.st_ino;
    device_ = facts.st_dev;
}

int arena::file() noexcept {
    struct stat facts {};
    const auto is_it = [&](int fd) {
        return fstat(fd, &facts) == 0 && facts.st_ino == inode_ && facts.st_dev == device_;
    };
    if (fd_ >= 0 && is_it(fd_)) return fd_;
    os::descriptor again(::open(arena_path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!again || !is_it(again.get())) return -1;
    fd_ = again.release();
    return fd_;
}

void arena::map() {
    void* base = mmap(nullptr, arena_size, PROT_NONE, MAP_SHARED | MAP_NORESERVE, fd_, 0);
    if (base == MAP_FAILED)
        fail(errc::no_system_resources, "{}: {} GiB of address space cannot be reserved: {}", arena_path(),
             arena_size >> 30U, std::strerror(errno));
    base_ = static_cast<char*>(base);
    if (mprotect(base_, header_size, PROT_READ | PROT_WRITE) != 0)
        fail(errc::no_system_resources, "{}: cannot be mapped: {}", arena_path(), std::strerror(errno));
}

void arena::check_header() {
    const arena_header& h = header();
    if (h.magic.get() != arena_magic) fail(errc::file_corrupt, "{}: is not an arena of kobj", arena_path());
    if (h.version.get() != arena_version)
        fail(errc::revision_mismatch, "{}: has layout version {}, this program has {}", arena_path(), h.version.get(),
             arena_version);
    if (h.fingerprint.get() != layout_fingerprint())
        fail(errc::revision_mismatch, "{}: its records have other sizes ({:08x}) than this program's ({:08x})",
             arena_path(), h.fingerprint.get(), layout_fingerprint());
    if (h.user.get() != geteuid())
        fail(errc::invalid_owner, "{}: was made by user {}, not by user {}", arena_path(), h.user.get(), geteuid());
    if (os::boot_identity{h.boot_high.get(), h.boot_low.get()} != os::boot_id())
        fail(errc::revision_mismatch, "{}: is from before the last start of the system", arena_path());
    if (h.pid_namespace.get() != os::pid_namespace())
        fail(errc::revision_mismatch, "{}: belongs to another PID namespace", arena_path());
}

void arena::close() noexcept {
    if (base_ != nullptr) munmap(base_, arena_size);
    if (fd_ >= 0) ::close(fd_);
    base_ = nullptr;
    fd_ = -1;
    for (auto& mark : mark_) mark.store(0, std::memory_order_relaxed);
    for (auto& mark : table_mark_) mark.store(0, std::memory_order_relaxed);
    for (auto& mark : descriptor_mark_) mark.store(0, std::memory_order_relaxed);
}

void arena::abandon() noexcept {
    base_ = nullptr;
    close();
}

u32 arena::capacity(region which) const noexcept {
    const auto r = static_cast<std::size_t>(which);
    return static_cast<u32>(std::min(header().committed[r].get() / shapes[r].record, shapes[r].most));
}

void arena::commit_range(u64 from, u64 length) {
    const int error = os::commit_file(file(), from, length);
    if (error == EFBIG)
        fail(errc::no_system_resources, "{}: may not grow to {} bytes (RLIMIT_FSIZE)", arena_path(), from + length);
    if (error != 0)
        fail(errc::no_system_resources, "{}: no memory for {} bytes more: {}", arena_path(), length,
             std::strerror(error));
}

void arena::commit(region which, u32 i) {
    const auto r = static_cast<std::size_t>(which);
    const region_shape& shape = shapes[r];
    if (i >= shape.most)
        fail(errc::no_system_resources, "{}: all {} {} records are in use", arena_path(), shape.most,
             region_name(which));
    word64& mark = header().committed[r];
    const u64 needed = (u64{i} + 1) * shape.record;
    u64 now = mark.get();
    if (now >= needed) return;
    const u64 step = std::clamp(now / 4, shape.step, u64{1} << 20U);
    const u64 target =
        std::min(round_up(std::max(needed, now + step), page), round_up(shape.most * shape.record, page));
    try {
        commit_range(shape.start + now, target - now);
        while (now < target && !mark.swap(now, target)) {
        }
    } catch (const failure&) {
        // The last pages of a full file system: without room to spare.
        const u64 least = round_up(needed, page);
        if (least >= target) throw;
        commit_range(shape.start + now, least - now);
        while (now < least && !mark.swap(now, least)) {
        }
    }
}

void arena::commit_table(u32 process_index, u32 entries) {
    if (entries > max_handles)
        fail(errc::no_system_resources, "the handle table is full: {} handles are open", max_handles - 1);
    word32& mark = process(process_index).committed;
    u32 now = mark.get();
    if (now >= entries) return;
    constexpr u32 per_page = page / sizeof(word64);
    const u64 wanted = std::max<u64>(entries, now + std::min<u64>(now / 4, 65536));
    const u32 target = static_cast<u32>(std::min<u64>(round_up(wanted, per_page), max_handles));
    commit_range(tables_at + u64{process_index} * table_size + u64{now} * sizeof(word64),
                 u64{target - now} * sizeof(word64));
    while (now < target && !mark.swap(now, target)) {
    }
}

void arena::commit_descriptors(u32 process_index, u32 entries) {
    if (entries > max_handles) fail_corrupt("the index of a handle table entry");
    word32& mark = process(process_index).described;
    u32 now = mark.get();
    if (now >= entries) return;
    constexpr u32 per_page = page / sizeof(word32);
    const u32 target = static_cast<u32>(round_up(entries, per_page));
    commit_range(offset_of(descriptors(process_index)) + u64{now} * sizeof(word32), u64{target - now} * sizeof(word32));
    while (now < target && !mark.swap(now, target)) {
    }
}

void arena::check_named() {
    struct stat facts {};
    const int fd = file();
    if (fd >= 0 && fstat(fd, &facts) == 0 && facts.st_nlink == 0)
        fail(errc::file_invalid,
             "{}: has been removed while processes use it, and those who come make another session (systemd does that "
             "when a user logs out, unless RemoveIPC=no is set)",
             arena_path());
}

void arena::look_for_name() {
    constexpr i64 second = 1'000'000'000;
    check_named();
    // Not when it is gone: then each call says so.
    next_look_.store(os::coarse_now() + second, std::memory_order_relaxed);
}

// Beyond the end of the file each access is SIGBUS.
void arena::check_backed(u64 end) {
    struct stat facts {};
    const int fd = file();
    if (fd >= 0 && fstat(fd, &facts) == 0 && end > static_cast<u64>(facts.st_size))
        fail_corrupt("how many records have memory");
}

void arena::widen(region which, u64 end) {
    const auto r = static_cast<std::size_t>(which);
    const u64 shared = header().committed[r].get();
    if (end > shared || shared > round_up(shapes[r].most * shapes[r].record, page))
        fail_corrupt(text("the index of a {} record", region_name(which)));
    check_backed(shapes[r].start + shared);
    if (mprotect(base_ + shapes[r].start, shared, PROT_READ | PROT_WRITE) != 0)
        fail(errc::no_system_resources, "{}: cannot be mapped further: {}", arena_path(), std::strerror(errno));
    u64 now = mark_[r].load(std::memory_order_relaxed);
    while (now < shared && !mark_[r].compare_exchange_weak(now, shared)) {
    }
}

void arena::widen_table(u32 process_index, u32 i) {
    if (process_index >= max_processes) fail_corrupt("the number of a process");
    const u32 shared = process(process_index).committed.get();
    if (i >= shared || shared > max_handles) fail_corrupt("the index of a handle table entry");
    check_backed(tables_at + u64{process_index} * table_size + u64{shared} * sizeof(word64));
    if (mprotect(table(process_index), u64{shared} * sizeof(word64), PROT_READ | PROT_WRITE) != 0)
        fail(errc::no_system_resources, "{}: cannot be mapped further: {}", arena_path(), std::strerror(errno));
    auto& mark = table_mark_[process_index];
    u32 now = mark.load(std::memory_order_relaxed);
    while (now < shared && !mark.compare_exchange_weak(now, shared)) {
    }
}

void arena::widen_descriptors(u32 process_index, u32 i) {
    if (process_index >= max_processes) fail_corrupt("the number of a process");
    const u32 shared = process(process_index).described.get();
    if (i >= shared || shared > max_handles) fail_corrupt("the index of a descriptor");
    char* const start = descriptors(process_index);
    check_backed(offset_of(start) + u64{shared} * sizeof(word32));
    if (mprotect(start, u64{shared} * sizeof(word32), PROT_READ | PROT_WRITE) != 0)
        fail(errc::no_system_resources, "{}: cannot be mapped further: {}", arena_path(), std::strerror(errno));
    auto& mark = descriptor_mark_[process_index];
    u32 now = mark.load(std::memory_order_relaxed);
    while (now < shared && !mark.compare_exchange_weak(now, shared)) {
    }
}

word64* arena::find_table_entry(u32 process_index, u64 i) {
    if (i >= table_mark(process_index)) {
        if (i >= process(process_index).committed.get()) return nullptr;
        widen_table(process_index, static_cast<u32>(i));
    }
    return &table(process_index)[i];
}

char* arena::checked_address(u64 offset, u64 size) {
    // Transactions change no other word of the header, and neither the log itself nor what guards it.
    const bool in_lists = offset >= offsetof(arena_header, free_object) && offset < offsetof(arena_header, undo);
    if (offset % size != 0 || offset > arena_size - size ||
        (offset < processes_at && offset != offsetof(arena_header, dead) && !in_lists))
        fail_corrupt("an offset in the undo log");
    if (offset >= tables_at) {
        const u64 p = (offset - tables_at) / table_size;
        const u64 within = (offset - tables_at) % table_size;
        if (within < descriptors_in_table)
            table_entry(static_cast<u32>(p), static_cast<u32>(within / sizeof(word64)));
        else
            descriptor(static_cast<u32>(p), static_cast<u32>((within - descriptors_in_table) / sizeof(word32)));
    } else if (offset >= processes_at) {
        std::size_t r = 0;
        while (r + 1 < shapes.size() && offset >= shapes[r + 1].start) ++r;
        const u64 end = offset - shapes[r].start + size;
        if (end > mark_[r].load(std::memory_order_relaxed)) widen(static_cast<region>(r), end);
    }
    return base_ + offset;
}

}  // namespace kobj::posix
