#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "session.hpp"

// Where a process has opened its handles.
namespace kobj::tool {

struct opening {
    std::uint64_t number = 0;
    bool is_own = false;                 ///< kobj's own, for itself
    std::vector<std::uint64_t> calls{};  ///< addresses, the last call first
};

struct opened_handles {
    session in;
    const facts::process_facts* process = nullptr;
    std::uint64_t start_time = 0;  ///< tells two processes of one id apart
    bool are_kept = false;         ///< the process notes where it opens handles
    const char* otherwise = "";    ///< where they are not kept: how to find out where it opens them
    /// Of an open handle, by its value and its object's number; nothing when it was inherited, put there by another
    /// process, or is not kept.
    std::function<std::optional<opening>(std::uint64_t, std::uint64_t)> find;
};
/// Throws facts::unreadable.
opened_handles read_openings(const source& where, std::uint32_t process);

/// Addresses of a process as lines: functions, files.
using call_namer = std::function<std::vector<std::string>(const std::vector<std::uint64_t>&)>;
call_namer namer_of(std::uint32_t process);

}  // namespace kobj::tool
