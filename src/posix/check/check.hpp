#pragma once

#include "posix/check/report.hpp"
#include "posix/facts/image.hpp"

// Is an arena whole? Every count, list and queue is compared with what it is derived from (docs/arena.md).
namespace kobj::posix::check {

/// Examines a copy, whatever is in it, and takes back in it what an unfinished transaction had done. A pure function of
/// the bytes: it asks nobody whether a process lives.
report examine(image& arena);

}  // namespace kobj::posix::check
