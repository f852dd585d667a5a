#include "posix/process/child_descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "posix/handle/descriptors.hpp"
#include "posix/handle/table.hpp"

namespace kobj::posix {

namespace {

int copy_of(int fd) noexcept {
    return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

}  // namespace

int child_descriptors::keep(int fd) {
    if (fd < 0) fail(errc::too_many_open_files, "no descriptor is left for the standard streams of a child");
    copies_.emplace_back(fd);
    return fd;
}

bool child_descriptors::is_stream(u32 index) const {
    return std::find(streams_.begin(), streams_.end(), index) != streams_.end();
}

void child_descriptors::become(const context& me, u32 child, u32 index, int fd) {
    transact(me, [&](transaction& tx) { descriptors::set(tx, child, index, fd); });
    streams_.push_back(index);
}

// What is to be the child's stream: a descriptor of this process, above 2, or -1 for the one that stays as it is.
int child_descriptors::source_of(int stream, const child_stream& wanted, const context& me, u32 child) {
    if (wanted.which == child_stream::from::caller) return -1;
    int fd = -1;
    if (wanted.which != child_stream::from::nothing) {
        // The low bits of a handle mean nothing, and the null handle leads nowhere.
        const u32 index = static_cast<u32>(std::min<u64>(index_of(wanted.handle), max_handles));
        if (index != 0 && index < the_arena().process(child).high.get()) fd = descriptors::of(child, index);
        const bool inherited = fd >= 0;
        if (inherited && !is_stream(index)) become(me, child, index, stream);
        if (inherited || wanted.which == child_stream::from::callers_handle) fd = descriptors::of(me.process, index);
    }
    if (fd == stream) return -1;
    if (fd > STDERR_FILENO) return fd;
    // The others may take its place before it is copied.
    return keep(fd < 0 ? descriptors::out_of_the_way(open("/dev/null", O_RDWR | O_CLOEXEC)) : copy_of(fd));
}

void child_descriptors::give(const context& me, u32 child, const std::array<child_stream, 3>& streams,
                             os::spawn_request& request) {
    for (int i = 0; i < 3; ++i)
        request.streams[static_cast<std::size_t>(i)] = source_of(i, streams[static_cast<std::size_t>(i)], me, child);
    arena& a = the_arena();
    const u32 high = std::min(a.process(child).high.get(), a.process(child).described.get());
    for (u32 i = 1; i < high; ++i) {
        int fd = descriptors::of(child, i);
        if (fd >= 0 && fd <= STDERR_FILENO && request.streams[static_cast<std::size_t>(fd)] >= 0 && !is_stream(i))
            become(me, child, i, fd = keep(copy_of(fd)));
        if (fd > STDERR_FILENO) request.descriptors.push_back(fd);
    }
}

}  // namespace kobj::posix
