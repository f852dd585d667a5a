#include "posix/dispatch/relay.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>

#include "posix/dispatch/watcher.hpp"
#include "posix/os/helper_thread.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/last_thread.hpp"

namespace kobj::posix::relay {

namespace {

struct relay_state {
    std::mutex gate;
    std::unique_ptr<watcher> objects;
    std::set<std::pair<int, u32>> descriptors;  ///< with the watch of each
    bool running = false;
};

// Never destroyed: the thread may outlive the static destructors.
relay_state& the_relay() {
    static relay_state& only = *new relay_state;
    return only;
}

void make_readable(int fd) {
    const std::uint64_t one = 1;
    (void)!write(fd, &one, sizeof(one));
}

void* run(void* objects) {
    last_thread::do_not_count();
    // It ends with an error: the process has left the session.
    (void)guarded([&] {
        relay_state& r = the_relay();
        for (;;) {
            const auto found = static_cast<watcher*>(objects)->next(enter(), infinite, watcher::manner::mute);
            if (!found) continue;
            const std::lock_guard lock(r.gate);
            const int fd = static_cast<int>(found->key);
            // Closed meanwhile, it may be another file's by now.
            if (r.descriptors.contains({fd, found->watch})) make_readable(fd);
        }
    });
    return nullptr;
}

}  // namespace

served open(const context& me, const target& object) {
    relay_state& r = the_relay();
    const std::lock_guard lock(r.gate);
    if (!r.objects) r.objects = std::make_unique<watcher>(me);
    if (!r.running) {
        if (const int error = os::start_helper_thread(run, r.objects.get()); error != 0)
            fail(errc::no_system_resources, "no thread to serve descriptors with: {}", std::strerror(error));
        r.running = true;
    }
    const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) fail(errc::too_many_open_files, "no descriptor is left for an object: {}", std::strerror(errno));
    u32 watch = 0;
    try {
        watch = r.objects->add(me, object, static_cast<u64>(fd));
        r.descriptors.emplace(fd, watch);
    } catch (...) {
        if (watch != 0) r.objects->remove(me, watch);
        ::close(fd);
        throw;
    }
    return {fd, watch};
}

bool rearm(const context& me, const served& which) {
    relay_state& r = the_relay();
    const std::lock_guard lock(r.gate);
    if (!r.descriptors.contains({which.fd, which.watch})) return false;
    std::uint64_t count = 0;
    (void)!read(which.fd, &count, sizeof(count));
    r.objects->unmute(me, which.watch);
    return true;
}

void close(const served& which) noexcept {
    relay_state& r = the_relay();
    (void)guarded([&] {
        const context& me = enter();  // before the gate: an attach waits for a fork, and a fork for the gate
        const std::lock_guard lock(r.gate);
        if (r.descriptors.erase({which.fd, which.watch}) != 0) r.objects->remove(me, which.watch);
    });
    ::close(which.fd);
}

void before_fork() noexcept {
    the_relay().gate.lock();
}
void after_fork_in_parent() noexcept {
    the_relay().gate.unlock();
}
void after_fork_in_child() noexcept {
    relay_state& r = the_relay();
    // The watches are the parent's, and its thread may be inside: not destroyed.
    (void)r.objects.release();
    r.descriptors.clear();
    r.running = false;
    r.gate.unlock();
}

}  // namespace kobj::posix::relay
