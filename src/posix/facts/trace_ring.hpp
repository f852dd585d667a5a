#pragma once

#include <kobj/handle.hpp>

#include <string>
#include <vector>

#include "posix/arena/trace.hpp"
#include "posix/facts/image.hpp"

namespace kobj::posix {

struct traced_event {
    u64 number = 0;  ///< from 1, in the order in which it happened
    u64 time = 0;    ///< monotonic nanoseconds
    trace::what what{};
    u64 object = 0;  ///< as facts::object_facts::number; 0: none
    object_type type = object_type::none;
    std::string name{};  ///< as facts::object_facts::name; a long one is cut
    u32 process = 0;     ///< id
    u32 thread = 0;      ///< id; 0: none in particular
    u32 detail = 0;
};

/// Reads what happened in a session from the ring in its arena, while it is written or from a copy. Takes no lock and
/// delays nobody: who is too slow loses what was overwritten, and is told how much.
class trace_ring {
public:
    /// Throws facts::unreadable. The caller keeps the descriptor open.
    explicit trace_ring(int file);

    struct batch {
        std::vector<traced_event> events{};
        u64 lost = 0;  ///< overwritten before they were read
        u64 torn = 0;  ///< half written: whoever did it was killed
    };
    /// What has happened since the last call, and what the ring has at the first one. With `last` also gives up what
    /// was being written.
    batch next(bool last = false);
    /// What is in the ring is nobody's business.
    void skip() { seen_ = count(); }

private:
    [[nodiscard]] u64 count() const;
    void read(u64 from, u64 to, std::vector<trace_record>& slots) const;

    int file_;
    u64 seen_ = 0;  ///< the number of the last event that was read
};

}  // namespace kobj::posix
