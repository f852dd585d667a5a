#include "facts/blocked_threads.hpp"

#include "facts/wait_graph.hpp"

namespace kobj::facts {

namespace {

inspect::waiter_info name_of(const session_facts& all, u32 record) {
    const thread_facts* thread = all.thread(record);
    if (thread == nullptr) return {};
    const process_facts* process = all.process(thread->process);
    return {process == nullptr ? 0 : process->id, thread->id};
}

}  // namespace

std::vector<inspect::blocked_thread> blocked_threads_of(const session_facts& all) {
    const wait_graph graph(all);
    std::vector<inspect::blocked_thread> blocked;
    for (const thread_facts& t : all.threads()) {
        if (t.ended || t.waits_for.empty()) continue;
        const inspect::waiter_info who = name_of(all, t.record);
        inspect::blocked_thread one{who.process_id,          who.thread_id, {}, t.waits_for_all, {}, {},
                                    graph.is_stuck(t.record)};
        one.waited = std::chrono::nanoseconds(all.waited(t));
        for (const u32 o : t.waits_for) {
            if (const object_facts* object = all.object(o)) one.objects.push_back(object->number);
            for (const u32 b : graph.blockers_of(o)) one.blocked_by.push_back(name_of(all, b));
        }
        blocked.push_back(std::move(one));
    }
    return blocked;
}

}  // namespace kobj::facts
