#include "facts/wait_graph.hpp"

#include <algorithm>
#include <set>

namespace kobj::facts {

wait_graph::wait_graph(const session_facts& all) : all_(all) {
    for (const thread_facts& t : all.threads()) {
        if (stuck_.size() <= t.record) stuck_.resize(t.record + 1);
        stuck_[t.record] = !t.ended && !t.waits_for.empty() && !t.alertable;
    }
    // All that wait, less those that can go on, until nobody more can.
    for (bool changed = true; changed;) {
        changed = false;
        for (const thread_facts& t : all.threads()) {
            if (!stuck_[t.record]) continue;
            const auto stuck = [&](u32 o) { return is_stuck_object(o, t.record); };
            const bool waits_in_vain = t.waits_for_all ? std::any_of(t.waits_for.begin(), t.waits_for.end(), stuck)
                                                       : std::all_of(t.waits_for.begin(), t.waits_for.end(), stuck);
            if (waits_in_vain) continue;
            stuck_[t.record] = false;
            changed = true;
        }
    }
}

bool wait_graph::is_stuck_object(u32 object, u32 waiter) const {
    // Its own mutex a thread can have again, also while others of a wait for all are missing.
    if (const object_facts* o = all_.object(object);
        o != nullptr && o->type == object_type::mutex && o->owner == waiter)
        return false;
    const std::vector<u32> on = blockers_of(object);
    return !on.empty() && std::all_of(on.begin(), on.end(), [&](u32 t) { return is_stuck(t); });
}

std::vector<u32> wait_graph::blockers_of(u32 record) const {
    const object_facts* object = all_.object(record);
    if (object == nullptr || object->signaled) return {};
    switch (object->type) {
        case object_type::mutex:
        case object_type::none:  // a critical section, an answer
            return object->owner == 0 ? std::vector<u32>() : std::vector<u32>{object->owner};
        case object_type::thread:
            return all_.thread(object->runs) == nullptr ? std::vector<u32>() : std::vector<u32>{object->runs};
        case object_type::process: {
            const process_facts* process = all_.process(object->runs);
            // A thread that has never called kobj may end the process as well.
            if (process == nullptr || process->system_threads > process->threads.size()) return {};
            return process->threads;
        }
        default:
            return {};
    }
}

std::vector<std::vector<wait_edge>> wait_graph::circles() const {
    std::vector<std::vector<wait_edge>> found;
    std::set<u32> seen;
    for (const thread_facts& start : all_.threads()) {
        if (!is_stuck(start.record)) continue;
        // Each that is stuck waits for one that is: following them leads into a circle.
        std::vector<wait_edge> way;
        u32 at = start.record;
        while (!seen.contains(at)) {
            seen.insert(at);
            const thread_facts& t = *all_.thread(at);
            const auto o = std::find_if(t.waits_for.begin(), t.waits_for.end(),
                                        [&](u32 object) { return is_stuck_object(object, at); });
            if (o == t.waits_for.end()) break;
            way.push_back({at, *o, blockers_of(*o).front()});
            at = way.back().blocker;
        }
        const auto begin = std::find_if(way.begin(), way.end(), [&](const wait_edge& e) { return e.waiter == at; });
        if (begin != way.end()) found.emplace_back(begin, way.end());
    }
    return found;
}

}  // namespace kobj::facts
