// The locks of the standard library on a kobj mutex. Their lock() returns nothing, so kobj::lockable is given what to
// do when the former owner ended without releasing.

#include <kobj/kobj.hpp>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>

int main() {
    using namespace std::chrono_literals;

    kobj::mutex gate = kobj::mutex::create().value();
    kobj::lockable lock(gate, [] { std::puts("  the former owner died: repair"); });

    std::puts("A lock on a free mutex:");
    {
        const std::unique_lock held(lock);
        std::printf("  held: %s\n", held.owns_lock() ? "yes" : "no");

        std::thread([&] {
            const std::unique_lock other(lock, 10ms);
            std::printf("  held by another thread, after 10 ms: %s\n", other.owns_lock() ? "yes" : "no");
        }).join();
    }

    std::puts("A thread ends without release:");
    std::thread([&] { gate.acquire().value(); }).join();
    {
        const std::unique_lock held(lock);
        std::printf("  held: %s\n", held.owns_lock() ? "yes" : "no");
    }

    std::puts("Two mutexes at once, without deadlock:");
    kobj::mutex second = kobj::mutex::create().value();
    kobj::lockable second_lock(second, [] {});
    const std::scoped_lock both(lock, second_lock);
    std::puts("  both are held");
    return 0;
}
