#pragma once

#include <kobj/kobj.hpp>

#include "posix/arena/layout.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

// A live session whose arena is damaged, and then used. For the fuzzer and for the tests without one.
namespace fuzz {

/// The bytes of an input, one after the other; zeros behind the end.
class input {
public:
    explicit input(std::span<const std::uint8_t> bytes) : left_(bytes) {}

    std::uint8_t byte() {
        if (left_.empty()) return 0;
        const std::uint8_t next = left_.front();
        left_ = left_.subspan(1);
        return next;
    }
    std::uint32_t word() {
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i) value = value << 8U | byte();
        return value;
    }
    /// Below `end`, which is not 0.
    std::uint32_t below(std::uint32_t end) { return end <= 256 ? byte() % end : word() % end; }

private:
    std::span<const std::uint8_t> left_;
};

/// The first two are there.
inline constexpr const char* names[] = {"damage: held", "damage: free", "damage: new", "Global\\damage",
                                        "damage: no such"};

/// This process's session, with something of everything in it, and beside this process two others: one that is
/// stopped, whose threads wait in queues and own a mutex, and one that was killed in the same state, so that its debts
/// are still there. Nobody but the calling thread acts in it.
class damaged_session {
public:
    /// Once per process, in a session of its own.
    damaged_session();
    damaged_session(const damaged_session&) = delete;
    damaged_session& operator=(const damaged_session&) = delete;
    ~damaged_session();

    /// Makes the arena whole, changes those of its words that the input names, and makes the calls that it names. What
    /// they answer does not matter, but that they do. The same input does the same.
    void play(std::span<const std::uint8_t> bytes);

private:
    struct piece {
        std::uint64_t at;
        std::vector<char> bytes;
    };

    void start_others();
    void take_snapshot();
    void make_whole();
    void damage(input& in);
    void damage_word(input& in, kobj::posix::word32& word);
    void leave_lock_to_the_dead(input& in);
    void let_lock_go_if_its_holder_lives();
    void call(input& in);
    void call_object(input& in);
    void call_wait(input& in);
    void call_handle(input& in);
    void call_named(input& in);
    void call_inspect(input& in);
    void call_process(input& in);
    void call_section(input& in);
    void call_set(input& in);
    void call_session(input& in);
    kobj::handle_value pick(input& in);

    kobj::mutex held_by_other_, held_by_dead_, held_, free_;
    kobj::event gate_, step_;
    kobj::semaphore units_;
    kobj::timer timer_;
    kobj::file_mapping memory_;
    kobj::process self_, other_, dead_;
    kobj::thread thread_;
    kobj::wait_set set_;
    std::vector<kobj::handle_value> handles_;
    pid_t other_id_ = 0;
    std::string memory_file_;
    std::vector<piece> whole_;
    std::uint64_t next_section_ = 0;
    bool made_files_ = false;
};

}  // namespace fuzz
