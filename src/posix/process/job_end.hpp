#pragma once

#include "posix/arena/arena.hpp"
#include "posix/arena/context.hpp"

// The end of processes by others, and of all members of a job: requested in one transaction, carried out by whoever
// comes by. What is not finished, since somebody was killed in the middle, the next one finishes.
namespace kobj::posix {

/// Ends the members of all jobs for which that was requested, and what these have started, too. Called without the
/// lock, by whoever may have requested it or has settled a process that may have. Does not return when the caller is
/// such a member. Costs one load when there are none.
void end_listed_jobs(const context& me);
inline void end_requested_jobs(const context& me) {
    if (the_arena().header().ending_jobs.get() != 0) [[unlikely]]
        end_listed_jobs(me);
}

/// Kills one process, which has its exit code. Does not return when it is the caller.
void kill_process(const context& me, const object_record& process);

/// Kills those whose killer has noted their exit code and was killed itself right behind that. By whoever settles one
/// that may have been the killer; does not return when the caller is one of them.
void end_condemned_processes(const context& me);

/// Of a process that has just come: has it been told to end before it could be reached?
bool is_to_end(const process_record& process);
[[noreturn]] void end_this_process(const process_record& own);

}  // namespace kobj::posix
