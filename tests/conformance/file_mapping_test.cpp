#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

using kobj::errc;
using test::error_of;
using test::unique_name;
using test::usage_count;
namespace rights = kobj::access;

TEST_CASE("A mapping is memory of the asked size, zero at first", "[file_mapping]") {
    const auto before = test::table();
    {
        const auto memory = kobj::file_mapping::create(10'000).value();
        CHECK_FALSE(memory.existed());
        CHECK(kobj::type_of(memory.get()).value() == kobj::object_type::file_mapping);
        CHECK(kobj::access_of(memory.get()).value() == rights::section_all);
        CHECK(kobj::get_flags(memory.get()).value() == kobj::handle_flags{});
        CHECK(usage_count(memory) == 1);
        CHECK(memory.size().value() >= 10'000);
        const auto bytes = memory.map().value();
        CHECK(static_cast<bool>(bytes));
        CHECK(bytes.size() >= 10'000);
        CHECK(bytes.size_bytes() == bytes.size());
        CHECK(std::all_of(bytes.begin(), bytes.end(), [](std::byte each) { return each == std::byte{0}; }));
        CHECK(usage_count(memory) == 1);
        if (!test::on_windows) CHECK(memory.size().value() == 10'000);
    }
    CHECK(test::table() == before);
}

TEST_CASE("Views of a mapping show the same memory", "[file_mapping]") {
    const auto memory = kobj::file_mapping::create(4096).value();
    const auto first = memory.map<std::uint32_t>().value();
    const auto second = memory.map<std::uint32_t>().value();
    CHECK(first.data() != second.data());
    CHECK(first.size() == 1024);
    *first = 5;
    first[1023] = 7;
    CHECK(*second == 5);
    CHECK(second[1023] == 7);
    struct pair {
        std::uint32_t a;
        std::uint32_t b;
    };
    const auto pairs = memory.map<pair>().value();
    CHECK(pairs->a == 5);
    CHECK(pairs[511].b == 7);
    CHECK(pairs.size() == 512);
}

TEST_CASE("A view outlives the handles", "[file_mapping]") {
    const std::string name = unique_name("view");
    kobj::view<int> kept;
    CHECK_FALSE(static_cast<bool>(kept));
    {
        const auto memory = kobj::file_mapping::create(4096, {.name = name}).value();
        kept = memory.map<int>().value();
        kept[0] = 42;
    }
    CHECK(kept[0] == 42);
    kept[1] = 43;
    CHECK(kept[1] == 43);
    auto moved = std::move(kept);
    CHECK_FALSE(static_cast<bool>(kept));
    CHECK(moved[0] == 42);
    moved.unmap();
    CHECK_FALSE(static_cast<bool>(moved));
    moved.unmap();
    const auto next = kobj::file_mapping::create(4096, {.name = name}).value();
    CHECK_FALSE(next.existed());
    CHECK(*next.map<int>().value() == 0);
}

TEST_CASE("A named mapping is opened by its name and keeps its size", "[file_mapping][named]") {
    const std::string name = unique_name("memory");
    const auto first = kobj::file_mapping::create(8192, {.name = name}).value();
    const auto view = first.map<int>().value();
    *view = 9;
    const auto second = kobj::file_mapping::create(100, {.name = name}).value();
    CHECK(second.existed());
    CHECK(second.size().value() == 8192);
    CHECK(*second.map<int>().value() == 9);
    const auto third = kobj::file_mapping::open("Local\\" + name).value();
    CHECK(*third.map<int>().value() == 9);
    CHECK(kobj::same_object(first.get(), third.get()).value());
    CHECK(usage_count(first) == 3);
}

TEST_CASE("Null and empty names make unnamed mappings", "[file_mapping]") {
    const auto first = kobj::file_mapping::create(4096, {.name = ""}).value();
    const auto second = kobj::file_mapping::create(4096, {.name = std::string_view()}).value();
    CHECK_FALSE(second.existed());
    CHECK_FALSE(kobj::same_object(first.get(), second.get()).value());
}

TEST_CASE("A mapping of size 0 is an invalid parameter", "[file_mapping][error]") {
    const auto before = test::table();
    CHECK(error_of(kobj::file_mapping::create(0)) == errc::invalid_parameter);
    CHECK(error_of(kobj::file_mapping::create(0, {.name = unique_name("zero")})) == errc::invalid_parameter);
    CHECK(test::table() == before);
}

TEST_CASE("Memory that nobody has is no system resources", "[file_mapping][error]") {
    const auto before = test::table();
    CHECK(error_of(kobj::file_mapping::create(std::uint64_t{1} << 50)) == errc::no_system_resources);
    CHECK(error_of(kobj::file_mapping::create(std::uint64_t{1} << 62, {.name = unique_name("huge")})) ==
          errc::no_system_resources);
    CHECK(error_of(kobj::file_mapping::create(UINT64_MAX)) == errc::no_system_resources);
    CHECK(test::table() == before);
}

TEST_CASE("A mapping smaller than what it should hold is access denied", "[file_mapping][error]") {
    const auto memory = kobj::file_mapping::create(4096).value();
    struct big {
        char bytes[1 << 20];
    };
    CHECK(error_of(memory.map<big>()) == errc::access_denied);
    CHECK(usage_count(memory) == 1);
}

TEST_CASE("Mapping needs the rights to read and to write", "[file_mapping][error]") {
    const auto reads = kobj::file_mapping::create(4096, {.access = rights::section_map_read}).value();
    CHECK(error_of(reads.map()) == errc::access_denied);
    const auto writes = kobj::file_mapping::create(4096, {.access = rights::section_map_write}).value();
    CHECK(error_of(writes.size()) == errc::access_denied);
    const auto asks = kobj::file_mapping::create(4096, {.access = rights::section_query}).value();
    CHECK(asks.size().value() >= 4096);
    CHECK(error_of(asks.map()) == errc::access_denied);
}

ROLE(write_memory) {
    const auto memory = args.adopt<kobj::file_mapping>(0);
    const auto numbers = memory.map<std::uint64_t>().value();
    ROLE_CHECK(numbers[0] == 11);
    numbers[1] = 22;
    return static_cast<int>(memory.size().value());
}

TEST_CASE("A mapping is inherited", "[file_mapping][inherit]") {
    const auto memory = kobj::file_mapping::create(65'536, {.inheritable = true}).value();
    const auto numbers = memory.map<std::uint64_t>().value();
    numbers[0] = 11;
    CHECK(test::run_role("write_memory", {memory}) == 65'536);
    CHECK(numbers[1] == 22);
    CHECK(usage_count(memory) == 1);
}

ROLE(hold_view) {
    // No handle stays, only the view.
    auto memory = args.adopt<kobj::file_mapping>(0);
    const auto numbers = memory.map<std::uint64_t>().value();
    memory.close().value();
    numbers[0] = 1;
    ROLE_CHECK(test::eventually([&] { return *static_cast<volatile std::uint64_t*>(&numbers[1]) == 2; }));
    numbers[2] = 3;
    return 0;
}

TEST_CASE("A view in another process stays valid without handles", "[file_mapping][inherit]") {
    auto memory = kobj::file_mapping::create(4096, {.inheritable = true}).value();
    const auto numbers = memory.map<std::uint64_t>().value();
    const auto child = test::start_role("hold_view", {memory});
    REQUIRE(memory.close());
    REQUIRE(test::eventually([&] { return *static_cast<volatile std::uint64_t*>(&numbers[0]) == 1; }));
    *static_cast<volatile std::uint64_t*>(&numbers[1]) = 2;
    CHECK(test::wait_for_exit(child) == 0);
    CHECK(numbers[2] == 3);
}

TEST_CASE("Large mappings work", "[file_mapping]") {
    constexpr std::uint64_t size = std::uint64_t{32} << 20;
    const auto memory = kobj::file_mapping::create(size).value();
    const auto bytes = memory.map().value();
    CHECK(bytes.size() == size);
    bytes[size - 1] = std::byte{1};
    CHECK(memory.map().value()[size - 1] == std::byte{1});
}
