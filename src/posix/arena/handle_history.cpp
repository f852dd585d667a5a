#include "posix/arena/handle_history.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "posix/arena/arena.hpp"
#include "posix/arena/session_path.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/shared_file.hpp"
#include "posix/os/stack.hpp"

namespace kobj::posix::handle_history {

namespace {

constexpr u64 file_size = records_at + u64{max_handles} * sizeof(record);
// Memory is committed for that many records at once.
constexpr u64 step = 128;
constexpr std::size_t steps = max_handles / step;

char* base = nullptr;
std::string* own_path = nullptr;
std::array<std::atomic<bool>, steps> committed;

constinit thread_local u32 own_works = 0;

bool asked_for(const char* variable) {
    const char* given = secure_getenv(variable);
    return given != nullptr && *given != '\0' && std::strcmp(given, "0") != 0;
}

bool commit(std::size_t which) noexcept {
    if (committed[which].load(std::memory_order_acquire)) return true;
    const u64 from = which == 0 ? 0 : place_of(which * step);
    // Opened anew: a program may close all its descriptors, and the number be another file's then.
    const os::descriptor file(open(own_path->c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!file || os::commit_file(file.get(), from, place_of((which + 1) * step) - from) != 0) return false;
    committed[which].store(true, std::memory_order_release);
    return true;
}

record& at(u64 index) noexcept {
    return *reinterpret_cast<record*>(base + place_of(index));
}

void keep(word64 (&place)[record::depth], std::span<const u64> calls) noexcept {
    for (u32 i = 0; i < record::depth; ++i) place[i].put(i < calls.size() ? calls[i] : 0);
}

void write_down(const change& what, std::span<const u64> calls) noexcept {
    if (what.index >= max_handles || !commit(what.index / step)) return;
    record& r = at(what.index);
    // Two threads at one slot: a program that closes what another thread opens just now. One of them is noted.
    u32 seen = r.changes.get();
    if ((seen & 1U) != 0 || !r.changes.swap(seen, seen + 1)) return;
    const u64 now = static_cast<u64>(os::wall_clock_at(0));
    if (what.opened) {
        r.number.put(reinterpret_cast<header*>(base)->openings.raw().fetch_add(1) + 1);
        r.object.put(what.object);
        r.type.put(what.type);
        r.opened_at.put(now);
        r.opened_by.put(static_cast<u32>(gettid()));
        keep(r.opened, calls);
        r.what.put(is_open | (own_work::is_on() ? is_own : 0));
    } else if ((r.what.get() & is_open) == 0 || r.object.get() == what.object) {
        if ((r.what.get() & is_open) == 0) {  // inherited, or put there by another process
            r.object.put(what.object);
            r.type.put(what.type);
            r.opened_by.put(0);
            keep(r.opened, {});
        }
        r.closed_at.put(now);
        r.closed_by.put(static_cast<u32>(gettid()));
        keep(r.closed, calls);
        r.what.put(is_closed | (r.what.get() & is_own));
    }
    r.changes.put(seen + 2);
}

void copy_step(std::size_t which, const char* from) noexcept {
    std::memcpy(base + place_of(which * step), from + place_of(which * step), step * sizeof(record));
    for (u64 i = which * step; i < (which + 1) * step; ++i) {
        // Another thread of the parent is writing it.
        if (const u32 changes = at(i).changes.get(); (changes & 1U) != 0) at(i).changes.put(changes + 1);
    }
}

}  // namespace

constinit std::atomic<bool> kept{false};

void begin(u32 process, u32 generation) noexcept {
    if (!asked_for("KOBJ_HANDLE_TRACE") && !asked_for("KOBJ_VERIFY")) return;
    try {
        const std::string path = history_path(arena_path(), process, generation);
        unlink(path.c_str());  // of a program that this one has replaced by exec
        os::descriptor made(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!made) return;
        void* memory = mmap(nullptr, file_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, made.get(), 0);
        if (memory == MAP_FAILED) {
            unlink(path.c_str());
            return;
        }
        // A forked child goes on from what its parent knew: it has the same handles, and the same code in the same
        // place.
        char* parents = std::exchange(base, static_cast<char*>(memory));
        std::array<bool, steps> had{};
        for (std::size_t i = 0; i < steps; ++i) had[i] = committed[i].exchange(false);
        delete own_path;
        own_path = new std::string(path);
        if (!commit(0)) return end();
        auto& head = *reinterpret_cast<header*>(base);
        if (had[0]) head.openings.put(reinterpret_cast<header*>(parents)->openings.get());
        for (std::size_t i = 0; i < steps; ++i) {
            if (had[i] && commit(i)) copy_step(i, parents);
        }
        if (parents != nullptr) munmap(parents, file_size);
        head.version.put(file_version);
        head.process.put(static_cast<u32>(getpid()));
        head.magic.put(file_magic);
        kept.store(true);
    } catch (const std::exception&) {
        // Without memory nothing is kept.
    } catch (const failure&) {
    }
}

void note(std::span<const change> changes) noexcept {
    std::array<u64, record::depth> calls{};
    const std::size_t count = os::walk_stack(calls);
    for (const change& each : changes) write_down(each, std::span(calls).first(count));
}

const record* find(u64 index) noexcept {
    if (!is_kept() || index >= max_handles || !committed[index / step].load(std::memory_order_acquire)) return nullptr;
    const record& found = at(index);
    return found.what.get() == 0 ? nullptr : &found;
}

void stop() noexcept {
    kept.store(false);
}

void end() noexcept {
    stop();
    if (own_path != nullptr) unlink(own_path->c_str());
}

void remove_of(u32 process, u32 generation) noexcept {
    (void)guarded([&] { unlink(history_path(arena_path(), process, generation).c_str()); });
}

own_work::own_work() noexcept {
    ++own_works;
}
own_work::~own_work() {
    --own_works;
}
bool own_work::is_on() noexcept {
    return own_works != 0;
}

}  // namespace kobj::posix::handle_history
