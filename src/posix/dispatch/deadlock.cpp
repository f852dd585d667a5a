#include "posix/dispatch/deadlock.hpp"

#include <kobj/handle.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "posix/arena/session_lock.hpp"
#include "posix/dispatch/queue.hpp"
#include "posix/dispatch/readiness.hpp"
#include "posix/os/proc.hpp"

namespace kobj::posix {

namespace {

u64 owner_of(u32 thread) {
    return make_owner(thread, thread_generation(the_arena().thread(thread).identity.get()));
}

/// It waits, and nothing but its objects can end that: no time limit, no alert, no death.
bool waits_for_good(u32 thread) {
    const thread_record& record = the_arena().thread(thread);
    return record.wait_count.get() != 0 && record.wait_until.get() == wait_forever &&
           record.wait_alertable.get() == 0 && !thread_ended(thread, false);
}

/// All of its threads, if each of them is known here; otherwise none, for another one may end the process.
std::vector<u32> threads_of(u32 process) {
    arena& a = the_arena();
    std::vector<u32> threads;
    const u32 count = a.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        if (a.thread(t).process.get() == process && thread_claimed(a.thread(t).identity.get()) &&
            !thread_ended(t, false))
            threads.push_back(t);
    }
    const auto seen = os::look_at_process(static_cast<pid_t>(a.process(process).id.get()));
    return seen.exists && seen.threads <= threads.size() ? threads : std::vector<u32>();
}

/// The threads of which one has to act before `waiter` can have the object. None: it can be had, or anybody may see to
/// that.
std::vector<u32> blockers_of(const object_record& object, u32 waiter, const object_record* released) {
    if (&object == released || look_at(object, owner_of(waiter)) != readiness::no) return {};
    if (object_type{static_cast<u8>(state::type(object.state.get()))} == object_type::process) {
        const u32 runs = static_cast<u32>(object.body.get());
        return runs == 0 ? std::vector<u32>() : threads_of(runs);
    }
    const u64 thread = watched_thread(object);
    return thread == 0 || owner_of(owner_index(thread)) != thread ? std::vector<u32>()
                                                                  : std::vector<u32>{owner_index(thread)};
}

/// The waits that the caller's leads to. Who is not in it runs, or will.
class waits {
public:
    waits(u32 me, std::span<object_record* const> objects, bool all, const object_record* released)
        : released_(released) {
        wait own{me, all};
        for (const object_record* o : objects) own.on.push_back(blockers_of(*o, me, released));
        found_.push_back(std::move(own));
        // Grows while it is walked along.
        for (std::size_t i = 0; i < found_.size(); ++i) {
            for (const auto& threads : std::vector(found_[i].on)) {
                for (const u32 t : threads) add(t);
            }
        }
        // All of them wait in vain, but those that do not.
        while (std::any_of(found_.begin(), found_.end(), [&](wait& w) { return w.in_vain && goes_on(w); })) {
        }
    }

    [[nodiscard]] bool first_is_in_vain() const { return found_.front().in_vain; }
    /// A thread that keeps the first one waiting.
    [[nodiscard]] u32 culprit() const {
        for (const auto& threads : found_.front().on) {
            if (is_stuck(threads)) return threads.front();
        }
        return 0;
    }

private:
    struct wait {
        u32 thread;
        bool all;
        std::vector<std::vector<u32>> on{};  ///< for each object the threads that it depends on
        bool in_vain = true;
    };

    [[nodiscard]] const wait* find(u32 thread) const {
        const auto at = std::find_if(found_.begin(), found_.end(), [&](const wait& w) { return w.thread == thread; });
        return at == found_.end() ? nullptr : &*at;
    }

    void add(u32 thread) {
        if (find(thread) != nullptr || !waits_for_good(thread)) return;
        arena& a = the_arena();
        const thread_record& record = a.thread(thread);
        wait one{thread, record.wait_all.get() != 0};
        const u32 count = std::min(record.wait_count.get(), max_wait);
        for (u32 i = 0; i < count; ++i)
            one.on.push_back(blockers_of(a.object(a.wait(thread * max_wait + i).object.get()), thread, released_));
        found_.push_back(std::move(one));
    }

    [[nodiscard]] bool is_stuck(const std::vector<u32>& threads) const {
        return !threads.empty() && std::all_of(threads.begin(), threads.end(), [&](u32 t) {
            const wait* w = find(t);
            return w != nullptr && w->in_vain;
        });
    }

    bool goes_on(wait& w) {
        const auto stuck = [&](const auto& threads) { return is_stuck(threads); };
        w.in_vain = w.all ? std::any_of(w.on.begin(), w.on.end(), stuck) : std::all_of(w.on.begin(), w.on.end(), stuck);
        return !w.in_vain;
    }

    const object_record* released_;
    std::vector<wait> found_;
};

}  // namespace

bool refuses_deadlocks() noexcept {
    static const bool asked = [] {
        const char* wanted = secure_getenv("KOBJ_DEADLOCK");
        return wanted != nullptr && std::strcmp(wanted, "error") == 0;
    }();
    return asked;
}

void refuse_deadlock(const transaction& tx, std::span<object_record* const> objects, bool all,
                     const object_record* released) {
    const waits found(tx.me().index, objects, all, released);
    if (!found.first_is_in_vain()) return;
    arena& a = the_arena();
    const thread_record& other = a.thread(found.culprit());
    const u32 id = thread_id(other.identity.get());
    const u32 process = other.process.get() == 0 ? 0 : a.process(other.process.get()).id.get();
    if (found.culprit() == tx.me().index) fail(errc::possible_deadlock, "this thread would wait for itself");
    fail(errc::possible_deadlock,
         "a wait that would never end: thread {} of process {} waits already, in the end for "
         "this thread or in a deadlock of others",
         id, process);
}

}  // namespace kobj::posix
