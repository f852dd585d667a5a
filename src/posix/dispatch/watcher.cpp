#include "posix/dispatch/watcher.hpp"

#include <algorithm>
#include <climits>

#include "posix/arena/handle_history.hpp"
#include "posix/dispatch/readiness.hpp"
#include "posix/dispatch/wait.hpp"
#include "posix/dispatch/watch.hpp"
#include "posix/handle/named.hpp"
#include "posix/object/timer.hpp"
#include "posix/os/futex.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix {

namespace {

constexpr i64 never = INT64_MAX;
constexpr i64 recheck = 1'000'000'000;
constexpr std::size_t most_lives = 120;  // of 128 words that the kernel lets a thread sleep on

bool is_clocked(object_type type) {
    return type == object_type::timer || type == object_type::mutex || type == object_type::thread ||
           type == object_type::process;
}

}  // namespace

watcher::watcher(const context& me) {
    const handle_history::own_work own;
    event_ = handle(create_object(me, {}, object_type::event, access::event_all, false, [](transaction& tx) {
                        return make_object(tx, type_number(object_type::event), 0, 0, 0);
                    }).value);
}

object_record& watcher::set(const context& me) const {
    return *look_up(me, event_.get(), object_type::event, 0).object;
}

u32 watcher::add(const context& me, const target& t, u64 key) {
    // Before it is a member, since it may fail.
    if (t.type() == object_type::process) watch_process(me, *t.object);
    const std::lock_guard lock(gate_);
    members_.reserve(members_.size() + 1);
    clocked_.reserve(clocked_.size() + 1);
    const u32 watch = transact(me, [&](transaction& tx) {
        if (!t.is_still_there()) fail(errc::invalid_handle, "a handle was closed before it was added to a wait set");
        return add_watch(tx, *t.object, set(me), key);
    });
    members_.emplace(watch, member{t.object, t.type()});
    if (is_clocked(t.type())) clocked_.push_back(watch);
    return watch;
}

void watcher::remove(const context& me, u32 watch) {
    const std::lock_guard lock(gate_);
    if (members_.erase(watch) == 0) return;
    std::erase(clocked_, watch);
    transact(me, [&](transaction& tx) { remove_watch(tx, watch); });
}

void watcher::remove_all(const context& me) {
    const std::lock_guard lock(gate_);
    transact(me, [&](transaction& tx) {
        while (!members_.empty()) {
            remove_watch(tx, members_.begin()->first);
            tx.checkpoint();
            members_.erase(members_.begin());
        }
    });
    clocked_.clear();
}

void watcher::unmute(const context& me, u32 watch) {
    const std::lock_guard lock(gate_);
    const auto place = members_.find(watch);
    if (place == members_.end()) return;
    transact(me, [&](transaction& tx) {
        word32& fired = the_arena().watch(watch).fired;
        if (fired.get() == watch_muted) tx.set(fired, watch_idle);
        if (look_at(*place->second.object, 0) != readiness::no) fire(tx, watch);
    });
    // A timer that was set, a mutex with another owner: who sleeps has to know.
    if (is_clocked(place->second.type)) transact(me, [&](transaction& tx) { fire(tx, watch); });
}

std::optional<watcher::found> watcher::take_fired(const context& me, manner how) {
    return transact(me, [&](transaction& tx) -> std::optional<found> {
        arena& a = the_arena();
        object_record& own = set(me);
        std::optional<found> result;
        while (const u32 watch = next_fired(tx, own)) {
            object_record& object = a.object(a.watch(watch).queue.object.get());
            make_contended(object);
            const readiness ready = look_at(object, how == manner::mute ? 0 : me.owner);
            if (ready == readiness::no) {
                if (tx.is_long()) tx.checkpoint();
                continue;
            }
            if (how != manner::mute) take(tx, object, me.owner, ready);
            if (how != manner::take)
                tx.set(a.watch(watch).fired, watch_muted);
            else if (look_at(object, me.owner) != readiness::no)
                fire(tx, watch);
            result = found{a.watch(watch).key.get(), watch,
                           ready == readiness::abandoned ? wait_status::abandoned : wait_status::signaled};
            break;
        }
        pass_on(tx, own);
        return result;
    });
}

void watcher::look_at_clocked(const context& me, bool thorough) {
    const std::lock_guard lock(gate_);
    for (const u32 watch : clocked_) {
        const member& m = members_.at(watch);
        if (thorough && m.type == object_type::process) settle_if_ended(me, *m.object);
        if (the_arena().watch(watch).fired.get() != watch_idle) continue;
        if (look_at(*m.object, me.owner, thorough) == readiness::no) continue;
        transact(me, [&](transaction& tx) {
            if (m.type == object_type::timer) {
                make_contended(*m.object);
                timer_object::advance(tx, *m.object);
            }
            fire(tx, watch);
        });
    }
}

i64 watcher::earliest(i64 until, std::vector<u64>& lives) {
    const std::lock_guard lock(gate_);
    if (!clocked_.empty()) until = std::min(until, os::monotonic_now() + recheck);
    for (const u32 watch : clocked_) {
        const member& m = members_.at(watch);
        if (the_arena().watch(watch).fired.get() == watch_muted) continue;
        if (m.type == object_type::timer) until = std::min(until, timer_object::due_at(*m.object));
        const u64 life = watched_thread(*m.object);
        // Free after it was looked at, or being released by somebody who may be killed before the commit. Then it has
        // the old owner again, whose life nobody here would watch: the next look waits for the lock.
        if (life == 0 && m.type == object_type::mutex) return os::monotonic_now();
        if (life == 0 || lives.size() == most_lives) continue;
        if (std::find(lives.begin(), lives.end(), life) == lives.end()) lives.push_back(life);
    }
    return until;
}

std::optional<watcher::found> watcher::next(const context& me, timeout limit, manner how) {
    const i64 begin = os::monotonic_now();
    const i64 deadline =
        limit.is_infinite() || limit.nanoseconds() > never - begin ? never : begin + limit.nanoseconds();
    bool thorough = limit.is_infinite() || limit.nanoseconds() != 0 ? false : true;
    for (;;) {
        look_at_clocked(me, thorough);
        if (auto taken = take_fired(me, how)) return taken;
        const i64 now = os::monotonic_now();
        if (now >= deadline) return std::nullopt;
        std::vector<u64> lives;
        const i64 until = earliest(deadline, lives);
        if (until <= now) continue;
        const target event = look_up(me, event_.get());
        const timeout rest = until == never ? timeout(infinite) : timeout(std::chrono::nanoseconds(until - now));
        const wait_outcome woken = wait_for(me, {&event, 1}, false, rest, {.lives = lives}).outcome;
        thorough = woken.status == wait_status::timed_out && os::monotonic_now() - now >= recheck;
    }
}

}  // namespace kobj::posix
