#include "posix/object/views.hpp"

#include <map>
#include <mutex>

#include "posix/os/section_file.hpp"

namespace kobj::posix::views {

namespace {

struct view_list {
    std::mutex gate;
    std::map<void*, u32> places;
};

// Never destroyed: a static view may be unmapped later.
view_list& the_views() {
    static view_list& only = *new view_list;
    return only;
}

}  // namespace

void add(void* base, u32 place) {
    view_list& views = the_views();
    const std::lock_guard lock(views.gate);
    views.places[base] = place;
}

u32 take(void* base) noexcept {
    view_list& views = the_views();
    const std::lock_guard lock(views.gate);
    const auto found = views.places.find(base);
    if (found == views.places.end()) return 0;
    const u32 place = found->second;
    views.places.erase(found);
    return place;
}

void before_fork() noexcept {
    the_views().gate.lock();
    os::lock_sections();
}

void after_fork() noexcept {
    os::unlock_sections();
    the_views().gate.unlock();
}

}  // namespace kobj::posix::views
