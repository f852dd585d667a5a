#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace {

constexpr const char* variable = "KOBJ_TEST_EARLY";

// Uses an inherited handle before main.
struct early {
    kobj::errc acquired = kobj::errc::invalid_state;
    kobj::errc released = kobj::errc::invalid_state;
    std::uint32_t count = 0;

    early() {
        const std::string number = test::get_environment(variable);
        if (number.empty()) return;
        const kobj::handle_value gate = kobj::handle_value::parse(number).value_or(kobj::handle_value());
        acquired = test::error_of(kobj::wait(gate, std::chrono::seconds(0)));
        released = test::error_of(kobj::mutex::release(gate));
        count = kobj::inspect::usage_count(gate).value_or(0U);
    }
};

const early before_main;

}  // namespace

ROLE(used_early) {
    ROLE_CHECK(before_main.acquired == kobj::errc::success);
    ROLE_CHECK(before_main.released == kobj::errc::success);
    return static_cast<int>(before_main.count);
}

TEST_CASE("Inherited handles are there before the child's static constructors", "[inherit]") {
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    test::set_environment(variable, gate.get().to_string());
    const auto child = test::start_role("used_early");
    test::unset_environment(variable);
    CHECK(test::wait_for_exit(child) == 2);
    CHECK(test::usage_count(gate) == 1);
    CHECK(test::probe(gate) == test::seen::free);
}
