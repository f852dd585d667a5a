#pragma once

#include <kobj/handle.hpp>

#include <optional>
#include <string>
#include <vector>

#include "posix/facts/image.hpp"

// What is in a session, read from a copy of its arena: for those who look from outside. Whatever the copy holds, what
// leads nowhere is left out.
namespace kobj::posix::facts {

struct thread_facts {
    u32 record = 0;
    u32 id = 0;
    u32 process = 0;  ///< record
    bool ended = false;
    bool suspended = false;
    std::vector<u32> waits_for;  ///< records of objects, in the order of the call; empty: it does not wait
    bool waits_for_all = false;
    u64 waits_since = 0;             ///< monotonic nanoseconds
    u64 waits_until = wait_forever;  ///< the same; wait_forever: without a time limit
    bool alertable = false;          ///< something for the thread to run ends the wait
    u32 sleeps = 0;                  ///< how often its waits had to sleep; wraps
    u64 slept = 0;                   ///< for how long in all, without the wait it is in, in nanoseconds
};

struct process_facts {
    u32 record = 0;
    u32 id = 0;
    process_state state = process_state::free;
    u32 parent = 0;  ///< id; 0: not known
    u32 handles = 0;
    u32 object = 0;              ///< record of its process object, or 0
    u32 job = 0;                 ///< record of the innermost job that it is a member of, or 0
    std::string program{};       ///< from the system; empty in a copy, or when it has ended
    bool runs = true;            ///< from the system
    bool stopped = false;        ///< from the system: by a signal or a debugger
    u32 system_threads = 0;      ///< from the system, also those that have never called kobj
    std::vector<u32> threads{};  ///< records
};

struct object_facts {
    u32 record = 0;
    u64 number = 0;  ///< tells objects apart that use the same record one after the other
    object_type type = object_type::none;
    std::string name{};  ///< as a program gives it, without `Local\`
    u32 handles = 0;
    u32 references = 0;
    u64 state = 0;  ///< the value, without generation and type
    u64 extra = 0;
    u32 owner = 0;  ///< of a mutex: a thread record; 0: free, or the owner has ended
    bool abandoned = false;
    u32 recursion = 0;
    u32 id = 0;  ///< of a process or thread
    bool ended = false;
    u32 exit_code = 0;
    u32 runs = 0;                ///< of a process or thread that has not ended: its record
    u32 outer_job = 0;           ///< of a job: record of the one around it, or 0
    bool kill_on_close = false;  ///< of a job
    u32 sleeps = 0;              ///< how often a wait for it had to sleep; wraps; 0 where nothing counts that
    std::vector<u32> waiters{};  ///< thread records, first come first
};

struct handle_facts {
    handle_value value{};
    u32 object = 0;  ///< record
    access_mask access = 0;
    handle_flags flags{};
};

class session_facts {
public:
    /// Asks the system for programs and for who runs when `ask_system`; of a copy of an arena nobody can be asked.
    session_facts(const image& arena, bool ask_system);

    [[nodiscard]] const std::vector<process_facts>& processes() const noexcept { return processes_; }
    [[nodiscard]] const std::vector<thread_facts>& threads() const noexcept { return threads_; }
    [[nodiscard]] const std::vector<object_facts>& objects() const noexcept { return objects_; }
    /// In the order of the values.
    [[nodiscard]] std::vector<handle_facts> handles_of(const process_facts& process) const;

    /// Members of a job, also those of jobs nested in it.
    [[nodiscard]] std::vector<const process_facts*> members_of(const object_facts& job) const;

    /// By record; null when there is none.
    [[nodiscard]] const process_facts* process(u32 record) const;
    [[nodiscard]] const thread_facts* thread(u32 record) const;
    [[nodiscard]] const object_facts* object(u32 record) const;
    /// By the system's number; null when it is not in the session.
    [[nodiscard]] const process_facts* process_of_id(u32 id) const;

    /// When the copy was made, on the clock of `waits_since`.
    [[nodiscard]] u64 now() const noexcept { return now_; }
    /// For how long, in nanoseconds.
    [[nodiscard]] u64 waited(const thread_facts& thread) const noexcept;
    /// How much longer, in nanoseconds; nothing: there is no time limit.
    [[nodiscard]] std::optional<u64> remaining(const thread_facts& thread) const noexcept;

private:
    void read_processes(bool ask_system);
    void read_threads();
    void read_objects();

    const image& arena_;
    u64 now_ = 0;
    std::vector<process_facts> processes_;
    std::vector<thread_facts> threads_;
    std::vector<object_facts> objects_;
    // By record: place in the vectors above plus one.
    std::vector<u32> process_at_;
    std::vector<u32> thread_at_;
    std::vector<u32> object_at_;
};

/// The key of an object (arena/directory.hpp) as a program gives it, without `Local\`.
std::string shown_name(const std::string& key);

/// Is it signaled? Of a timer also when it has become due and nobody has looked. A mutex is when it can be had.
bool is_signaled(const object_facts& object, u64 monotonic_now);

}  // namespace kobj::posix::facts
