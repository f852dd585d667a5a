#include <kobj/wait_set.hpp>

#include "common/object_type.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "nt.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace kobj {

using detail::last_error;
using detail::native;
using detail::number_text;

// The thread pool waits for the members: it has a way to wait for many without a thread for each 64. What it reports it
// has taken already; that is kept until wait() asks.
struct wait_set::members {
    struct member {
        members* set;
        std::uint64_t key;
        handle object;
        object_type type;
        bool stays_signaled;  ///< nothing is taken from it, so it may have been unsignaled since
        PTP_WAIT wait;
        bool ready = false;
        bool paused = false;

        [[nodiscard]] HANDLE get() const { return native(object.get()); }
        void arm() { SetThreadpoolWait(wait, get(), nullptr); }
        // What was taken and not reported.
        void give_back() const {
            if (type == object_type::event && !stays_signaled) SetEvent(get());
            if (type == object_type::semaphore) ReleaseSemaphore(get(), 1, nullptr);
        }
    };

    static void CALLBACK on_signal(PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) {
        auto& signaled = *static_cast<member*>(context);
        members& set = *signaled.set;
        const std::lock_guard lock(set.gate);
        signaled.ready = true;
        set.ready.push_back(&signaled);
        set.some_ready.notify_one();
    }

    // Without the gate, which the callback needs.
    static void end(member& gone) {
        SetThreadpoolWait(gone.wait, nullptr, nullptr);
        WaitForThreadpoolWaitCallbacks(gone.wait, TRUE);
        CloseThreadpoolWait(gone.wait);
    }

    result<outcome> wait(timeout limit, bool pauses);

    std::mutex gate;
    std::condition_variable some_ready;
    std::map<std::uint64_t, member> all;
    std::deque<member*> ready;
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
    for (auto& [key, each] : members_->all) {
        members::end(each);
        if (each.ready) each.give_back();
    }
}

namespace {

bool is_manual_reset(HANDLE event) noexcept {
    const auto state = detail::nt::query_event(event);
    return state && state->manual_reset;
}

failure empty_set() noexcept {
    return {errc::invalid_handle, "an empty wait set"};
}

}  // namespace

result<wait_set> wait_set::create() {
    try {
        return wait_set(std::make_unique<members>());
    } catch (const std::bad_alloc&) {
        return errc::not_enough_memory;
    }
}

result<void> wait_set::add(handle_value object, std::uint64_t key) {
    if (!members_) return empty_set();
    if (detail::is_pseudo(object)) return failure(errc::invalid_handle, "a pseudo handle in a wait set");
    const auto type = type_of(object);
    if (!type) return type.error();
    if (*type == object_type::file_mapping)
        return detail::explain(errc::invalid_handle, {"handle ", number_text(object), ", a file mapping"});
    auto rights = access_of(object);
    if (!rights) return std::move(rights).error();
    if ((*rights & access::synchronize) == 0)
        return detail::explain(errc::access_denied, {"handle ", number_text(object), " does not grant synchronize"});
    if (*type == object_type::mutex) return failure(errc::not_supported, "a mutex in a wait set, on Windows");

    auto own = duplicate(object);
    if (!own) return std::move(own).error();
    const bool stays = *type == object_type::process || *type == object_type::thread ||
                       (*type == object_type::event && is_manual_reset(native(own->get())));
    try {
        const std::lock_guard lock(members_->gate);
        const auto [place, added] = members_->all.try_emplace(
            key, members::member{members_.get(), key, *std::move(own), *type, stays, nullptr});
        if (!added)
            return detail::explain(errc::already_exists, {"the wait set has a member of key ", number_text(key)});
        place->second.wait = CreateThreadpoolWait(members::on_signal, &place->second, nullptr);
        if (place->second.wait == nullptr) {
            auto why = last_error({"CreateThreadpoolWait"});
            members_->all.erase(place);
            return why;
        }
        place->second.arm();
    } catch (const std::bad_alloc&) {
        return errc::not_enough_memory;
    }
    return {};
}

result<void> wait_set::remove(std::uint64_t key) {
    if (!members_) return empty_set();
    std::unique_lock lock(members_->gate);
    const auto found = members_->all.find(key);
    if (found == members_->all.end())
        return detail::explain(errc::file_not_found, {"the wait set has no member of key ", number_text(key)});
    auto gone = members_->all.extract(found);
    lock.unlock();
    members::end(gone.mapped());
    lock.lock();
    if (gone.mapped().ready) {
        std::erase(members_->ready, &gone.mapped());
        gone.mapped().give_back();
    }
    return {};
}

std::size_t wait_set::size() const noexcept {
    if (!members_) return 0;
    const std::lock_guard lock(members_->gate);
    return members_->all.size();
}

result<wait_set::outcome> wait_set::wait(timeout limit) {
    return members_ ? members_->wait(limit, false) : empty_set();
}

result<wait_set::outcome> wait_set::wait_and_pause(timeout limit) {
    return members_ ? members_->wait(limit, true) : empty_set();
}

result<void> wait_set::resume(std::uint64_t key) {
    if (!members_) return empty_set();
    const std::lock_guard lock(members_->gate);
    const auto found = members_->all.find(key);
    if (found == members_->all.end())
        return detail::explain(errc::file_not_found, {"the wait set has no member of key ", number_text(key)});
    if (std::exchange(found->second.paused, false)) found->second.arm();
    return {};
}

result<wait_set::outcome> wait_set::members::wait(timeout limit, bool pauses) {
    using clock = std::chrono::steady_clock;
    const auto begin = clock::now();
    const auto longest = clock::time_point::max() - begin;
    const bool forever = limit.is_infinite() || std::chrono::nanoseconds(limit.nanoseconds()) > longest;
    std::unique_lock lock(gate);
    const auto some = [&] { return !ready.empty(); };
    for (;;) {
        if (forever)
            some_ready.wait(lock, some);
        else if (!some_ready.wait_until(lock, begin + std::chrono::nanoseconds(limit.nanoseconds()), some))
            return outcome{};
        member& first = *ready.front();
        ready.pop_front();
        first.ready = false;
        const bool still = !first.stays_signaled || WaitForSingleObject(first.get(), 0) == WAIT_OBJECT_0;
        first.paused = still && pauses;
        if (!first.paused) first.arm();
        if (still) return outcome{wait_status::signaled, first.key};
    }
}

}  // namespace kobj
