// A loop of Boost.Asio waits for kernel objects beside its own work: a named event that any process may set, a timer,
// and the end of a child.

#include <kobj/kobj.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <cstdio>
#include <functional>

#include <unistd.h>

namespace asio = boost::asio;

namespace {

// Calls `signaled` each time the object could be taken, until that says false.
class watched {
public:
    watched(asio::io_context& loop, kobj::handle_value object, std::function<bool()> signaled)
        : object_(object),
          readable_(kobj::native_event_fd::open(object).value()),
          // Asio closes what it is given: a copy.
          stream_(loop, dup(readable_.get())),
          signaled_(std::move(signaled)) {
        wait();
    }

private:
    void wait() {
        stream_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
            if (error) return;
            const bool taken = kobj::wait(object_, std::chrono::seconds(0)).value() != kobj::wait_status::timed_out;
            readable_.rearm().value();
            if (!taken || signaled_()) wait();
        });
    }

    kobj::handle_value object_;
    kobj::native_event_fd readable_;
    asio::posix::stream_descriptor stream_;
    std::function<bool()> signaled_;
};

}  // namespace

int main() try {
    using namespace std::chrono_literals;
    asio::io_context loop;

    auto ring = kobj::event::create({.name = "kobj-example-bell"}).value();
    auto tick = kobj::timer::create().value();
    tick.set(100ms, 100ms).value();
    auto child = kobj::process::start({"sleep", "0.5"}).value();

    int ticks = 0;
    const watched on_tick(loop, tick.get(), [&] {
        std::printf("tick %d\n", ++ticks);
        if (ticks == 3) kobj::event::open("kobj-example-bell").value().set().value();
        return ticks < 6;
    });
    const watched on_ring(loop, ring.get(), [] {
        std::puts("somebody set the event");
        return false;
    });
    const watched on_end(loop, child.get(), [&] {
        std::printf("the child has ended with %u\n", child.exit_code().value());
        return false;
    });
    loop.run();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
