#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace {

// Every call is a round trip to the server under Wine.
std::size_t how_many() {
    const std::string asked = test::get_environment("KOBJ_TEST_HANDLES");
    if (!asked.empty()) return std::stoull(asked);
    return test::on_wine() ? 20'000 : 100'000;
}

}  // namespace

ROLE(check_many) {
    // The numbers are in memory that the child got with them.
    const auto numbers = args.adopt<kobj::file_mapping>(0).map<std::uint32_t>().value();
    const std::uint64_t count = args.number(1);
    const kobj::handle_value first(numbers[0]);
    for (std::uint64_t i = 0; i < count; ++i) {
        const kobj::handle_value each(numbers[i]);
        ROLE_CHECK(kobj::get_flags(each).value() == kobj::handle_flags{.inheritable = true});
        if (i % 997 == 0) ROLE_CHECK(kobj::same_object(first, each).value());
    }
    ROLE_CHECK(test::usage_count(first) == 2 * count);
    return 0;
}

TEST_CASE("A child inherits a hundred thousand handles at their values", "[inherit][many]") {
    const std::size_t count = how_many();
    const auto before = test::table();
    {
        const auto numbers = kobj::file_mapping::create(count * sizeof(std::uint32_t), {.inheritable = true}).value();
        std::vector<kobj::mutex> gates;
        gates.push_back(kobj::mutex::create({.inheritable = true}).value());
        const auto list = numbers.map<std::uint32_t>().value();
        list[0] = static_cast<std::uint32_t>(gates[0].get().value());
        for (std::size_t i = 1; i < count; ++i) {
            gates.push_back(gates[0].duplicate({.inheritable = true}).value());
            list[i] = static_cast<std::uint32_t>(gates.back().get().value());
        }
        CHECK(test::usage_count(gates[0]) == count);
        CHECK(test::run_role("check_many", {numbers, count}) == 0);
        CHECK(test::usage_count(gates[0]) == count);
    }
    CHECK(test::table() == before);
}
