#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include <sys/types.h>

namespace test {

/// What another process sees of the session's memory, to be compared from one instruction to the next.
class shared_state {
public:
    shared_state();
    shared_state(const shared_state&) = delete;
    shared_state& operator=(const shared_state&) = delete;
    ~shared_state();
    /// Has any byte changed since the last call, of records in use and some behind them?
    bool has_changed();
    /// Throws if something else has changed, so that has_changed() has overlooked it.
    void check_the_rest();

private:
    struct range {
        const char* live;
        std::vector<char> seen;
        [[nodiscard]] bool differs() const;
    };
    /// The first `near` bytes are compared each time, the others at the end.
    void add(std::uint64_t from, std::uint64_t length, std::uint64_t near);
    char* base_ = nullptr;
    std::uint64_t size_ = 0;
    std::vector<range> ranges_;
    std::vector<range> rest_;
};

/// Where a thread was behind each instruction of an operation, as one run of it went.
struct trail {
    std::vector<std::uint64_t> at;    ///< at[i]: behind i instructions
    std::vector<std::size_t> places;  ///< behind these another process sees something new
    [[nodiscard]] std::size_t instructions() const { return at.size() - 1; }

    /// Finds the cheapest way to each: run up to a breakpoint, step on from there.
    void prepare();
    std::vector<std::size_t> meeting;   ///< the instruction with the breakpoint; 0: step from the beginning
    std::vector<std::uint32_t> visits;  ///< how often a thread has come by this address by then
};

/// A forked child that stops before and behind an operation, and is led through it by ptrace.
class stepped_child {
public:
    /// An operation that calls exec ends behind that.
    /// `bare`: a child that has not joined the session. `setup` runs before the stop, `act` is what is stepped.
    stepped_child(const std::function<void()>& setup, const std::function<void()>& act, bool bare);
    stepped_child(const stepped_child&) = delete;
    stepped_child& operator=(const stepped_child&) = delete;
    ~stepped_child() { kill_now(); }

    /// To the end of the operation, one instruction at a time.
    trail walk();
    /// To behind so many instructions of it. False: it went another way this time, or was over before.
    bool lead(const trail& known, std::size_t instruction);
    /// Runs it by single steps until that holds. False: the operation is over.
    bool step_until(const std::function<bool()>& holds);
    /// Runs it by single steps into its next sleep, and does not wait for the end of that.
    bool fall_asleep();
    /// Waits until it is awake, and stops it right there: what the call that it slept in has returned.
    long wake_up();
    /// Lets it run to the end of the operation.
    void run();
    void kill_now();
    [[nodiscard]] pid_t id() const { return pid_; }

private:
    bool step();
    bool stop_at(std::uint64_t address, std::uint32_t visit);
    bool stopped_in_operation();
    [[nodiscard]] std::uint64_t where() const;
    bool has_changed_robust_list();

    pid_t pid_ = -1;
    std::uint64_t robust_list_ = 0;
    std::array<std::uint64_t, 3> robust_{};
};

}  // namespace test
