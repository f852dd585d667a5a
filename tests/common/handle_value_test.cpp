#include "support/catch.hpp"

#include "support/state.hpp"

#include <kobj/handle_value.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_set>

using kobj::errc;
using kobj::handle_value;
using test::error_of;

TEST_CASE("A handle value is a number, null at first", "[handle_value]") {
    CHECK(handle_value().value() == 0);
    CHECK_FALSE(static_cast<bool>(handle_value()));
    CHECK(static_cast<bool>(handle_value(4)));
    CHECK(handle_value(8).value() == 8);
    CHECK(handle_value(4) < handle_value(8));
    CHECK(handle_value(4) != handle_value(8));
    CHECK(handle_value::from_native(handle_value(12).native()) == handle_value(12));
    CHECK(std::unordered_set<handle_value>{handle_value(4), handle_value(4), handle_value(8)}.size() == 2);
}

TEST_CASE("A handle value is written in decimal and read back", "[handle_value]") {
    constexpr std::uintptr_t largest = std::numeric_limits<std::uintptr_t>::max();
    CHECK(handle_value(1234).to_string() == "1234");
    CHECK(handle_value().to_string() == "0");
    for (const std::uintptr_t each : {std::uintptr_t{0}, std::uintptr_t{4}, std::uintptr_t{400000}, largest})
        CHECK(handle_value::parse(handle_value(each).to_string()).value() == handle_value(each));
    CHECK(handle_value::parse("0x1A4").value() == handle_value(0x1A4));
    CHECK(handle_value::parse("0xff").value() == handle_value(255));
}

TEST_CASE("Any other text is no handle value", "[handle_value]") {
    for (const std::string_view each : {"", " ", "4 ", " 4", "-4", "+4", "0x", "x4", "4x", "0x4g", "4.0", "four",
                                        "99999999999999999999999", "0x10000000000000000", "0x-4", "0x 4"}) {
        INFO(each);
        CHECK(error_of(handle_value::parse(each)) == errc::invalid_parameter);
    }
    CHECK(error_of(handle_value::parse(std::string_view("4\0", 2))) == errc::invalid_parameter);
}

TEST_CASE("The pseudo handles are -1 and -2", "[handle_value]") {
    CHECK(kobj::current_process().value() == std::numeric_limits<std::uintptr_t>::max());
    CHECK(kobj::current_thread().value() == std::numeric_limits<std::uintptr_t>::max() - 1);
}
