#include "in_threads.hpp"

using test::in_threads;
using test::rounds;

TEST_CASE("Waiting for a change at an address", "[windows_h][lock]") {
    LONG64 value = 1;
    LONG64 same = 1;
    LONG64 other = 2;
    for (const SIZE_T size : {SIZE_T{1}, SIZE_T{2}, SIZE_T{4}, SIZE_T{8}}) {
        REFUSES(WaitOnAddress(&value, &same, size, 5), ERROR_TIMEOUT);
        REFUSES(WaitOnAddress(&value, &same, size, 0), ERROR_TIMEOUT);
        CHECK(test::error_of([&] { CHECK(WaitOnAddress(&value, &other, size, INFINITE) != FALSE); }) ==
              test::untouched);
    }
    for (const SIZE_T size : {SIZE_T{0}, SIZE_T{3}, SIZE_T{16}})
        REFUSES(WaitOnAddress(&value, &same, size, 0), ERROR_INVALID_PARAMETER);
    // For nobody: nothing happens.
    WakeByAddressSingle(&value);
    WakeByAddressAll(&value);
    WakeByAddressAll(nullptr);
    REFUSES(WaitOnAddress(&value, &same, 8, 1), ERROR_TIMEOUT);
}

TEST_CASE("Threads at one address are woken one by one, or all", "[windows_h][lock]") {
    std::atomic<unsigned char> value{0};
    std::atomic<int> gone{0};
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            for (;;) {
                unsigned char now = value;
                while (now == 0) {
                    WaitOnAddress(&value, &now, 1, INFINITE);
                    now = value;
                }
                if (value.compare_exchange_strong(now, static_cast<unsigned char>(now - 1))) break;
            }
            ++gone;
        });
    value = 1;
    WakeByAddressSingle(&value);
    CHECK(test::eventually([&] { return gone == 1; }));
    value = 3;
    WakeByAddressAll(&value);
    for (auto& each : all) each.join();
    CHECK(gone == 4);
    CHECK(value == 0);
}

TEST_CASE("No wake-up at an address is lost", "[windows_h][lock][exclusion]") {
    // A mutex of one byte, and its neighbours in the same eight bytes are others.
    alignas(8) std::atomic<unsigned char> gates[2] = {};
    long long counts[2] = {};
    const int times = rounds() / 10;
    in_threads(6, [&](int me) {
        auto& gate = gates[me % 2];
        for (int i = 0; i < times; ++i) {
            unsigned char now = 0;
            if (!gate.compare_exchange_strong(now, 1))
                while (gate.exchange(2) != 0) {
                    unsigned char taken = 2;
                    WaitOnAddress(&gate, &taken, 1, INFINITE);
                }
            ++counts[me % 2];
            if (gate.exchange(0) == 2) WakeByAddressSingle(&gate);
        }
    });
    CHECK(counts[0] == 3LL * times);
    CHECK(counts[1] == 3LL * times);
}
