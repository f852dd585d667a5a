#pragma once

#include <array>

#include "posix/arena/layout.hpp"

// The growing parts of the arena: where each begins and what it holds.
namespace kobj::posix {

struct region_shape {
    u64 start;
    u64 record;
    u64 most;
    u64 step;  ///< bytes that a growing region commits at least
    const char* name;
};

inline constexpr std::array<region_shape, static_cast<std::size_t>(region::count)> shapes = {{
    {processes_at, sizeof(process_record), max_processes, 4096, "process"},
    {threads_at, sizeof(thread_record), max_threads, 4096, "thread"},
    {waits_at, sizeof(wait_block), u64{max_threads} * max_wait, 16384, "wait"},
    {objects_at, sizeof(object_record), max_objects, 16384, "object"},
    {names_at, sizeof(name_record), max_names, 16384, "name"},
    {buckets_at, sizeof(word32), max_buckets, 4096, "directory"},
    {watches_at, sizeof(watch_record), max_watches, 4096, "watch"},
    {accounts_at, sizeof(account_record), max_accounts, 4096, "account"},
    {trace_at, sizeof(trace_record), max_traced, u64{max_traced} * sizeof(trace_record), "trace"},
    {jobs_at, sizeof(job_record), max_jobs, 4096, "job"},
}};

constexpr u64 round_up(u64 value, u64 to) noexcept {
    return (value + to - 1) / to * to;
}

/// What a region's mark of committed bytes is at most.
constexpr u64 most_committed(const region_shape& shape) noexcept {
    return round_up(shape.most * shape.record, page);
}

}  // namespace kobj::posix
