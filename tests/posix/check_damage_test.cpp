#include "copied_arena.hpp"

// The checker: it finds nothing in a session that works, and finds each kind of damage, made in a copy of an arena.

using namespace kobj::posix;
using kobj::object_type;
using kobj::posix::check::rule;
using test::copied_arena;
using test::examine;
using test::furnished;
using test::own_process;
using test::place_of;
using test::record_of;
using test::reports;
using test::whole_copy;

TEST_CASE("Each kind of damage is found and said", "[check]") {
    furnished all;
    const u32 self = own_process();
    const u32 held = record_of(all.held);
    const u32 unnamed = record_of(all.unnamed);
    const u32 event = record_of(all.event);
    const u32 gate = record_of(all.gate);
    const u32 units = record_of(all.units);
    const u32 timer = record_of(all.timer);
    // With a routine of this thread's.
    kobj::detail::set_timer(all.timer.get(), std::chrono::hours(1), std::chrono::seconds(0)).value();
    const u32 memory = record_of(all.memory);
    const u32 own = record_of(all.self);
    const u32 place = place_of(all.unnamed.get());

    struct damage {
        const char* what;
        rule found;
        std::function<void(copied_arena&)> make;
    };
    const auto with = [](word64& word, u64 value) { word.put(value); };
    const auto swapped = [&](copied_arena& c) -> std::pair<u32, u32> {
        const u32 head = c.object(gate).queue_head.get();
        return {head, c.object(gate).queue_tail.get()};
    };
    // A name record that the closed mutex has left.
    const auto free_name = [](copied_arena& c) { return c.header().free_name.get(); };
    const auto first_set = [](copied_arena& c) {
        u32 w = 1;
        while (c.watch(w).set.get() == 0) ++w;
        return w;
    };
    const std::vector<damage> kinds = {
        {"more objects than memory", rule::header, [](auto& c) { c.header().high_object.put(max_objects); }},
        {"more names than memory", rule::header, [](auto& c) { c.header().high_name.put(max_names); }},
        {"more processes than memory", rule::header, [](auto& c) { c.header().high_process.put(max_processes); }},
        {"more watches than memory", rule::header, [](auto& c) { c.header().high_watch.put(max_watches); }},
        {"more buckets than memory", rule::header, [](auto& c) { c.header().bucket_count.put(max_buckets); }},
        {"left by all, with somebody in it", rule::header, [](auto& c) { c.header().dead.put(1); }},
        {"a log without a holder", rule::undo_log, [](auto& c) { c.header().undo_count.put(1); }},
        {"a log that is too long", rule::undo_log, [](auto& c) { c.header().undo_count.put(undo_room + 1); }},
        {"a log about no word", rule::undo_log,
         [](auto& c) {
             c.header().undo[0].where.put(arena_size + 8);
             c.header().undo_count.put(1);
         }},
        {"a log that is about itself", rule::undo_log,
         [](auto& c) {
             c.header().undo[0].where.put(offsetof(arena_header, undo));
             c.header().undo_count.put(1);
         }},
        {"a lock that a free record holds", rule::session_lock,
         [](auto& c) { c.header().session_lock.put(c.process(0).state.get() + 15); }},
        {"a lock that no record holds", rule::session_lock, [](auto& c) { c.header().session_lock.put(max_threads); }},
        {"an object of no type", rule::object_state,
         [&](auto& c) { with(c.object(unnamed).state, c.object(unnamed).state.get() | u64{12} << state::type_shift); }},
        {"a mutex that is free and held twice", rule::object_state,
         [&](auto& c) { with(c.object(unnamed).extra, c.object(unnamed).extra.get() + 1); }},
        {"a mutex with another's count", rule::object_state,
         [&](auto& c) { with(c.object(unnamed).extra, c.object(unnamed).extra.get() + (u64{1} << 32U)); }},
        {"a mutex that no thread owns", rule::object_state,
         [&](auto& c) { with(c.object(unnamed).state, c.object(unnamed).state.get() | make_owner(65535, 1)); }},
        {"an event in no state", rule::object_state,
         [&](auto& c) { with(c.object(event).state, c.object(event).state.get() | 8); }},
        {"more units than there may be", rule::object_state,
         [&](auto& c) { with(c.object(units).state, c.object(units).state.get() | 7); }},
        {"free and in use: an object in the free list", rule::object_list,
         [&](auto& c) {
             c.object(unnamed).link.put(c.header().free_object.get());
             c.header().free_object.put(unnamed);
         }},
        {"free objects in a circle", rule::object_list,
         [&](auto& c) { c.object(c.header().free_object.get()).link.put(c.header().free_object.get()); }},
        {"a free object beyond the end", rule::object_list, [&](auto& c) { c.header().free_object.put(max_objects); }},
        {"free objects that are lost", rule::object_list, [&](auto& c) { c.header().free_object.put(0); }},
        {"a usage count that is too high", rule::usage_count,
         [&](auto& c) { c.object(unnamed).handles.put(c.object(unnamed).handles.get() + 1); }},
        {"a usage count that is too low", rule::usage_count, [&](auto& c) { c.object(unnamed).handles.put(0); }},
        {"a witness that holds less", rule::usage_count,
         [&](auto& c) { c.object(held).witness.put(c.object(held).witness.get() + witness::one_handle); }},
        {"a witness without a number", rule::usage_count, [&](auto& c) { c.object(held).witness.put(self); }},
        {"a reference count that is too high", rule::reference_count,
         [&](auto& c) { c.object(memory).references.put(c.object(memory).references.get() + 1); }},
        {"a reference count that is too low", rule::reference_count,
         [&](auto& c) { c.object(gate).references.put(1); }},
        {"an object that nobody has", rule::unreachable,
         [&](auto& c) {
             c.object(unnamed).handles.put(0);
             c.entry(self, place).put(0);
         }},
        {"a process that never ends", rule::unreachable, [&](auto& c) { c.process(self).object.put(0); }},
        {"a handle of no kind", rule::handle_table, [&](auto& c) { c.entry(self, place).put(~u64{0}); }},
        {"a handle to nothing", rule::handle_table,
         [&](auto& c) { c.entry(self, place).put(entry::make(entry::kind::handle, max_objects - 1, 1, 0, 0)); }},
        {"a handle to a free object", rule::handle_table,
         [&](auto& c) {
             c.entry(self, place).put(entry::make(entry::kind::handle, c.header().free_object.get(), 1, 0, 0));
         }},
        {"a handle to what was there before", rule::handle_table,
         [&](auto& c) { c.entry(self, place).put(c.entry(self, place).get() ^ 1U); }},
        {"a view of a mutex", rule::handle_table,
         [&](auto& c) { c.entry(self, place).put(c.entry(self, place).get() ^ u64{3} << 62U); }},
        {"a table beyond its memory", rule::handle_table, [&](auto& c) { c.process(self).high.put(max_handles + 1); }},
        {"a handle emptied without being uncounted", rule::counter, [&](auto& c) { c.entry(self, place).put(0); }},
        {"a handle in use that is free", rule::handle_list,
         [&](auto& c) {
             c.process(self).free_head.put(place);
             c.process(self).free_tail.put(place);
         }},
        {"free handles in a circle", rule::handle_list,
         [&](auto& c) {
             c.entry(self, place).put(place);
             c.process(self).free_head.put(place);
             c.process(self).free_tail.put(place);
         }},
        {"free handles that are lost", rule::handle_list, [&](auto& c) { c.entry(self, place).put(0); }},
        {"free handles beyond the end", rule::handle_list,
         [&](auto& c) { c.process(self).free_head.put(max_handles); }},
        {"free handles without an end", rule::handle_list,
         [&](auto& c) { c.process(self).free_tail.put(max_handles); }},
        {"a number of handles", rule::counter, [&](auto& c) { c.process(self).used.put(1); }},
        {"a name without records", rule::name, [&](auto& c) { c.object(held).name.put(max_names); }},
        {"a name without text", rule::name, [&](auto& c) { c.name(c.object(held).name.get()).length.put(0); }},
        {"a name without end", rule::name, [&](auto& c) { c.name(c.object(held).name.get()).length.put(~u32{0}); }},
        {"a name that is cut", rule::name, [&](auto& c) { c.name(c.object(event).name.get()).more.put(0); }},
        {"a name that goes on", rule::name, [&](auto& c) { c.name(c.object(held).name.get()).more.put(1); }},
        {"a name with another text", rule::name, [&](auto& c) { c.name(c.object(held).name.get()).text[3] ^= 1; }},
        {"a name of two objects", rule::name, [&](auto& c) { c.object(held).name.put(c.object(event).name.get()); }},
        {"a name that nobody has open", rule::name,
         [&](auto& c) {
             c.entry(self, place_of(all.held.get())).put(0);
             c.object(held).handles.put(0);
         }},
        {"a name that the directory does not find", rule::directory,
         [&](auto& c) {
             for (u32 b = 0; b < c.header().bucket_count.get(); ++b) c.bucket(b).put(0);
         }},
        {"a name without object", rule::directory, [&](auto& c) { c.object(held).name.put(0); }},
        {"a name that leads to nothing", rule::directory,
         [&](auto& c) { c.name(c.object(held).name.get()).object.put(max_objects); }},
        {"a bucket that leads nowhere", rule::directory, [&](auto& c) { c.bucket(3).put(max_names); }},
        {"names in a circle", rule::directory,
         [&](auto& c) { c.name(c.object(held).name.get()).next.put(c.object(held).name.get()); }},
        {"a number of names", rule::counter, [&](auto& c) { c.header().name_count.put(1000); }},
        {"a name that is free and in use", rule::name_list,
         [&](auto& c) { c.header().free_name.put(c.object(held).name.get()); }},
        {"free names in a circle", rule::name_list, [&](auto& c) { c.name(free_name(c)).next.put(free_name(c)); }},
        {"a free name beyond the end", rule::name_list, [&](auto& c) { c.header().free_name.put(max_names); }},
        {"free names that are lost", rule::name_list, [&](auto& c) { c.header().free_name.put(0); }},
        {"a process in no state", rule::process, [&](auto& c) { c.process(self).state.put(77); }},
        {"a process with another's object", rule::process, [&](auto& c) { c.process(self).object.put(unnamed); }},
        {"a process object of another process", rule::process, [&](auto& c) { c.object(own).body.put(1); }},
        {"a process that has ended and runs", rule::process,
         [&](auto& c) { with(c.object(own).state, c.object(own).state.get() | state::ended); }},
        {"ended processes", rule::counter, [&](auto& c) { c.header().ended_processes.put(9); }},
        {"a thread of no process", rule::thread, [&](auto& c) { c.thread(1).process.put(max_processes); }},
        {"a free thread that belongs to somebody", rule::thread, [&](auto& c) { c.thread(15).process.put(1); }},
        {"a thread that has stopped twice", rule::thread, [&](auto& c) { c.thread(1).halted.put(2); }},
        {"a thread whose object is a mutex", rule::thread, [&](auto& c) { c.thread(1).object.put(unnamed); }},
        {"a free thread that waits", rule::wait, [&](auto& c) { c.thread(15).wait_count.put(1); }},
        {"a thread that waits for too many", rule::wait, [&](auto& c) { c.thread(1).wait_count.put(65); }},
        {"a wait for nothing", rule::wait, [&](auto& c) { c.wait(swapped(c).first).object.put(max_objects); }},
        {"a wait block that is not in use", rule::wait,
         [&](auto& c) { c.wait(swapped(c).first + 5).object.put(gate); }},
        {"a queue that leads nowhere", rule::queue, [&](auto& c) { c.object(gate).queue_head.put(0xFFFFFFFF); }},
        {"a queue that is lost", rule::queue,
         [&](auto& c) {
             c.object(gate).queue_head.put(0);
             c.object(gate).queue_tail.put(0);
         }},
        {"a queue in a circle", rule::queue, [&](auto& c) { c.wait(swapped(c).second).next.put(swapped(c).first); }},
        {"a queue without the way back", rule::queue, [&](auto& c) { c.wait(swapped(c).second).previous.put(0); }},
        {"a queue out of order", rule::queue,
         [&](auto& c) { c.thread(swapped(c).first / max_wait).wait_since.put(~u64{0}); }},
        {"a queue whose end is wrong", rule::queue, [&](auto& c) { c.object(gate).queue_tail.put(swapped(c).first); }},
        {"a wait in another's queue", rule::queue, [&](auto& c) { c.wait(swapped(c).second).object.put(timer); }},
        {"in a queue without waiting", rule::queue,
         [&](auto& c) { c.thread(swapped(c).first / max_wait).wait_count.put(0); }},
        {"watched, and not contended", rule::queue,
         [&](auto& c) { with(c.object(units).state, c.object(units).state.get() & ~state::contended); }},
        {"a watch of nothing", rule::watch, [&](auto& c) { c.watch(first_set(c)).queue.object.put(max_objects); }},
        {"a watch for no set", rule::watch, [&](auto& c) { c.watch(first_set(c)).set.put(unnamed); }},
        {"a watch in no state", rule::watch, [&](auto& c) { c.watch(first_set(c)).fired.put(9); }},
        {"a watch that is free and in use", rule::watch_list,
         [&](auto& c) { c.header().free_watch.put(first_set(c)); }},
        {"free watches that are lost", rule::watch_list, [&](auto& c) { c.header().free_watch.put(0); }},
        {"free watches in a circle", rule::watch_list,
         [&](auto& c) { c.watch(c.header().free_watch.get()).fired_next.put(c.header().free_watch.get()); }},
        {"a process that does not know its watches", rule::watch_list,
         [&](auto& c) { c.process(self).watches.put(0); }},
        {"watches of a process beyond the end", rule::watch_list,
         [&](auto& c) { c.process(self).watches.put(max_watches); }},
        {"a watch that fired and is not in the list", rule::watch_list,
         [&](auto& c) { with(c.object(c.watch(first_set(c)).set.get()).extra, 0); }},
        {"a fired watch beyond the end", rule::watch_list,
         [&](auto& c) { with(c.object(c.watch(first_set(c)).set.get()).extra, ~u64{0}); }},
        {"an event that has not happened", rule::trace, [](auto& c) { c.trace(0).begun.put(1); }},
        {"an event in the slot of another", rule::trace,
         [](auto& c) {
             c.header().traced.put(9);
             c.trace(1).begun.put(1);
         }},
        {"an event that ends and has not happened", rule::trace, [](auto& c) { c.trace(0).done.put(1); }},
        {"more accounts than memory", rule::header, [](auto& c) { c.header().high_account.put(max_accounts); }},
        {"an account of nobody", rule::account,
         [](auto& c) { c.header().high_account.put(c.header().high_account.get() + 1); }},
        {"a process without an account", rule::account,
         [&](auto& c) { c.object(c.process(self).object.get()).account.put(0); }},
        {"an account that is free and in use", rule::account,
         [&](auto& c) { c.header().free_account.put(c.object(c.process(self).object.get()).account.get()); }},
        {"more jobs than memory", rule::header, [](auto& c) { c.header().high_job.put(max_jobs); }},
        {"free jobs beyond the end", rule::job, [](auto& c) { c.header().free_job.put(max_jobs); }},
        {"ending jobs beyond the end", rule::job, [](auto& c) { c.header().ending_jobs.put(max_jobs); }},
        {"a member of no job", rule::job, [&](auto& c) { c.process(self).job.put(c.process(self).object.get()); }},
        {"free accounts beyond the end", rule::account, [](auto& c) { c.header().free_account.put(max_accounts); }},
        {"a timer that does not end with its thread", rule::timer_list,
         [&](auto& c) { c.thread(c.object(timer).suspended.get()).timers.put(0); }},
        {"a timer of two threads", rule::timer_list, [&](auto& c) { c.object(timer).suspended.put(15); }},
        {"timers in a circle", rule::timer_list, [&](auto& c) { c.object(timer).link.put(timer); }},
        {"timers beyond the end", rule::timer_list, [&](auto& c) { c.object(timer).link.put(max_objects); }},
        {"a mutex among the timers", rule::timer_list,
         [&](auto& c) { c.thread(c.object(timer).suspended.get()).timers.put(unnamed); }},
        {"a mapping in limbo that nobody removes", rule::section,
         [&](auto& c) {
             with(c.object(memory).state,
                  c.object(memory).state.get() | u64{state::section_limbo} << state::type_shift);
         }},
        {"mappings to be removed beyond the end", rule::section,
         [&](auto& c) { c.header().removed_sections.put(max_objects); }},
        {"a mapping to be removed that is in use", rule::section,
         [&](auto& c) { c.header().removed_sections.put(memory); }},
        {"mappings in the making beyond the end", rule::section,
         [&](auto& c) { c.process(self).making.put(max_objects); }},
        {"a mapping with a number that was not given", rule::section,
         [&](auto& c) { with(c.object(memory).body, ~u64{0}); }},
    };
    for (const damage& each : kinds) {
        INFO(each.what);
        const auto taken = whole_copy();
        copied_arena& copy = *taken;
        each.make(copy);
        const check::report found = examine(copy);
        INFO(check::to_text(found));
        CHECK(reports(found, each.found));
    }
}
