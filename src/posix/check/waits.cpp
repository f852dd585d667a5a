#include "posix/check/examination.hpp"

// Threads, their wait blocks, and the queues that these stand in.
namespace kobj::posix::check {

void examination::threads() {
    for (u32 t = 1; t < threads_ && !has_enough(); ++t) {
        const thread_record& record = *a_.thread(t);
        const u64 identity = record.identity.get();
        const u32 count = record.wait_count.get();
        if (!thread_claimed(identity)) {
            if (record.object.get() != 0 || record.process.get() != 0)
                say(rule::thread, t, "thread record {} is free, but belongs to process record {} and has object {}", t,
                    record.process.get(), record.object.get());
            // The count of a wait that nobody can be in.
            if (count != 0) say(rule::wait, t, "thread record {} is free, but waits for {} objects", t, count);
        } else {
            ++out_.counted.threads;
            if (record.halted.get() > 1)
                say(rule::thread, t, "{} is said to have stopped {} times", describe_thread(t), record.halted.get());
            if (record.process.get() >= processes_)
                say(rule::thread, t, "{} is said to belong to process record {}, of {}", describe_thread(t),
                    record.process.get(), processes_);
            if (const u32 o = record.object.get(); o != 0) {
                const auto whose = [&] { return text("the thread object of {}", describe_thread(t)); };
                if (const object_record* object = live(o, rule::thread, t, whose())) {
                    ++tallies_[o].references;
                    tallies_[o].has_end = true;
                    const u64 body = u64{thread_generation(identity)} << 32U | t;
                    if (state::type(object->state.get()) != static_cast<u32>(object_type::thread))
                        say(rule::thread, t, "{} is {}", whose(), describe(o));
                    else if (object->body.get() != body)
                        say(rule::thread, t, "{} says that it is that of another thread", whose());
                    else if ((object->state.get() & state::ended) != 0)
                        say(rule::thread, t, "{} says that it has ended", whose());
                }
            }
            timers_of(t);
        }
        waits_of(t);
    }
}

void examination::timers_of(u32 t) {
    const auto whose = [&] { return text("the list of timers of {}", describe_thread(t)); };
    for (u32 o = a_.thread(t)->timers.get(); o != 0; o = a_.object(o)->link.get()) {
        const object_record* object = live(o, rule::timer_list, t, whose());
        if (object == nullptr) return;
        if (state::type(object->state.get()) != static_cast<u32>(object_type::timer))
            return say(rule::timer_list, t, "{} leads to {}", whose(), describe(o));
        if (++tallies_[o].lists > 1) return say(rule::timer_list, t, "{} comes to {} twice", whose(), describe(o));
        if (object->suspended.get() != t)
            say(rule::timer_list, t, "{} has {}, which says that it is thread record {}'s", whose(), describe(o),
                object->suspended.get());
    }
}

void examination::waits_of(u32 t) {
    const thread_record& record = *a_.thread(t);
    u32 count = thread_claimed(record.identity.get()) ? record.wait_count.get() : 0;
    if (count > max_wait) {
        say(rule::wait, t, "{} is said to wait for {} objects, of {} at most", describe_thread(t), count, max_wait);
        count = max_wait;
    }
    for (u32 i = 0; i < max_wait; ++i) {
        const u32 number = t * max_wait + i;
        const wait_block* block = a_.wait(number);
        if (block == nullptr) {
            if (i < count)
                say(rule::wait, t, "{} waits by wait block {}, for which there is no memory", describe_thread(t),
                    number);
            return;
        }
        const u32 o = block->object.get();
        if (i >= count) {
            if (o != 0)
                say(rule::wait, number, "wait block {} of {} is not in use, but says that it is queued at object {}", i,
                    describe_thread(t), o);
            continue;
        }
        ++out_.counted.waits;
        if (live(o, rule::wait, number, text("wait {} of {}", i, describe_thread(t))) != nullptr) {
            ++tallies_[o].references;
            ++tallies_[o].blocks;
        }
    }
}

void examination::queue_of(u32 o) {
    const object_record& object = *a_.object(o);
    u32 before = 0;
    u32 length = 0;
    u64 since = 0;
    bool threads_begun = false;
    const bool watched = is_watch_number(object.queue_head.get());
    for (u32 number = object.queue_head.get(); number != 0;) {
        const wait_block* block = a_.wait(number);
        const u32 i = number % max_wait;
        const u32 t = number / max_wait;
        const bool watch = is_watch_number(number);
        if (block == nullptr || (watch ? number - first_watch >= watches_ : number >= queued_.size()))
            return say(rule::queue, number_of(o), "the queue of {} leads to wait block {}, which there is not",
                       describe(o), number);
        u8& seen = watch ? watch_seen_[number - first_watch] : queued_[number];
        if ((seen & watch_in_queue) != 0)
            return say(rule::queue, number_of(o), "the queue of {} comes to wait block {}, which is in a queue already",
                       describe(o), number);
        seen |= watch_in_queue;
        if (block->object.get() != o)
            return say(rule::queue, number_of(o), "the queue of {} leads to wait block {}, which is not queued there",
                       describe(o), number);
        if (block->previous.get() != before)
            say(rule::queue, number_of(o), "in the queue of {}, wait block {} has {} before it, but says {}",
                describe(o), number, before, block->previous.get());
        if (watch) {
            if (threads_begun)
                say(rule::queue, number_of(o), "in the queue of {}, watch {} stands behind a waiting thread",
                    describe(o), number - first_watch);
        } else {
            threads_begun = true;
            const thread_record& thread = *a_.thread(t);
            if (!thread_claimed(thread.identity.get()) || i >= thread.wait_count.get())
                say(rule::queue, number_of(o), "{} stands in the queue of {}, but does not wait for it",
                    describe_thread(t), describe(o));
            if (thread.wait_since.get() < since)
                say(rule::queue, number_of(o), "in the queue of {}, {} stands behind one that came later", describe(o),
                    describe_thread(t));
            since = thread.wait_since.get();
        }
        ++length;
        before = number;
        number = block->next.get();
    }
    if (object.queue_tail.get() != before)
        say(rule::queue, number_of(o), "the queue of {} ends with wait block {}, but {} is said to be the last",
            describe(o), before, object.queue_tail.get());
    if (length != tallies_[o].blocks)
        say(rule::queue, number_of(o), "{} waits and watches are for {}, but its queue has {}", tallies_[o].blocks,
            describe(o), length);
    if (watched && (object.state.get() & state::contended) == 0)
        say(rule::queue, number_of(o), "{} is watched, but can be changed without a look at its queue", describe(o));
}

void examination::queues() {
    // What the watches name has to be known before.
    for (u32 w = 1; w < watches_ && !has_enough(); ++w) {
        const watch_record& record = *a_.watch(w);
        if (record.set.get() == 0) continue;
        ++out_.counted.watches;
        const u32 o = record.queue.object.get();
        if (live(o, rule::watch, w, text("watch {}", w)) != nullptr) {
            ++tallies_[o].references;
            ++tallies_[o].blocks;
        }
        const u32 s = record.set.get();
        if (const object_record* set = live(s, rule::watch, w, text("the wait set of watch {}", w))) {
            ++tallies_[s].references;
            tallies_[s].is_set = true;
            if (state::type(set->state.get()) != static_cast<u32>(object_type::event))
                say(rule::watch, w, "the wait set of watch {} is {}", w, describe(s));
        }
    }
    for (u32 o = 1; o < objects_ && !has_enough(); ++o) {
        if (is_live(o))
            queue_of(o);
        else if (tallies_[o].blocks != 0)
            say(rule::queue, number_of(o), "{} has {} waits", describe(o), tallies_[o].blocks);
    }
}

}  // namespace kobj::posix::check
