#include <algorithm>

#include "posix/check/examination.hpp"

// Processes: their handle tables, and the objects that belong to them.
namespace kobj::posix::check {

void examination::processes() {
    bool any = false;
    for (u32 p = 1; p < processes_ && !has_enough(); ++p) {
        const process_record& record = *a_.process(p);
        const u32 state = record.state.get();
        if (state > static_cast<u32>(process_state::execed)) {
            say(rule::process, p, "{} is in state {}, which there is not", describe_process(p), state);
            continue;
        }
        if (state == static_cast<u32>(process_state::free)) continue;
        ++out_.counted.processes;
        any = any || state == static_cast<u32>(process_state::attached);
        table_of(p);
        descriptors_of(p);
        objects_of(p);
        watches_of(p);
        member(p);
        limbo_list(record.making.get(), "the list of what a process is making", p, p);
    }
    if (any && a_.header().dead.get() != 0)
        say(rule::header, 100, "the arena is marked as left by all, but a process is attached");
}

void examination::table_of(u32 p) {
    const process_record& record = *a_.process(p);
    const u32 high = std::min(record.high.get(), a_.table_length(p));
    if (record.high.get() > std::max(a_.table_length(p), 1U))
        say(rule::handle_table, p, "{} is said to have had {} entries in use, but there is memory for {} only",
            describe_process(p), record.high.get(), a_.table_length(p));
    u32 handles = 0;
    u32 free = 0;
    for (u32 i = 1; i < high && !has_enough(); ++i) {
        const u64 e = a_.entry(p, i)->get();
        const entry::kind kind = entry::kind_of(e);
        if (kind == entry::kind::free) {
            ++free;
            continue;
        }
        const auto here = [&] { return text("handle {:#x} of {}", u64{i} << 2U, describe_process(p)); };
        const u64 number = u64{p} << 32U | i;
        if (kind == entry::kind::kept) {
            if (i >= a_.described(p) || a_.descriptor(p, i) == 0)
                say(rule::handle_table, number, "{} is kept for its descriptor, but has none", here());
            continue;
        }
        if (kind == entry::kind::handle) ++handles;
        const u32 o = entry::object(e);
        const object_record* object = live(o, rule::handle_table, number, here());
        if (object == nullptr) continue;
        const u64 seen = object->state.get();
        if ((state::generation(seen) & 0xFFFF) != entry::generation(e))
            say(rule::handle_table, number, "{} leads to {}, but was made for one that was there before", here(),
                describe(o));
        if (kind == entry::kind::handle) {
            ++tallies_[o].handles;
            if (witness::process(object->witness.get()) == p) ++tallies_[o].witnessed;
            ++out_.counted.handles;
            continue;
        }
        ++tallies_[o].references;
        ++out_.counted.views;
        if (state::type(seen) != static_cast<u32>(object_type::file_mapping))
            say(rule::handle_table, number, "{} is a view of {}", here(), describe(o));
    }
    if (has_enough()) return;
    if (record.used.get() != handles)
        say(rule::counter, p, "{} is said to have {} handles, but its table has {}", describe_process(p),
            record.used.get(), handles);
    free_entries_of(p, high, free);
}

void examination::free_entries_of(u32 p, u32 high, u32 free) {
    const process_record& record = *a_.process(p);
    std::vector<bool> seen(std::max(high, 1U));
    u32 last = 0;
    u32 found = 0;
    for (u32 i = record.free_head.get(); i != 0; ++found) {
        if (i >= high)
            return say(rule::handle_list, p, "the free handles of {} lead to entry {}, of {}", describe_process(p), i,
                       high);
        if (seen[i])
            return say(rule::handle_list, p, "the free handles of {} come to entry {} twice", describe_process(p), i);
        seen[i] = true;
        const u64 e = a_.entry(p, i)->get();
        if (entry::kind_of(e) != entry::kind::free)
            return say(rule::handle_list, p, "the free handles of {} lead to entry {}, which is in use",
                       describe_process(p), i);
        last = i;
        i = entry::next_free(e);
    }
    if (record.free_tail.get() != last)
        say(rule::handle_list, p, "the free handles of {} end at entry {}, but {} is said to be the last",
            describe_process(p), last, record.free_tail.get());
    if (found != free)
        say(rule::handle_list, p, "{} has {} free entries, but {} of them are in the list", describe_process(p), free,
            found);
}

void examination::objects_of(u32 p) {
    const process_record& record = *a_.process(p);
    if (const u32 o = record.object.get(); o != 0) {
        const auto whose = [&] { return text("the process object of {}", describe_process(p)); };
        if (const object_record* object = live(o, rule::process, p, whose())) {
            ++tallies_[o].references;
            tallies_[o].has_end = true;
            const u64 body = u64{record.generation.get()} << 32U | p;
            if (state::type(object->state.get()) != static_cast<u32>(object_type::process))
                say(rule::process, p, "{} is {}", whose(), describe(o));
            else if (object->body.get() != body)
                say(rule::process, p, "{} says that it is that of another process", whose());
            else if ((object->state.get() & state::ended) != 0)
                say(rule::process, p, "{} says that it has ended", whose());
        }
    }
    if (const u32 o = record.primary_thread.get(); o != 0) {
        const auto whose = [&] { return text("the first thread of {}", describe_process(p)); };
        if (const object_record* object = live(o, rule::process, p, whose())) {
            ++tallies_[o].references;
            tallies_[o].has_end = true;
            if (state::type(object->state.get()) != static_cast<u32>(object_type::thread))
                say(rule::process, p, "{} is {}", whose(), describe(o));
        }
    }
}

}  // namespace kobj::posix::check
