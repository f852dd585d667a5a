#pragma once

#include "win32/windows.hpp"

#include <wct.h>

#include "facts/session_facts.hpp"

#include <optional>
#include <span>
#include <string>

// Who waits for whom, as the system tells it: of mutexes, critical sections, ends of threads and processes, and calls
// to other processes. It does not tell of events, semaphores and timers.
// https://learn.microsoft.com/windows/win32/debug/wait-chain-traversal
namespace kobj::detail {

/// For what a thread waits.
struct chained_wait {
    object_type type = object_type::none;  ///< mutex, thread, process; none: something that is no kernel object
    std::string name{};                    ///< of a mutex; of what is no kernel object: what it is
    facts::u32 owner_process_id = 0;       ///< 0: not told
    facts::u32 owner_thread_id = 0;        ///< 0: not told
    bool abandoned = false;
    facts::u64 waited = 0;  ///< nanoseconds
};

/// Nothing: the chain's thread does not wait, or for something that the system does not tell.
std::optional<chained_wait> first_wait(std::span<const WAITCHAIN_NODE_INFO> chain);

class wait_chains {
public:
    wait_chains();
    wait_chains(const wait_chains&) = delete;
    wait_chains& operator=(const wait_chains&) = delete;
    ~wait_chains();

    /// Does this system know them? Wine does not.
    [[nodiscard]] bool are_told() const noexcept { return session_ != nullptr; }
    [[nodiscard]] std::optional<chained_wait> ask(facts::u32 thread_id) const;

private:
    HWCT session_ = nullptr;
    decltype(&CloseThreadWaitChainSession) close_ = nullptr;
    decltype(&GetThreadWaitChain) ask_ = nullptr;
};

}  // namespace kobj::detail
