#pragma once

#include "posix/arena/layout.hpp"

namespace kobj::posix {

/// What an attached thread knows of itself.
struct context {
    u32 index = 0;  ///< of its thread record
    thread_record* record = nullptr;
    u64 owner = 0;    ///< how it stands in a mutex's state
    u32 process = 0;  ///< index of its process record
    // For the quick paths: the handle table of that process, and how much of it this thread has seen to be there.
    word64* table = nullptr;
    mutable u32 table_mark = 0;
};

}  // namespace kobj::posix
