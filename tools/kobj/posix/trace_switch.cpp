#include "trace_switch.hpp"

#include <kobj/handle.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "posix/arena/regions.hpp"
#include "posix/facts/image.hpp"
#include "posix/fail.hpp"

namespace kobj::tool {

using namespace posix;

namespace {

[[noreturn]] void give_up(const std::string& path, int error) {
    throw facts::unreadable(text("{}: {}", path, std::strerror(error)));
}

}  // namespace

trace_switch::trace_switch(const std::string& path) : file_(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)) {
    if (!file_) give_up(path, errno);
    struct stat facts {};
    if (fstat(file_.get(), &facts) != 0) give_up(path, errno);
    if (static_cast<u64>(facts.st_size) < header_size) throw facts::unreadable(text("{}: is cut short", path));
    void* memory = mmap(nullptr, names_at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file_.get(), 0);
    if (memory == MAP_FAILED) give_up(path, errno);
    base_ = static_cast<char*>(memory);
    try {
        check_layout(header());
        set_ring_aside();
    } catch (const facts::unreadable& why) {
        munmap(base_, names_at);
        throw facts::unreadable(text("{}: {}", path, why.what()));
    }
}

trace_switch::~trace_switch() {
    munmap(base_, names_at);
}

arena_header& trace_switch::header() const noexcept {
    return *reinterpret_cast<arena_header*>(base_);
}

void trace_switch::set_ring_aside() {
    constexpr u64 size = u64{max_traced} * sizeof(trace_record);
    word64& mark = header().committed[static_cast<std::size_t>(region::trace)];
    u64 now = mark.get();
    if (now >= size) return;
    if (const int error = os::commit_file(file_.get(), trace_at, size); error != 0)
        throw facts::unreadable(text("no memory for {} bytes more: {}", size, std::strerror(error)));
    while (now < size && !mark.swap(now, size)) {
    }
}

// As whoever waits does it: behind that only holders of the lock change the state, and they note what they do.
void trace_switch::close_quick_paths() {
    struct stat facts {};
    if (fstat(file_.get(), &facts) != 0) return;
    const u64 committed = header().committed[static_cast<std::size_t>(region::objects)].get();
    const u64 there = std::min(committed, std::max<u64>(static_cast<u64>(facts.st_size), objects_at) - objects_at);
    const u64 count = std::min<u64>({header().high_object.get(), there / sizeof(object_record), u64{max_objects}});
    auto* const objects = reinterpret_cast<object_record*>(base_ + objects_at);
    for (u64 i = 1; i < count; ++i) {
        word64& state = objects[i].state;
        u64 seen = state.get();
        const auto has_quick_path = [&] {
            const auto type = object_type{static_cast<u8>(state::type(seen))};
            return (type == object_type::mutex || type == object_type::event || type == object_type::semaphore) &&
                   (seen & state::contended) == 0;
        };
        while (has_quick_path() && !state.swap(seen, seen | state::contended)) {
        }
    }
}

void trace_switch::on_until(u64 when) {
    word64& until = header().trace_until;
    u64 now = until.get();
    while (now < when && !until.swap(now, when)) {
    }
    close_quick_paths();
}

void trace_switch::off() {
    header().trace_until.put(0);
}

u64 trace_switch::until() const {
    return header().trace_until.get();
}

}  // namespace kobj::tool
