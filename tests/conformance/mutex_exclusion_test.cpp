#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

struct ledger {
    std::atomic<std::uint64_t> counter;  // changed by a load and a store: only the mutex keeps the two together
    std::atomic<int> arrived;            // both begin together
};

// All of them together. Each pair is a round trip to the server under Wine.
std::uint64_t increments() {
    const std::string asked = test::get_environment("KOBJ_TEST_INCREMENTS");
    if (!asked.empty()) return std::stoull(asked);
    return test::on_wine() ? 20'000 : 1'000'000;
}

void add(kobj::mutex& gate, ledger& shared, std::uint64_t times) {
    ++shared.arrived;
    while (shared.arrived < 2) std::this_thread::yield();
    for (std::uint64_t i = 0; i < times; ++i) {
        gate.acquire().value();
        shared.counter.store(shared.counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        gate.release().value();
    }
}

}  // namespace

ROLE(increment) {
    auto gate = args.adopt<kobj::mutex>(0);
    const test::shared<ledger> shared(args.handle(1));
    add(gate, *shared, args.number(2));
    return 0;
}

TEST_CASE("Two threads that increment a counter under a mutex lose no increment", "[mutex][exclusion]") {
    kobj::mutex gate = kobj::mutex::create().value();
    ledger shared{};
    const std::uint64_t each = increments() / 2;
    std::thread other([&] { add(gate, shared, each); });
    add(gate, shared, each);
    other.join();
    CHECK(shared.counter == 2 * each);
    CHECK(test::probe(gate) == test::seen::free);
}

TEST_CASE("Two processes that increment a shared counter under a mutex lose no increment", "[mutex][exclusion]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<ledger> shared;
    const std::uint64_t each = increments() / 2;
    const auto child = test::start_role("increment", {gate, shared, each});
    add(gate, *shared, each);
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(shared->counter == 2 * each);
    CHECK(test::probe(gate) == test::seen::free);
    CHECK(test::usage_count(gate) == 1);
}

TEST_CASE("Threads and processes with handles of their own exclude each other", "[mutex][exclusion]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    const test::shared<ledger> shared;
    const std::uint64_t each = increments() / 20;
    const auto first = test::start_role("increment", {gate, shared, each});
    const auto second = test::start_role("increment", {gate, shared, each});
    std::thread thread([&] {
        kobj::mutex own = gate.duplicate().value();
        add(own, *shared, each);
    });
    add(gate, *shared, each);
    thread.join();
    CHECK(test::wait_for_exit(first) == 0);
    CHECK(test::wait_for_exit(second) == 0);
    CHECK(shared->counter == 4 * each);
    CHECK(test::usage_count(gate) == 1);
}
