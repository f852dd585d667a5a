#pragma once

#include <kobj/job.hpp>

#include "posix/arena/layout.hpp"

// What <windows.h> needs of kobj beyond the public API, for jobs. Exported, since the two may be shared libraries, but
// no part of the API.
namespace kobj::detail {

/// The limits as Win32 has them: flags, of which only those of posix::job_object::supported_limits, and the number of
/// members.
struct job_limit_words {
    posix::u32 flags = 0;
    posix::u32 active = 0;
};
/// The flags in `mask` are replaced, and the number with its flag. Errors: those of kobj::job::set_limits.
KOBJ_API result<void> set_job_limits(handle_value job, posix::u32 mask, const job_limit_words& limits);
/// The null handle stands for the innermost job of the caller, in this and the next two; access_denied (5) without one.
KOBJ_API result<job_limit_words> job_limits_of(handle_value job);
KOBJ_API result<job_counts> job_counts_of(handle_value job);
KOBJ_API result<std::vector<std::uint32_t>> job_members(handle_value job);

}  // namespace kobj::detail
