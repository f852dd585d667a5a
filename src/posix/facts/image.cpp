#include "posix/facts/image.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "posix/arena/bytes.hpp"
#include "posix/arena/regions.hpp"
#include "posix/fail.hpp"

namespace kobj::posix {

namespace {

// What tells whether the arena stands still.
struct pulse {
    u64 changes = 0;
    u32 lock = 0;
    u32 undo_count = 0;
    friend bool operator==(const pulse&, const pulse&) = default;
};

u64 read_word(int file, u64 at, std::size_t size) {
    u64 value = 0;
    if (pread(file, &value, size, static_cast<off_t>(at)) != static_cast<ssize_t>(size))
        throw facts::unreadable("it is cut short");
    return value;
}

u64 size_of(int file) {
    struct stat facts {};
    if (fstat(file, &facts) != 0) throw facts::unreadable(std::strerror(errno));
    if (!S_ISREG(facts.st_mode)) throw facts::unreadable("it is not a regular file");
    return static_cast<u64>(facts.st_size);
}

pulse take_pulse(int file) {
    // The lock's highest bit says that somebody sleeps on it.
    return {read_word(file, offsetof(arena_header, changes), 8),
            static_cast<u32>(read_word(file, offsetof(arena_header, session_lock), 4)) & ~(u32{1} << 31U),
            static_cast<u32>(read_word(file, offsetof(arena_header, undo_count), 4))};
}

}  // namespace

void check_layout(const arena_header& h) {
    if (h.magic.get() != arena_magic) throw facts::unreadable("it is not an arena of kobj");
    if (h.version.get() != arena_version)
        throw facts::unreadable(text("it has layout version {}, this program has {}", h.version.get(), arena_version));
    if (h.fingerprint.get() != layout_fingerprint())
        throw facts::unreadable(text("its records have other sizes ({:08x}) than this program's ({:08x})",
                                     h.fingerprint.get(), layout_fingerprint()));
}

image::image() {
    // Address space only, as in the arena itself.
    void* memory =
        mmap(nullptr, arena_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw facts::unreadable(text("{} GiB of address space cannot be reserved", arena_size >> 30U));
    base_ = static_cast<char*>(memory);
}

image::~image() {
    munmap(base_, arena_size);
}

u64 image::start_of(region which) noexcept {
    return shapes[static_cast<std::size_t>(which)].start;
}

// Holes stay untouched, so that a file that is nothing but holes takes neither time nor memory.
void image::copy(int file, u64 from, u64 length) {
    if (length == 0) return;
    const u64 end = from + length;
    // It may have grown since.
    if (end > size_) size_ = size_of(file);
    if (end > size_) throw facts::unreadable("it is cut short: it says that it has more records than there are bytes");
    while (from < end) {
        const off_t data = lseek(file, static_cast<off_t>(from), SEEK_DATA);
        if (data < 0 && errno == ENXIO) return;
        if (data >= 0) from = static_cast<u64>(data);
        if (from >= end) return;
        const off_t hole = data < 0 ? -1 : lseek(file, static_cast<off_t>(from), SEEK_HOLE);
        u64 stop = hole < 0 ? end : std::min(end, static_cast<u64>(hole));
        while (from < stop) {
            const ssize_t got = pread(file, base_ + from, stop - from, static_cast<off_t>(from));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw facts::unreadable(std::strerror(errno));
            if (got == 0) throw facts::unreadable("it became shorter while it was read");
            from += static_cast<u64>(got);
        }
    }
}

void image::read(int file) {
    size_ = size_of(file);
    if (size_ < header_size) throw facts::unreadable(text("it is cut short ({} bytes)", size_));
    // What was there from the last look goes.
    madvise(base_, arena_size, MADV_DONTNEED);
    std::fill(std::begin(capacity_), std::end(capacity_), 0);

    const pulse before = take_pulse(file);
    copy(file, 0, header_size);
    const arena_header& h = header();
    check_layout(h);
    for (std::size_t r = 0; r < shapes.size(); ++r) {
        const u64 committed = h.committed[r].get();
        if (committed > most_committed(shapes[r]))
            throw facts::unreadable(text("it says that it has more {} records than there can be", shapes[r].name));
        copy(file, shapes[r].start, committed);
        capacity_[r] = static_cast<u32>(std::min(committed / shapes[r].record, shapes[r].most));
    }
    const u32 high = std::min(h.high_process.get(), capacity(region::processes));
    for (u32 p = 1; p < high; ++p) {
        if (const u32 length = table_length(p); length != 0)
            copy(file, tables_at + u64{p} * table_size, u64{length} * sizeof(word64));
        if (const u32 length = described(p); length != 0)
            copy(file, tables_at + u64{p} * table_size + descriptors_in_table, u64{length} * sizeof(word32));
    }
    stood_still_ = take_pulse(file) == before;
}

void image::read_still(int file, int most) {
    constexpr useconds_t between_copies = 200;
    read(file);
    for (int n = 1; n < most && !stood_still_; ++n) {
        usleep(between_copies);
        read(file);
    }
}

std::string image::key_of(const object_record& object) const {
    std::string key;
    u32 n = object.name.get();
    const name_record* part = n == 0 ? nullptr : name(n);
    u32 left = part == nullptr ? 0 : std::min(part->length.get(), u32{most_bytes_kept});
    while (part != nullptr && left != 0) {
        const u32 here = std::min(left, name_record::text_room);
        key.append(part->text, here);
        left -= here;
        n = part->more.get();
        part = n == 0 ? nullptr : name(n);
    }
    return key;
}

u32 image::table_length(u32 process) const noexcept {
    const process_record* record = this->process(process);
    // What undoing may need is copied, too, therefore not only what is in use.
    return record == nullptr ? 0 : std::min(record->committed.get(), max_handles);
}

u32 image::described(u32 process) const noexcept {
    const process_record* record = this->process(process);
    return record == nullptr ? 0 : std::min(record->described.get(), max_handles);
}

const wait_block* image::wait(u32 number) const {
    if (number < first_watch) return at<wait_block>(region::waits, number);
    const watch_record* record = watch(number - first_watch);
    return record == nullptr ? nullptr : &record->queue;
}

const word64* image::entry(u32 process, u32 i) const {
    if (i >= table_length(process)) return nullptr;
    return reinterpret_cast<const word64*>(base_ + tables_at + u64{process} * table_size) + i;
}

u32 image::descriptor(u32 process, u32 i) const {
    if (i >= described(process)) return 0;
    const char* table = base_ + tables_at + u64{process} * table_size + descriptors_in_table;
    return reinterpret_cast<const word32*>(table)[i].get();
}

char* image::word_at(u64 offset, u64 size) const noexcept {
    if (offset % size != 0 || offset < offsetof(arena_header, dead) || offset >= arena_size) return nullptr;
    if (offset >= tables_at) {
        const u32 p = static_cast<u32>((offset - tables_at) / table_size);
        const u64 within = (offset - tables_at) % table_size;
        const bool there = within < descriptors_in_table
                               ? within / sizeof(word64) < table_length(p)
                               : (within - descriptors_in_table) / sizeof(word32) < described(p);
        return there ? base_ + offset : nullptr;
    }
    if (offset < header_size) return offset < offsetof(arena_header, undo) ? base_ + offset : nullptr;
    for (std::size_t r = 0; r < shapes.size(); ++r) {
        const u64 end = shapes[r].start + u64{capacity_[r]} * shapes[r].record;
        if (offset >= shapes[r].start && offset + size <= end) return base_ + offset;
    }
    return nullptr;
}

std::string image::undo() {
    auto& h = *reinterpret_cast<arena_header*>(base_);
    u32 count = h.undo_count.get();
    if (count > undo_room) return text("the undo log has {} entries, of {} at most", count, undo_room);
    while (count > 0) {
        const undo_entry& step = h.undo[--count];
        const u64 where = step.where.get();
        const bool narrow = (where & 1U) != 0;
        char* word = word_at(where & ~u64{1}, narrow ? 4 : 8);
        if (word == nullptr) return text("entry {} of the undo log is about no word of the arena", count);
        if (narrow)
            reinterpret_cast<word32*>(word)->put(static_cast<u32>(step.old.get()));
        else
            reinterpret_cast<word64*>(word)->put(step.old.get());
    }
    h.undo_count.put(0);
    return {};
}

}  // namespace kobj::posix
