#pragma once

#include <array>
#include <vector>

#include "posix/arena/context.hpp"
#include "posix/os/shared_file.hpp"
#include "posix/os/spawn.hpp"
#include "posix/process/start.hpp"

namespace kobj::posix {

/// The descriptors that a child gets: its standard streams, and those of the handles that it has inherited. A stream
/// that is a handle of the child's is the descriptor of that handle, which has no other: what the child closes is
/// closed.
class child_descriptors {
public:
    /// Fills the request, and corrects the child's table. Under descriptors::gate(); keeps what the request refers to.
    /// Throws failure.
    void give(const context& me, u32 child, const std::array<child_stream, 3>& streams, os::spawn_request& request);

private:
    int keep(int fd);
    [[nodiscard]] bool is_stream(u32 index) const;
    /// The handle of the child's at that place has this descriptor there.
    void become(const context& me, u32 child, u32 index, int fd);
    int source_of(int stream, const child_stream& wanted, const context& me, u32 child);

    std::vector<os::descriptor> copies_;
    std::vector<u32> streams_;  ///< places in the child's table that have got another descriptor than the caller's
};

}  // namespace kobj::posix
