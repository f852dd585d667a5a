#include "posix/object/views.hpp"

#include <functional>
#include <iterator>
#include <map>
#include <mutex>

#include "posix/os/section_file.hpp"

namespace kobj::posix::views {

namespace {

struct view_list {
    std::mutex gate;
    std::map<const void*, view> by_base;

    auto find_with(const void* inside) noexcept {
        // The last one that begins at the address or before it.
        auto next = by_base.upper_bound(inside);
        if (next == by_base.begin()) return by_base.end();
        const auto found = std::prev(next);
        const auto* const end = static_cast<const char*>(found->second.base) + found->second.size;
        return std::less<const void*>()(inside, end) ? found : by_base.end();
    }
    view take(std::map<const void*, view>::iterator found) noexcept {
        if (found == by_base.end()) return {};
        const view taken = found->second;
        by_base.erase(found);
        return taken;
    }
};

// Never destroyed: a static view may be unmapped later.
view_list& the_views() {
    static view_list& only = *new view_list;
    return only;
}

}  // namespace

void add(const view& made) {
    view_list& views = the_views();
    const std::lock_guard lock(views.gate);
    views.by_base[made.base] = made;
}

view take(void* base) noexcept {
    view_list& views = the_views();
    const std::lock_guard lock(views.gate);
    return views.take(views.by_base.find(base));
}

view take_with(const void* inside) noexcept {
    view_list& views = the_views();
    const std::lock_guard lock(views.gate);
    return views.take(views.find_with(inside));
}

view find_with(const void* inside) noexcept {
    view_list& views = the_views();
    const std::lock_guard lock(views.gate);
    const auto found = views.find_with(inside);
    return found == views.by_base.end() ? view() : found->second;
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
