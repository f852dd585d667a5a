#pragma once

#include <array>

#include <boost/container/small_vector.hpp>

#include "posix/arena/arena.hpp"
#include "posix/arena/context.hpp"
#include "posix/arena/handle_history.hpp"
#include "posix/arena/trace.hpp"

namespace kobj::posix {

/// A change of the arena that happens as a whole or not at all, also when the process is killed in the middle.
///
/// Holds the session lock from its beginning to its end. set() notes the old value in the arena's undo log before it
/// stores the new one; commit() empties the log by one store. Left without commit(), by an exception or by death, what
/// was done is undone: by the destructor, or by whoever takes the lock from the dead.
///
/// Others see set() at once, before the commit. That is harmless where they need the lock to act on it. Where they do
/// not, namely for a state word whose contended bit is clear and for park words, the store waits for the commit: see
/// uncontend() and wake().
class transaction {
public:
    explicit transaction(const context& me);
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    ~transaction();

    [[nodiscard]] const context& me() const noexcept { return me_; }

    void set(word32& target, u32 value) {
        note(target, true, target.get());
        target.put(value);
    }
    void set(word64& target, u64 value) {
        note(target, false, target.get());
        target.put(value);
    }

    /// Commits what was done so far and goes on under the lock. For work of unknown length, which must be right to stop
    /// here.
    void checkpoint();
    /// Whether so much is noted that a long work should make a checkpoint.
    [[nodiscard]] bool is_long() const noexcept { return noted_ > undo_room / 2; }
    /// Commits, lets the lock go, wakes. The transaction is over.
    void commit();

    /// After the commit: the fast paths may have this object again, if nobody is queued.
    void uncontend(object_record& object) {
        if (!traces_) uncontend_.push_back({&object, false});
    }
    /// The same although somebody is queued: the head has been woken and will set the bit again if it must.
    void let_barge(object_record& object) {
        if (!traces_) uncontend_.push_back({&object, true});
    }
    /// After the commit: others may claim the record of this thread, which is dead and has been made `leaving`.
    void free_thread(u32 index) { leaving_.push_back(index); }
    /// After the commit: thread `index` finds `value` in its park word and is woken.
    void wake(u32 index, u32 value) {
        (void)arena_.thread(index);  // an index that cannot be right is found now, not behind the commit
        wakes_.push_back({index, value, false});
    }
    /// After the commit: this is in the history of handles, with the stack of the caller. What is too much is not.
    void remember(const handle_history::change& what) noexcept {
        if (remembered_ < remember_.size()) remember_[remembered_++] = what;
    }

    /// Whether somebody wants to know what happens: then no object is given back to the fast paths.
    [[nodiscard]] bool traces() const noexcept { return traces_; }
    /// After the commit: this was done by the calling thread.
    void happened(trace::what what, const object_record* object, u32 detail = 0) {
        if (traces_) [[unlikely]]
            trace::note(what, object, me_.index, detail);
    }
    /// The same, for the thread of that record.
    void happened_for(u32 thread, trace::what what, const object_record* object) {
        if (traces_) [[unlikely]]
            trace::note(what, object, thread, 0);
    }
    /// The same, to the process of this id and none of its threads in particular.
    void happened_to(u32 process_id, trace::what what, const object_record* object, u32 detail) {
        if (traces_) [[unlikely]]
            trace::note_of_process(what, object, process_id, detail);
    }

private:
    template <class Word, class T>
    void note(Word& target, bool narrow, T old) {
        if (noted_ == undo_room) overflow();
        arena_header& h = arena_.header();
        h.undo[noted_].where.put(arena_.offset_of(&target) | (narrow ? 1U : 0U));
        h.undo[noted_].old.put(old);
        h.undo_count.put(++noted_);
    }
    [[noreturn]] static void overflow();
    void roll_back(u32 count);
    void end_of_log();
    void after_commit() noexcept;

    struct wake_up {
        u32 thread;
        u32 value;
        bool asleep = false;
    };

    const context& me_;
    arena& arena_;
    u32 noted_ = 0;
    bool open_ = true;
    bool traces_ = false;
    struct opening {
        object_record* object;
        bool although_queued;
    };
    // Under the lock no memory is asked for where that can be helped: a suspended thread may have the allocator's lock.
    template <class T>
    using few = boost::container::small_vector<T, 8>;
    few<wake_up> wakes_;
    few<opening> uncontend_;
    few<u32> leaving_;
    u32 remembered_ = 0;
    std::array<handle_history::change, 4> remember_;
};

/// Thrown out of a transaction that found a part of the arena too small. transact() lets it grow, without the lock, and
/// begins anew.
struct needs_room {
    region which;
    u32 index;
    u32 table_of = 0;          ///< not 0: the handle table of this process is to hold `index` entries
    bool descriptors = false;  ///< and not that, but the table of descriptors beside it
    void make() const;
};

/// Runs `work` in a transaction and commits it. `work` may run more than once.
template <class F>
auto transact(const context& me, F&& work) {
    for (;;) {
        try {
            transaction tx(me);
            if constexpr (std::is_void_v<std::invoke_result_t<F, transaction&>>) {
                work(tx);
                tx.commit();
                return;
            } else {
                auto made = work(tx);
                tx.commit();
                return made;
            }
        } catch (const needs_room& more) {
            more.make();
        }
    }
}

/// Makes a thread record free that a committed transaction has made `leaving`. Under the lock.
void finish_leaving(u32 index) noexcept;

/// Sets the contended bit, after which only holders of the session lock change the state. Returns the state then.
/// Not undone: a bit too many costs the next one a look under the lock.
u64 make_contended(object_record& object) noexcept;

}  // namespace kobj::posix
