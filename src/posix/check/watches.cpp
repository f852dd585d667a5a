#include "posix/check/examination.hpp"
#include "posix/dispatch/watch.hpp"

// Watches: the list of each process, the lists of what has fired, and the free ones.
namespace kobj::posix::check {

void examination::watches_of(u32 p) {
    u32 before = 0;
    for (u32 w = a_.process(p)->watches.get(); w != 0;) {
        if (w >= watches_)
            return say(rule::watch_list, p, "the watches of {} lead to watch {}, of {}", describe_process(p), w,
                       watches_);
        const watch_record& watch = *a_.watch(w);
        if ((watch_seen_[w] & watch_in_process) != 0)
            return say(rule::watch_list, p, "the watches of {} come to watch {}, which is in a list already",
                       describe_process(p), w);
        watch_seen_[w] |= watch_in_process;
        if (watch.set.get() == 0 || watch.process.get() != p)
            return say(rule::watch_list, p, "watch {} is in the list of {}, but does not belong to it", w,
                       describe_process(p));
        if (watch.previous.get() != before)
            say(rule::watch_list, p, "in the list of {}, watch {} has {} before it, but says {}", describe_process(p),
                w, before, watch.previous.get());
        before = w;
        w = watch.next.get();
    }
}

void examination::fired_of(u32 set) {
    const u64 list = a_.object(set)->extra.get();
    u32 before = 0;
    for (u32 w = static_cast<u32>(list >> 32U); w != 0;) {
        if (w >= watches_)
            return say(rule::watch_list, number_of(set), "the fired watches of {} lead to watch {}, of {}",
                       describe(set), w, watches_);
        const watch_record& watch = *a_.watch(w);
        if ((watch_seen_[w] & watch_in_fired) != 0)
            return say(rule::watch_list, number_of(set), "the fired watches of {} come to watch {} twice",
                       describe(set), w);
        watch_seen_[w] |= watch_in_fired;
        if (watch.set.get() != set || watch.fired.get() != watch_fired)
            say(rule::watch_list, number_of(set),
                "watch {} is in the list of fired ones of {}, but has not fired there", w, describe(set));
        if (watch.fired_previous.get() != before)
            say(rule::watch_list, number_of(set), "in the fired watches of {}, {} has {} before it, but says {}",
                describe(set), w, before, watch.fired_previous.get());
        before = w;
        w = watch.fired_next.get();
    }
    if (static_cast<u32>(list) != before)
        say(rule::watch_list, number_of(set), "the fired watches of {} end with {}, but {} is said to be the last",
            describe(set), before, static_cast<u32>(list));
}

void examination::watches() {
    for (u32 w = a_.header().free_watch.get(); w != 0; w = a_.watch(w)->fired_next.get()) {
        if (w >= watches_) {
            say(rule::watch_list, 0, "the list of free watches leads to watch {}, of {}", w, watches_);
            break;
        }
        if ((watch_seen_[w] & watch_free) != 0) {
            say(rule::watch_list, w, "the list of free watches comes to watch {} twice", w);
            break;
        }
        watch_seen_[w] |= watch_free;
        if (a_.watch(w)->set.get() != 0)
            say(rule::watch_list, w, "watch {} is in use and in the list of free watches", w);
    }
    for (u32 o = 1; o < objects_ && !has_enough(); ++o) {
        if (tallies_[o].is_set) fired_of(o);
    }
    for (u32 w = 1; w < watches_ && !has_enough(); ++w) {
        const watch_record& watch = *a_.watch(w);
        const u8 seen = watch_seen_[w];
        if (watch.set.get() == 0) {
            if ((seen & watch_free) == 0)
                say(rule::watch_list, w, "watch {} is free, but not in the list of free watches: it is lost", w);
            continue;
        }
        if ((seen & watch_in_process) == 0)
            say(rule::watch_list, w, "watch {} belongs to process record {}, which does not know it", w,
                watch.process.get());
        if (watch.fired.get() > watch_muted)
            say(rule::watch, w, "watch {} is in state {}, which there is not", w, watch.fired.get());
        if (watch.fired.get() == watch_fired && (seen & watch_in_fired) == 0)
            say(rule::watch_list, w, "watch {} has fired, but is not in the list of its wait set", w);
    }
}

}  // namespace kobj::posix::check
