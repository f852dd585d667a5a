#include "posix/handle/lending.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <mutex>
#include <vector>

#include "posix/handle/descriptors.hpp"
#include "posix/handle/table.hpp"
#include "posix/object/file.hpp"
#include "posix/os/futex.hpp"
#include "posix/os/helper_thread.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/last_thread.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix::lending {

namespace {

struct lender {
    std::mutex gate;        ///< held while a kept descriptor is given up
    std::vector<int> kept;  ///< for a forked child, which must not ask the arena
    bool shares = false;    ///< has a handle to a lent file: another process may close it, but not its descriptor
    bool running = false;
    std::atomic<u32> seen = 0;  ///< of the arena's count, at the last look
};

// Never destroyed: the thread may outlive the static destructors.
lender& the_lender() {
    static lender& only = *new lender;
    return only;
}

struct kept_entry {
    u32 index;
    u64 entry;
};

struct own_entries {
    std::vector<kept_entry> kept;
    bool shares = false;
};

own_entries look_at_own(const context& me) {
    arena& a = the_arena();
    own_entries found;
    const u32 end = std::min(a.process(me.process).high.get(), a.process(me.process).described.get());
    for (u32 i = 1; i < end; ++i) {
        if (descriptors::of(me.process, i) < 0) continue;
        const u64 e = a.table_entry(me.process, i).get();
        if (entry::kind_of(e) == entry::kind::kept)
            found.kept.push_back({i, e});
        else if (entry::kind_of(e) == entry::kind::handle)
            found.shares = found.shares || (a.object(entry::object(e)).state.get() & file_object::lent) != 0;
    }
    return found;
}

// Has some process a handle to that file without a descriptor?
bool is_needed(u64 kept) {
    arena& a = the_arena();
    const u64 seen = a.object(entry::object(kept)).state.get();
    if (state::type(seen) != type_number(object_type::file) ||
        (state::generation(seen) & 0xFFFF) != entry::generation(kept))
        return false;
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p) {
        if (a.process(p).used.get() == 0) continue;
        const u32 end = std::min(a.process(p).high.get(), a.process(p).committed.get());
        for (u32 i = 1; i < end; ++i) {
            const u64 e = a.table_entry(p, i).get();
            if (entry::kind_of(e) == entry::kind::handle && entry::object(e) == entry::object(kept) &&
                entry::generation(e) == entry::generation(kept) && descriptors::of(p, i) < 0)
                return true;
        }
    }
    return false;
}

// With the gate held: closes what nobody needs.
void give_up_unneeded(const context& me) {
    lender& l = the_lender();
    const word32& changes = the_arena().header().lendings;
    l.seen = changes.get();
    std::vector<int> still;
    const own_entries own = look_at_own(me);
    l.shares = own.shares;
    for (const kept_entry& each : own.kept) {
        const u32 seen = changes.get();
        // A handle that has moved meanwhile may have been missed.
        if (is_needed(each.entry) || changes.get() != seen) {
            still.push_back(descriptors::of(me.process, each.index));
            continue;
        }
        const int fd = transact(me, [&](transaction& tx) {
            return the_arena().table_entry(me.process, each.index).get() == each.entry
                       ? remove_entry(tx, me.process, each.index)
                       : -1;
        });
        descriptors::drop(fd);
    }
    l.kept = std::move(still);
}

// Sleeps until handles to lent files change, and looks what is kept in vain. True: there is nothing to look after.
bool look_once(const context& me) {
    constexpr i64 second = 1'000'000'000;
    lender& l = the_lender();
    const word32& changes = the_arena().header().lendings;
    const u32 seen = changes.get();
    {
        const std::lock_guard lock(l.gate);
        give_up_unneeded(me);
        if (l.kept.empty() && !l.shares) {
            l.running = false;
            return true;
        }
    }
    const os::futex_key key{&changes.raw(), seen};
    os::futex_wait({&key, 1}, os::monotonic_now() + second);
    // One may have died without a word.
    if (changes.get() == seen) settle_all(me);
    return false;
}

void* run(void*) {
    last_thread::do_not_count();
    for (;;) {
        const auto over = guarded([] { return look_once(enter()); });
        if (over && !*over) continue;
        if (over) return nullptr;
        const std::lock_guard lock(the_lender().gate);
        the_lender().running = false;
        return nullptr;
    }
}

}  // namespace

void lend(transaction& tx, object_record& file) {
    const u64 seen = file.state.get();
    if ((seen & file_object::lent) == 0) tx.set(file.state, seen | file_object::lent);
    changed(tx);
}

void changed(transaction& tx) {
    word32& changes = the_arena().header().lendings;
    tx.set(changes, changes.get() + 1);
    os::futex_wake(changes.raw(), INT_MAX);
}

void look_after(const context& me) noexcept {
    (void)guarded([&] {
        lender& l = the_lender();
        const std::lock_guard lock(l.gate);
        give_up_unneeded(me);
        if ((!l.kept.empty() || l.shares) && !l.running) l.running = os::start_helper_thread(run, nullptr) == 0;
    });
}

void look_again(const context& me) noexcept {
    if (the_arena().header().lendings.get() != the_lender().seen.load(std::memory_order_relaxed)) look_after(me);
}

void before_fork() noexcept {
    the_lender().gate.lock();
}

void after_fork_in_parent() noexcept {
    the_lender().gate.unlock();
}

void after_fork_in_child() noexcept {
    lender& l = the_lender();
    for (const int fd : l.kept)
        if (fd > STDERR_FILENO) ::close(fd);
    l.kept.clear();
    l.running = false;
    l.gate.unlock();
}

}  // namespace kobj::posix::lending
