#include "state.hpp"

#include "eventually.hpp"
#include "platform.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace test {

std::ostream& operator<<(std::ostream& out, seen how) {
    constexpr const char* names[] = {"free", "owned", "abandoned"};
    return out << names[static_cast<int>(how)];
}

seen probe(kobj::handle_value mutex) {
    kobj::result<kobj::wait_status> how = kobj::errc::invalid_state;
    kobj::result<void> released;
    std::thread([&] {
        how = kobj::wait(mutex, std::chrono::seconds(0));
        if (how && *how != kobj::wait_status::timed_out) released = kobj::mutex::release(mutex);
    }).join();
    released.value();
    switch (how.value()) {
        case kobj::wait_status::signaled:
            return seen::free;
        case kobj::wait_status::abandoned:
            return seen::abandoned;
        case kobj::wait_status::timed_out:
            break;
    }
    return seen::owned;
}

std::uint32_t usage_count(kobj::handle_value value) {
    return kobj::inspect::usage_count(value).value();
}

std::ostream& operator<<(std::ostream& out, const entry& each) {
    out << "{handle " << each.value.value() << ", type " << static_cast<int>(each.type) << ", access 0x" << std::hex
        << each.access << std::dec << (each.flags.inheritable ? ", inheritable" : "")
        << (each.flags.protect_from_close ? ", protected" : "") << ", count " << each.usage_count << "}";
    return out;
}

std::vector<entry> table() {
    std::vector<entry> found;
    const auto all = kobj::inspect::handle_table().value();
    for (const kobj::inspect::handle_info& each : all) {
        using enum kobj::object_type;
        const bool signals = each.type == event || each.type == semaphore || each.type == timer;
        const bool counted = each.type == mutex || each.type == file_mapping || (signals && !on_windows);
        const bool known = counted || each.type == process || each.type == thread;
        if (known) found.push_back({each.value, each.type, each.access, each.flags, counted ? each.usage_count : 0});
    }
    return found;
}

bool is_open(kobj::handle_value value) {
    return kobj::get_flags(value).has_value();
}

void until_waiting(kobj::handle_value value, std::size_t threads) {
    if (on_windows) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return;
    }
    std::uint64_t object = 0;
    const auto own = kobj::inspect::handle_table().value();
    for (const auto& each : own)
        if (each.value == value) object = each.object;
    const bool queued = eventually([&] {
        const auto all = kobj::inspect::take_snapshot().value();
        for (const auto& each : all.objects)
            if (each.object == object) return each.waiters.size() >= threads;
        return false;
    });
    if (!queued) throw std::runtime_error("no thread waits");
}

}  // namespace test
