#pragma once

#include "posix/arena/transaction.hpp"

// Jobs: groups of processes. A process knows its innermost job, a job the one around it; so a process is a member of
// each job of that chain. Who the members are is found out by looking at the processes. A member and an inner job keep
// the job's record by a reference; its handles keep its name.
namespace kobj::posix::job_object {

// Flags of job_record::limits, by their numbers of Win32.
inline constexpr u32 limit_active_process = 0x8;
inline constexpr u32 die_on_unhandled_exception = 0x400;
inline constexpr u32 breakaway_ok = 0x800;
inline constexpr u32 silent_breakaway_ok = 0x1000;
inline constexpr u32 kill_on_close = 0x2000;
inline constexpr u32 supported_limits =
    limit_active_process | die_on_unhandled_exception | breakaway_ok | silent_breakaway_ok | kill_on_close;

/// How many jobs there may be around a process.
inline constexpr u32 deepest = 64;

/// A new job without members, without handles.
u32 make(transaction& tx);
/// Its record goes with the object. May free the job around it.
void dispose(transaction& tx, object_record& job);

/// Throws failure (file_corrupt) when the object is no job.
job_record& record_of(u32 job);
/// The object of the job around it, or 0.
u32 parent_of(u32 job);
/// Is `job` the one that the chain begins with, or around it? 0 begins an empty chain.
bool is_in_chain(u32 chain, u32 job);
/// Is the process a member, or about to become one? A dead one that nobody has settled is.
bool has_member(u32 job, u32 process);
u32 count_members(u32 job);
std::vector<u32> ids_of_members(u32 job);
/// Does a job of the chain limit the number of its members?
bool is_limited(u32 chain);

enum class joining : u8 {
    joined,
    is_member,  ///< of that job directly, before
    refused,    ///< the jobs cannot be nested so
    full,       ///< a limit on the number of members; it is counted as one that was ended for it
};
/// Makes the process a member of the job, and by that of all around it. A job without members becomes nested in the
/// process's innermost job.
joining join(transaction& tx, u32 process, u32 job);
/// The same for a process that is being made in that job: it becomes a member of the whole chain. 0: of none.
joining begin_in(transaction& tx, u32 process, u32 job);
/// The same without question, for a process that is there whatever the limits say; not for one that has a job.
void join_anyway(transaction& tx, u32 process, u32 job);
/// The process has ended, with these times: nanoseconds.
void leave(transaction& tx, u32 process, u64 kernel_time, u64 user_time);

/// All members are to be ended with that code: whoever comes by does it, see process/job_end.hpp.
void request_end(transaction& tx, u32 job, u32 code);
/// The last handle is gone: what the limits say is to happen then.
void last_handle_closed(transaction& tx, object_record& job);

/// The job that a child of a member of this one belongs to, by what the chain allows. Throws failure (access_denied).
u32 job_of_child(u32 parents, bool asks_to_break_away);

}  // namespace kobj::posix::job_object
