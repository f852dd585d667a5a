#include <kobj/file_mapping.hpp>

#include "common/object_type.hpp"
#include "posix/check/examination.hpp"
#include "posix/object/event.hpp"

// Objects: their states, the lists that the unused ones stand in, and at the end their counts.
namespace kobj::posix::check {

void examination::free_objects() {
    u32 o = a_.header().free_object.get();
    for (u32 before = 0; o != 0; o = a_.object(o)->link.get()) {
        if (o >= objects_)
            return say(rule::object_list, 0, "the list of free objects leads to object {}, of {}", o, objects_);
        if (++tallies_[o].lists > 1)
            return say(rule::object_list, number_of(o), "the list of free objects comes to object {} twice", o);
        if (state::type(a_.object(o)->state.get()) != 0)
            say(rule::object_list, number_of(o), "{} is in the list of free objects", describe(o));
        if (++before > objects_) return;
    }
}

void examination::limbo_list(u32 first, const char* what, u64 record, u32 maker) {
    for (u32 o = first; o != 0; o = a_.object(o)->link.get()) {
        if (o >= objects_) return say(rule::section, record, "{} leads to object {}, of {}", what, o, objects_);
        tally& seen = tallies_[o];
        if (++seen.lists > 1) return say(rule::section, number_of(o), "{} comes to object {} a second time", what, o);
        seen.in_limbo_list = true;
        const object_record& object = *a_.object(o);
        const u32 type = state::type(object.state.get());
        // A thread that is being started, until it has bound itself to its object.
        if (maker != 0 && type == static_cast<u32>(object_type::thread)) {
            ++seen.references;
            seen.has_end = true;
        } else if (type != state::section_limbo) {
            say(rule::section, number_of(o), "{} is in {}", describe(o), what);
        }
        if (maker != 0 && object.witness.get() != maker)
            say(rule::section, number_of(o),
                "{} is in {} of process record {}, but says that process record {} makes it", describe(o), what, maker,
                object.witness.get());
    }
}

void examination::state_of(u32 o) {
    const object_record& object = *a_.object(o);
    const u64 seen = object.state.get();
    const u32 type = state::type(seen);
    const u64 value = state::value(seen);
    if (type == state::section_limbo) return;
    if (type == state::private_namespace) {
        if (object.body.get() == 0 || object.body.get() >= a_.header().next_namespace.get())
            say(rule::object_state, number_of(o), "{} is private namespace {}, but numbers were given up to {} only",
                describe(o), object.body.get(), a_.header().next_namespace.get() - 1);
        return;
    }
    if (detail::type_name(object_type{static_cast<u8>(type)}) == detail::type_name(object_type::other))
        return say(rule::object_state, number_of(o), "object {} is of type {}, which there is not", o, type);
    switch (object_type{static_cast<u8>(type)}) {
        case object_type::mutex: {
            const u64 extra = object.extra.get();
            if (static_cast<u32>(extra >> 32U) != state::generation(seen))
                say(rule::object_state, number_of(o), "{} has the recursion count of an object that was there before",
                    describe(o));
            if (value == 0 && static_cast<u32>(extra) != 0)
                say(rule::object_state, number_of(o), "{} is free, but acquired {} times more than once", describe(o),
                    static_cast<u32>(extra));
            const u32 owner = owner_index(value);
            if (value != 0 && (owner == 0 || owner >= threads_))
                say(rule::object_state, number_of(o), "{} is owned by thread record {}, of {}", describe(o), owner,
                    threads_);
            return;
        }
        case object_type::event:
            if ((value & ~(event_object::signaled | event_object::manual_reset)) != 0)
                say(rule::object_state, number_of(o), "{} has a state that no event has: {:#x}", describe(o), value);
            return;
        case object_type::semaphore:
            if (value > object.extra.get())
                say(rule::object_state, number_of(o), "{} has {} units of {} at most", describe(o), value,
                    object.extra.get());
            return;
        case object_type::file_mapping:
            if (object.body.get() == 0 || object.body.get() >= a_.header().next_section.get())
                say(rule::section, number_of(o), "{} has session file {}, but numbers were given up to {} only",
                    describe(o), object.body.get(), a_.header().next_section.get() - 1);
            return;
        default:
            return;
    }
}

void examination::objects() {
    free_objects();
    limbo_list(a_.header().removed_sections.get(), "the list of file mappings to be removed", 0, 0);
    for (u32 o = 1; o < objects_ && !has_enough(); ++o) {
        if (state::type(a_.object(o)->state.get()) == 0) continue;
        ++out_.counted.objects;
        state_of(o);
    }
}

void examination::counts() {
    u32 ended = 0;
    for (u32 o = 1; o < objects_ && !has_enough(); ++o) {
        const object_record& object = *a_.object(o);
        const tally& found = tallies_[o];
        const u64 seen = object.state.get();
        const u32 type = state::type(seen);
        if (type == 0) {
            if (found.lists == 0)
                say(rule::object_list, number_of(o),
                    "object {} is free, but not in the list of free objects: it is lost", o);
            continue;
        }
        if (type == state::section_limbo) {
            if (!found.in_limbo_list)
                say(rule::section, number_of(o), "{}, is in no list: nobody removes its file", describe(o));
            continue;
        }
        if (object.handles.get() != found.handles)
            say(rule::usage_count, number_of(o), "{} has usage count {}, but {} handles lead to it", describe(o),
                object.handles.get(), found.handles);
        if (const u32 known = object.witness.get();
            object.name.get() != 0 &&
            (witness::handles(known) > found.witnessed || (known != 0) != (witness::handles(known) != 0)))
            say(rule::usage_count, number_of(o), "{} is said to be held by {} {} times, but it has {} handles to it",
                describe(o), describe_process(witness::process(known)), witness::handles(known), found.witnessed);
        if (object.references.get() != found.references)
            say(rule::reference_count, number_of(o),
                "{} has reference count {}, but {} views, waits, watches, processes and threads refer to it",
                describe(o), object.references.get(), found.references);
        if (object.handles.get() == 0 && object.references.get() == 0)
            say(rule::unreachable, number_of(o), "{} is in use, but nobody has it open: it is lost", describe(o));
        if (type == static_cast<u32>(object_type::timer) && object.suspended.get() != 0 && found.lists == 0)
            say(rule::timer_list, number_of(o), "{} is to end with thread record {}, but is not in its list",
                describe(o), object.suspended.get());
        const bool process = type == static_cast<u32>(object_type::process);
        const bool has_ended = (seen & state::ended) != 0;
        if (const u32 count = suspend_count::of(object.suspended.get());
            type == static_cast<u32>(object_type::thread) && count > (has_ended ? 0 : suspend_count::most))
            say(rule::thread, number_of(o), "{} is said to be suspended {} times", describe(o), count);
        ended += process && has_ended ? 1 : 0;
        if ((process || type == static_cast<u32>(object_type::thread)) && !has_ended && !found.has_end)
            say(rule::unreachable, number_of(o), "{}, has not ended, but belongs to none that runs: it never will",
                describe(o));
    }
    if (has_enough()) return;
    if (const u32 said = a_.header().ended_processes.get(); said != ended)
        say(rule::counter, 0, "{} processes are said to have ended and to be open still, but there are {}", said,
            ended);
}

}  // namespace kobj::posix::check
