#pragma once

#include <string>
#include <vector>

#include <kobj/handle.hpp>

#include "posix/check/report.hpp"
#include "posix/facts/image.hpp"
#include "posix/fail.hpp"

// The parts of examine(), in the order in which they run: each relies on what those before have counted.
namespace kobj::posix::check {

/// What leads to an object, counted from the records themselves.
struct tally {
    u32 handles = 0;
    u32 references = 0;
    u32 witnessed = 0;  ///< handles of the process that is its witness
    u32 blocks = 0;     ///< wait blocks and watches that name it
    u32 lists = 0;      ///< the lists of objects that it stands in
    bool in_limbo_list = false;
    bool has_end = false;  ///< of a process or thread: a record leads to it, whose end will be its end
    bool is_set = false;
};

class examination {
public:
    examination(image& arena, report& out);

    void header();
    void objects();
    void files();
    void processes();
    void threads();
    void queues();
    void watches();
    void names();
    void accounts();
    void traced();
    void jobs();
    void counts();

private:
    template <class... Args>
    void say(rule which, u64 record, fmt::format_string<Args...> pattern, Args&&... args) {
        if (out_.problems.size() == most_problems)
            out_.cut = true;
        else
            out_.problems.push_back({which, record, text(pattern, std::forward<Args>(args)...)});
    }
    [[nodiscard]] bool has_enough() const noexcept { return out_.cut; }

    void mark(u32& high, const word32& word, region which, const char* what);
    void lock_and_log();
    void free_objects();
    void limbo_list(u32 first, const char* what, u64 record, u32 maker);
    void state_of(u32 o);
    void table_of(u32 p);
    void free_entries_of(u32 p, u32 high, u32 free);
    void objects_of(u32 p);
    void descriptors_of(u32 p);
    void member(u32 p);
    void outer_jobs_of(u32 i);
    void watches_of(u32 p);
    void waits_of(u32 t);
    void timers_of(u32 t);
    void queue_of(u32 o);
    void fired_of(u32 set);
    void name_of(u32 o);
    void chain_of(u32 o, u32 first, const char* what);
    void bucket_of(u32 b, u32& found);

    /// The object, if it is one that can be used; otherwise says that `whose` leads to none. Never null then.
    const object_record* live(u32 o, rule which, u64 record, const std::string& whose);
    [[nodiscard]] bool is_live(u32 o) const;
    [[nodiscard]] std::string describe(u32 o) const;
    [[nodiscard]] std::string describe_thread(u32 t) const;
    [[nodiscard]] std::string describe_process(u32 p) const;
    [[nodiscard]] u64 number_of(u32 o) const;

    static constexpr std::size_t most_problems = 200;

    image& a_;
    report& out_;
    // Records below have been in use, and are all there.
    u32 objects_ = 0, names_ = 0, processes_ = 0, threads_ = 0, watches_ = 0, buckets_ = 0, accounts_ = 0, jobs_ = 0;
    std::vector<tally> tallies_;
    std::vector<u8> queued_;       ///< by wait block of a thread: found in the queue of its object
    std::vector<u8> watch_seen_;   ///< by watch, see watches.cpp
    std::vector<u32> name_owner_;  ///< by name record: the object whose name or security descriptor it is
    std::vector<u32> in_bucket_;   ///< by name record: its bucket + 1
};

// Of words.
constexpr bool is_watch_number(u32 block) noexcept {
    return block >= first_watch;
}
inline constexpr u8 watch_in_queue = 1;
inline constexpr u8 watch_in_process = 2;
inline constexpr u8 watch_in_fired = 4;
inline constexpr u8 watch_free = 8;

}  // namespace kobj::posix::check
