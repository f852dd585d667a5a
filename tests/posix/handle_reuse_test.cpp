#include "support/catch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <set>
#include <vector>

TEST_CASE("The value freed longest ago is used next", "[handle]") {
    std::vector<kobj::mutex> gates;
    for (int i = 0; i < 8; ++i) gates.push_back(kobj::mutex::create().value());
    std::vector<kobj::handle_value> freed;
    for (const int i : {5, 2, 7, 0}) {
        freed.push_back(gates[static_cast<std::size_t>(i)].get());
        REQUIRE(gates[static_cast<std::size_t>(i)].close());
    }
    // Whatever was free before them comes first; then they come in their order.
    std::vector<kobj::handle_value> reused;
    for (int i = 0; i < 10'000 && reused.size() < freed.size(); ++i) {
        gates.push_back(kobj::mutex::create().value());
        for (const auto each : freed)
            if (gates.back().get() == each) reused.push_back(each);
    }
    CHECK((reused.empty() || reused == freed));
}

TEST_CASE("A stale handle is an error for long", "[handle]") {
    std::set<kobj::handle_value> stale;
    int again = 0;
    for (int i = 0; i < 100; ++i) {
        kobj::mutex gate = kobj::mutex::create().value();
        again += stale.contains(gate.get());
        stale.insert(gate.get());
    }
    CHECK(again == 0);
}
