#pragma once

#include <kobj/handle.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// What is in a session: for those who look from outside. Read by posix/facts from a copy of an arena, by win32/facts
// from the system.
namespace kobj::facts {

using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;

struct thread_facts {
    u32 record = 0;  ///< its number among the threads; 0 is none. So are those of processes and objects
    u32 id = 0;
    u32 process = 0;  ///< record
    bool ended = false;
    bool suspended = false;
    std::vector<u32> waits_for{};  ///< records of objects, in the order of the call; empty: it does not wait
    bool waits_for_all = false;
    u64 waits_since = 0;               ///< on the clock of session_facts::now()
    std::optional<u64> waits_until{};  ///< the same; nothing: without a time limit, or it is not known
    bool alertable = false;            ///< something for the thread to run ends the wait
    u32 sleeps = 0;                    ///< how often its waits had to sleep; wraps
    u64 slept = 0;                     ///< for how long in all, without the wait it is in, in nanoseconds
};

struct process_facts {
    enum class stage { starting, without_kobj, running, ending };

    u32 record = 0;
    u32 id = 0;
    stage at = stage::running;
    u32 parent = 0;          ///< id; 0: not known
    bool is_opaque = false;  ///< its handles may not be looked at
    u32 handles = 0;
    u32 object = 0;              ///< record of its process object, or 0
    u32 job = 0;                 ///< record of the innermost job that it is a member of, or 0
    std::string program{};       ///< from the system; empty in a copy, or when it has ended
    bool runs = true;            ///< from the system
    bool stopped = false;        ///< from the system: by a signal or a debugger
    u32 system_threads = 0;      ///< from the system, also those that have never called kobj
    std::vector<u32> threads{};  ///< records
};

enum class file_kind { unknown, disk, device, pipe };

struct object_facts {
    u32 record = 0;
    u64 number = 0;  ///< tells objects apart that use the same record one after the other; 0: not told
    object_type type = object_type::none;
    std::string name{};  ///< as a program gives it, without `Local\`
    u32 handles = 0;
    u32 references = 0;
    bool state_known = true;  ///< false: the system does not tell what follows
    bool signaled = false;
    std::optional<bool> manual_reset{};  ///< of an event or timer; nothing: not told
    u64 count = 0;                       ///< of a semaphore
    u64 maximum = 0;                     ///< of a semaphore
    u64 size = 0;                        ///< of a file mapping, in bytes
    std::optional<u64> due_in{};         ///< of a timer that is set to a span: nanoseconds
    u32 period = 0;                      ///< of a timer, in milliseconds
    file_kind file = file_kind::unknown;
    u32 owner = 0;  ///< of a mutex: a thread record; 0: free, or the owner has ended, or is not known
    bool abandoned = false;
    u32 recursion = 0;  ///< of a mutex that is held
    u32 id = 0;         ///< of a process or thread
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
    /// Reads the handle table of a process when it is asked for.
    using table_reader = std::function<std::vector<handle_facts>(const process_facts&)>;

    /// `now`: nanoseconds on the clock of the waits.
    session_facts(u64 now, table_reader read_table) : now_(now), read_table_(std::move(read_table)) {}

    void add(process_facts one);
    /// After its process, which then has it among its threads.
    void add(thread_facts one);
    void add(object_facts one);

    [[nodiscard]] const std::vector<process_facts>& processes() const noexcept { return processes_; }
    [[nodiscard]] const std::vector<thread_facts>& threads() const noexcept { return threads_; }
    [[nodiscard]] const std::vector<object_facts>& objects() const noexcept { return objects_; }
    /// In the order of the values.
    [[nodiscard]] std::vector<handle_facts> handles_of(const process_facts& process) const {
        return read_table_(process);
    }

    /// Members of a job, also those of jobs nested in it.
    [[nodiscard]] std::vector<const process_facts*> members_of(const object_facts& job) const;

    /// By record; null when there is none.
    [[nodiscard]] const process_facts* process(u32 record) const;
    [[nodiscard]] const thread_facts* thread(u32 record) const;
    [[nodiscard]] const object_facts* object(u32 record) const;
    /// By the system's number; null when it is not in the session.
    [[nodiscard]] const process_facts* process_of_id(u32 id) const;

    [[nodiscard]] u64 now() const noexcept { return now_; }
    /// For how long, in nanoseconds.
    [[nodiscard]] u64 waited(const thread_facts& thread) const noexcept;
    /// How much longer, in nanoseconds; nothing: there is no time limit, or it is not known.
    [[nodiscard]] std::optional<u64> remaining(const thread_facts& thread) const noexcept;

private:
    u64 now_;
    table_reader read_table_;
    std::vector<process_facts> processes_;
    std::vector<thread_facts> threads_;
    std::vector<object_facts> objects_;
    // By record: place in the vectors above plus one.
    std::vector<u32> process_at_;
    std::vector<u32> thread_at_;
    std::vector<u32> object_at_;
};

}  // namespace kobj::facts
