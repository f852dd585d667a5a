#include "activity.hpp"

#include <algorithm>

#include "facts/wait_graph.hpp"
#include "words.hpp"

namespace kobj::tool {

using facts::i64;
using facts::object_facts;
using facts::process_facts;
using facts::session_facts;
using facts::thread_facts;
using facts::u32;
using facts::u64;

void activity::look(const session_facts& all) {
    span_ = when_ == 0 ? 0 : all.now() - when_;
    when_ = all.now();
    const bool first = span_ == 0;
    const facts::wait_graph graph(all);

    std::map<key, thread_total> threads;
    std::map<key, growth> growths;
    processes_.clear();
    for (const process_facts& p : all.processes()) {
        process_activity one;
        one.id = p.id;
        one.program = p.program;
        one.handles = p.handles;
        one.threads = p.threads.size();
        one.state = state_of(p);

        const key who{p.record, p.id};
        const auto known = growths_.find(who);
        growth g = known == growths_.end() ? growth{p.handles, p.handles} : known->second;
        g.rises += p.handles > g.last ? 1 : 0;
        g.fell = g.fell || p.handles < g.last;
        g.last = p.handles;
        growths[who] = g;
        one.growth = i64{p.handles} - i64{g.at_mark};
        one.grows = !g.fell && g.rises >= rises_of_a_leak;

        double sleeps = 0;
        double slept = 0;
        for (const u32 t : p.threads) {
            const thread_facts& thread = *all.thread(t);
            const bool waits = !thread.ended && !thread.waits_for.empty();
            if (waits) {
                ++one.waiting;
                one.blocked = std::max(one.blocked, all.waited(thread));
                one.stuck = one.stuck || graph.is_stuck(t);
            }
            const thread_total now{thread.sleeps, thread.slept + (waits ? all.waited(thread) : 0)};
            const key id{t, thread.id};
            threads[id] = now;
            const auto before = threads_.find(id);
            const thread_total then = before == threads_.end() ? thread_total{} : before->second;
            sleeps += static_cast<double>(now.sleeps - then.sleeps);
            // The end of a wait may be noted a moment after it.
            slept += now.slept > then.slept ? static_cast<double>(now.slept - then.slept) : 0;
        }
        if (!first) {
            one.sleeps = rate(sleeps);
            one.waiting_threads = std::min(slept / static_cast<double>(span_), static_cast<double>(one.threads));
        }
        processes_.push_back(std::move(one));
    }
    growths_ = std::move(growths);
    threads_ = std::move(threads);

    std::map<u64, u32> totals;
    objects_.clear();
    for (const object_facts& o : all.objects()) {
        object_activity one;
        one.record = o.record;
        one.number = o.number;
        one.type = type_of(o);
        const bool is_numbered = o.type == object_type::process || o.type == object_type::thread;
        one.name = is_numbered ? std::to_string(o.id) : o.name.empty() ? '#' + std::to_string(o.record) : o.name;
        one.handles = o.handles;
        one.waiters = o.waiters.size();
        one.sleeps_in_all = o.sleeps;
        one.state = state_of(all, o);
        totals[o.number] = o.sleeps;
        if (!first) {
            const auto before = sleeps_.find(o.number);
            one.sleeps = rate(static_cast<double>(o.sleeps - (before == sleeps_.end() ? 0 : before->second)));
        }
        objects_.push_back(std::move(one));
    }
    sleeps_ = std::move(totals);
}

}  // namespace kobj::tool
