#include <kobj/wait_set.hpp>

#include <unistd.h>

#include <map>

#include "posix/dispatch/quick.hpp"
#include "posix/dispatch/watcher.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

struct wait_set::members {
    explicit members(const context& me) : all(me), process(getpid()) {}

    [[nodiscard]] bool is_ours() const { return process == getpid(); }

    watcher all;
    pid_t process;
    mutable std::mutex gate;
    std::map<u64, u32> by_key;
};

wait_set::wait_set() noexcept = default;
wait_set::wait_set(std::unique_ptr<members> made) noexcept : members_(std::move(made)) {}
wait_set::wait_set(wait_set&& other) noexcept = default;

wait_set& wait_set::operator=(wait_set&& other) noexcept {
    std::swap(members_, other.members_);
    return *this;
}

wait_set::~wait_set() {
    if (!members_) return;
    if (members_->is_ours())
        (void)guarded([&] { members_->all.remove_all(enter()); });
    else
        // The parent's: nothing of it is in this process's table.
        (void)members_.release();
}

result<wait_set> wait_set::create() {
    return guarded([] { return wait_set(std::make_unique<members>(enter())); });
}

namespace {

[[noreturn]] void fail_empty() {
    fail(errc::invalid_handle, "an empty wait set, or one made before fork");
}

}  // namespace

result<void> wait_set::add(handle_value object, std::uint64_t key) {
    return guarded([&] {
        if (!members_ || !members_->is_ours()) fail_empty();
        if (is_pseudo(object)) fail(errc::invalid_handle, "a pseudo handle in a wait set");
        const context& me = enter();
        const target t = look_up(me, object);
        check_waitable(t, object);
        const std::lock_guard lock(members_->gate);
        const auto [place, added] = members_->by_key.emplace(key, 0);
        if (!added) fail(errc::already_exists, "the wait set has a member of key {} already", key);
        try {
            place->second = members_->all.add(me, t, key);
        } catch (...) {
            members_->by_key.erase(place);
            throw;
        }
    });
}

result<void> wait_set::remove(std::uint64_t key) {
    return guarded([&] {
        if (!members_ || !members_->is_ours()) fail_empty();
        const context& me = enter();
        const std::lock_guard lock(members_->gate);
        const auto found = members_->by_key.find(key);
        if (found == members_->by_key.end()) fail(errc::file_not_found, "the wait set has no member of key {}", key);
        members_->all.remove(me, found->second);
        members_->by_key.erase(found);
    });
}

std::size_t wait_set::size() const noexcept {
    if (!members_ || !members_->is_ours()) return 0;
    const std::lock_guard lock(members_->gate);
    return members_->by_key.size();
}

namespace {

wait_set::outcome told(const std::optional<watcher::found>& found) {
    return found ? wait_set::outcome{found->status, found->key} : wait_set::outcome{};
}

}  // namespace

result<wait_set::outcome> wait_set::wait(timeout limit) {
    return guarded([&] {
        if (!members_ || !members_->is_ours()) fail_empty();
        return told(members_->all.next(enter(), limit, watcher::manner::take));
    });
}

result<wait_set::outcome> wait_set::wait_and_pause(timeout limit) {
    return guarded([&] {
        if (!members_ || !members_->is_ours()) fail_empty();
        return told(members_->all.next(enter(), limit, watcher::manner::take_and_mute));
    });
}

result<void> wait_set::resume(std::uint64_t key) {
    return guarded([&] {
        if (!members_ || !members_->is_ours()) fail_empty();
        const context& me = enter();
        const std::lock_guard lock(members_->gate);
        const auto found = members_->by_key.find(key);
        if (found == members_->by_key.end()) fail(errc::file_not_found, "the wait set has no member of key {}", key);
        members_->all.unmute(me, found->second);
    });
}

}  // namespace kobj
