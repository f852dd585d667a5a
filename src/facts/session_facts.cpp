#include "facts/session_facts.hpp"

#include <algorithm>
#include <utility>

namespace kobj::facts {

namespace {

template <class T>
const T* find(const std::vector<T>& all, const std::vector<u32>& places, u32 record) {
    return record < places.size() && places[record] != 0 ? &all[places[record] - 1] : nullptr;
}

template <class T>
void put(std::vector<T>& all, std::vector<u32>& places, T&& one) {
    const u32 record = one.record;
    if (places.size() <= record) places.resize(record + 1);
    all.push_back(std::move(one));
    places[record] = static_cast<u32>(all.size());
}

}  // namespace

void session_facts::add(process_facts one) {
    put(processes_, process_at_, std::move(one));
}
void session_facts::add(thread_facts one) {
    if (process(one.process) != nullptr) processes_[process_at_[one.process] - 1].threads.push_back(one.record);
    put(threads_, thread_at_, std::move(one));
}
void session_facts::add(object_facts one) {
    put(objects_, object_at_, std::move(one));
}

std::vector<const process_facts*> session_facts::members_of(const object_facts& job) const {
    std::vector<const process_facts*> members;
    for (const process_facts& each : processes_) {
        // Damage may lead in a circle.
        std::size_t steps = objects_.size();
        for (u32 o = each.job; o != 0 && steps != 0; --steps) {
            const object_facts* in = object(o);
            if (in == nullptr) break;
            if (in->record == job.record) {
                members.push_back(&each);
                break;
            }
            o = in->outer_job;
        }
    }
    return members;
}

const process_facts* session_facts::process(u32 record) const {
    return find(processes_, process_at_, record);
}
const thread_facts* session_facts::thread(u32 record) const {
    return find(threads_, thread_at_, record);
}
const object_facts* session_facts::object(u32 record) const {
    return find(objects_, object_at_, record);
}

const process_facts* session_facts::process_of_id(u32 id) const {
    const auto found =
        std::find_if(processes_.begin(), processes_.end(), [&](const process_facts& p) { return p.id == id; });
    return found == processes_.end() ? nullptr : &*found;
}

u64 session_facts::waited(const thread_facts& thread) const noexcept {
    return thread.waits_since < now_ ? now_ - thread.waits_since : 0;
}

std::optional<u64> session_facts::remaining(const thread_facts& thread) const noexcept {
    if (!thread.waits_until) return std::nullopt;
    return *thread.waits_until > now_ ? *thread.waits_until - now_ : 0;
}

}  // namespace kobj::facts
