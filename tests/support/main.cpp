#define CATCH_CONFIG_RUNNER
#include "catch.hpp"

#include "platform.hpp"
#include "role.hpp"
#include "state.hpp"
#include "watchdog.hpp"

#include <thread>

namespace {

#if defined(KOBJ_CATCH2_V3)
using listener_base = Catch::EventListenerBase;
#else
using listener_base = Catch::TestEventListenerBase;
#endif

// The limit starts anew with each test case.
class watchdog_listener : public listener_base {
public:
    using listener_base::listener_base;
    void testCaseStarting(const Catch::TestCaseInfo& info) override { test::watch("test \"" + info.name + "\""); }
};
CATCH_REGISTER_LISTENER(watchdog_listener)

// Runtimes open handles of their own at the first use of a thread; here, so that no test counts them.
void warm_up() {
    const kobj::mutex first = kobj::mutex::create().value();
    (void)test::probe(first);
    (void)test::table();
}

}  // namespace

int main(int argc, char** argv) {
    test::die_quietly();
    int exit_code = 0;
    if (test::play_role(argc, argv, exit_code)) return exit_code;
    test::watch("start");
    warm_up();
    return Catch::Session().run(argc, argv);
}

#if defined(__SANITIZE_THREAD__)
// As in thread_sanitizer.supp, which says why.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "deadlock:kobj::posix::os::life::begin\nmutex:kobj::posix::os::life::begin\nrace:kobj::posix::os::life::"
           "begin\nrace:kobj::posix::descriptors::drop\n";
}

// At its end it waits a second for races of what still runs. The tests join their threads.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options() {
    return "atexit_sleep_ms=20";
}
#endif
