#pragma once

#include <string>

#include "posix/check/report.hpp"

namespace kobj::posix::check {

/// Examines the arena of a session that may be running, without attaching and without a lock, and its session files. A
/// copy of a running arena can be torn, so it looks several times and reports what is wrong in each look; it goes on
/// until the arena stood still during one, or, after some hundred looks, says that it did not.
///
/// `path` is where the arena of the session is; empty for a copy of an arena, which has no files and no processes.
/// The caller keeps the descriptor open: see image::read. Throws facts::unreadable.
report look(int file, const std::string& path);

}  // namespace kobj::posix::check
