#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"
#include "support/waiter.hpp"

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::semaphore;
using kobj::wait_status;
using test::error_of;
using test::take;
using test::usage_count;

namespace {

constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();

// How many units there are; they are put back.
int units_of(semaphore& units) {
    int found = 0;
    while (take(units)) ++found;
    if (found > 0) units.release(found).value();
    return found;
}

}  // namespace

TEST_CASE("A semaphore gives as many units as it has", "[semaphore]") {
    const auto before = test::table();
    {
        semaphore units = semaphore::create(2, 5).value();
        CHECK_FALSE(units.existed());
        CHECK(kobj::type_of(units.get()).value() == kobj::object_type::semaphore);
        CHECK(kobj::access_of(units.get()).value() == kobj::access::semaphore_all);
        CHECK(usage_count(units) == 1);
        CHECK(units.acquire().value() == wait_status::signaled);
        CHECK(units.acquire(0s).value() == wait_status::signaled);
        CHECK(units.acquire(0s).value() == wait_status::timed_out);
        CHECK(units.acquire(5ms).value() == wait_status::timed_out);
    }
    CHECK(test::table() == before);
}

TEST_CASE("A release gives the count before it", "[semaphore]") {
    semaphore units = semaphore::create(0, 10).value();
    CHECK(units.release().value() == 0);
    CHECK(units.release(3).value() == 1);
    CHECK(units.release(6).value() == 4);
    CHECK(units_of(units) == 10);
}

TEST_CASE("A release beyond the maximum changes nothing", "[semaphore]") {
    semaphore units = semaphore::create(2, 5).value();
    CHECK(error_of(units.release(4)) == errc::too_many_posts);
    CHECK(error_of(units.release(most)) == errc::too_many_posts);
    CHECK(units_of(units) == 2);
    CHECK(units.release(3).value() == 2);
    CHECK(error_of(units.release()) == errc::too_many_posts);
    CHECK(units_of(units) == 5);
}

TEST_CASE("A release of nothing or less is an invalid parameter and changes nothing", "[semaphore]") {
    semaphore units = semaphore::create(2, 5).value();
    for (const std::int32_t bad : {0, -1, -2, least}) CHECK(error_of(units.release(bad)) == errc::invalid_parameter);
    CHECK(units_of(units) == 2);
}

TEST_CASE("A semaphore counts to 2^31 - 1", "[semaphore]") {
    semaphore units = semaphore::create(most - 1, most).value();
    CHECK(units.release().value() == most - 1);
    CHECK(error_of(units.release()) == errc::too_many_posts);
    CHECK(error_of(units.release(most)) == errc::too_many_posts);
    CHECK(take(units));
    CHECK(error_of(units.release(2)) == errc::too_many_posts);
    CHECK(units.release().value() == most - 1);
    semaphore empty = semaphore::create(0, most).value();
    CHECK(empty.release(most).value() == 0);
    CHECK(take(empty));
}

TEST_CASE("Counts that make no sense are an invalid parameter", "[semaphore]") {
    const auto before = test::table();
    const std::string name = test::unique_name("counts");
    struct counts {
        std::int32_t initial;
        std::int32_t maximum;
    };
    for (const counts bad : {counts{0, 0}, counts{0, -1}, counts{-1, 1}, counts{2, 1}, counts{1, 0}, counts{-1, -1},
                             counts{least, most}, counts{most, most - 1}, counts{0, least}}) {
        INFO(bad.initial << " of " << bad.maximum);
        CHECK(error_of(semaphore::create(bad.initial, bad.maximum)) == errc::invalid_parameter);
        CHECK(error_of(semaphore::create(bad.initial, bad.maximum, {.name = name})) == errc::invalid_parameter);
    }
    CHECK(error_of(semaphore::open(name)) == errc::file_not_found);
    CHECK(test::table() == before);
    SECTION("also when the name exists") {
        semaphore units = semaphore::create(1, 1, {.name = name}).value();
        CHECK(error_of(semaphore::create(2, 1, {.name = name})) == errc::invalid_parameter);
        CHECK(usage_count(units) == 1);
        CHECK(units_of(units) == 1);
    }
}

TEST_CASE("A release of several units lets as many threads go on", "[semaphore]") {
    semaphore units = semaphore::create(0, 10).value();
    std::atomic<int> released{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 5; ++i)
        threads.emplace_back(
            [&] { released += units.acquire(test::patience()).value() == wait_status::signaled ? 1 : 0; });
    test::until_waiting(units, 5);
    const auto first = units.release(3);
    const bool three = test::eventually([&] { return released == 3; });
    const auto second = units.release(4);
    for (auto& each : threads) each.join();
    CHECK(three);
    CHECK(first.value() == 0);
    CHECK(second.value() == 0);
    CHECK(released == 5);
    CHECK(units_of(units) == 2);
}

TEST_CASE("A unit that was given to a waiting thread cannot be taken by a newcomer", "[semaphore]") {
    semaphore units = semaphore::create(0, 1).value();
    int stolen = 0;
    int received = 0;
    for (int round = 0; round < 30; ++round) {
        auto waiting = test::wait_one(units);
        test::until_waiting(units);
        units.release().value();
        stolen += take(units) ? 1 : 0;
        if (stolen != 0) (void)units.release();
        received += waiting.status() == wait_status::signaled ? 1 : 0;
    }
    CHECK(stolen == 0);
    CHECK(received == 30);
}

TEST_CASE("A semaphore lets in no more threads than it has units", "[semaphore][stress]") {
    semaphore units = semaphore::create(3, 3).value();
    const int rounds = test::on_wine() ? 300 : 10000;
    std::atomic<int> inside{0};
    std::atomic<int> too_many{0};
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                if (units.acquire(test::patience()).value() != wait_status::signaled) return;
                if (++inside > 3) ++too_many;
                if (round % 16 == 0) std::this_thread::yield();
                --inside;
                units.release().value();
                ++done;
            }
        });
    for (auto& each : threads) each.join();
    CHECK(too_many == 0);
    CHECK(done == 6 * rounds);
    CHECK(units_of(units) == 3);
}

TEST_CASE("Units that producers release are taken exactly once", "[semaphore][stress]") {
    semaphore units = semaphore::create(0, most).value();
    const int each_makes = test::on_wine() ? 500 : 20000;
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            for (int made = 0; made < each_makes; made += 2) {
                units.release().value();
                units.release().value();
            }
        });
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            for (int got = 0; got < each_makes; ++got)
                taken += units.acquire(test::patience()).value() == wait_status::signaled ? 1 : 0;
        });
    for (auto& each : threads) each.join();
    CHECK(taken == 2 * each_makes);
    CHECK(units_of(units) == 0);
}

TEST_CASE("A semaphore belongs to no thread: another one may release", "[semaphore]") {
    semaphore units = semaphore::create(1, 1).value();
    std::thread([&] { units.acquire().value(); }).join();
    CHECK_FALSE(take(units));
    CHECK(units.release().value() == 0);
    CHECK(take(units));
}
