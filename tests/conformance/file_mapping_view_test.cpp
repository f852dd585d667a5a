#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

// Views that are read, written or copied, and views of a part.

using kobj::errc;
using kobj::mapping_protection;
using kobj::view_access;
using kobj::view_granularity;
using test::error_of;
using test::usage_count;
namespace rights = kobj::access;

TEST_CASE("A view of a const type reads what others write", "[file_mapping][view]") {
    const auto memory = kobj::file_mapping::create(4096).value();
    const auto writes = memory.map<int>().value();
    const kobj::view<const int> reads = memory.map<const int>().value();
    CHECK(reads.size() == 1024);
    CHECK(*reads == 0);
    writes[3] = 7;
    CHECK(reads[3] == 7);
    CHECK(*(reads.begin() + 3) == 7);
    const auto told = memory.map<const int>({.access = view_access::read}).value();
    CHECK(told[3] == 7);
    // Also by a const pointer a view may be one that is written by others.
    CHECK(memory.map<const int>({.access = view_access::write}).value()[3] == 7);
}

TEST_CASE("A read view of a type that is not const is an invalid parameter", "[file_mapping][view][error]") {
    const auto memory = kobj::file_mapping::create(4096).value();
    CHECK(error_of(memory.map<int>({.access = view_access::read})) == errc::invalid_parameter);
}

ROLE(write_into_read_view) {
    const auto memory = args.adopt<kobj::file_mapping>(0);
    const auto reads = memory.map<const int>().value();
    const_cast<volatile int&>(*reads) = 1;
    return 0;
}

TEST_CASE("A store into a read view ends the program", "[file_mapping][view]") {
    const auto memory = kobj::file_mapping::create(4096, {.inheritable = true}).value();
    CHECK(test::run_role("write_into_read_view", {memory}) != 0);
    CHECK(*memory.map<const int>().value() == 0);
}

TEST_CASE("What is written into a copy stays in it", "[file_mapping][view][copy]") {
    const auto memory = kobj::file_mapping::create(65'536).value();
    const auto shared = memory.map<int>().value();
    shared[0] = 1;
    const auto copy = memory.map<int>({.access = view_access::copy}).value();
    const auto other = memory.map<int>({.access = view_access::copy}).value();
    CHECK(copy[0] == 1);
    copy[0] = 2;
    CHECK(copy[0] == 2);
    CHECK(shared[0] == 1);
    CHECK(other[0] == 1);
    // The page is the copy's own from then on.
    shared[0] = 3;
    CHECK(copy[0] == 2);
    CHECK(memory.map<const int>({.access = view_access::copy}).value()[0] == 3);
    CHECK(copy.flush());
    CHECK(shared[0] == 3);
}

TEST_CASE("A view begins at a multiple of 64 KiB", "[file_mapping][view]") {
    const auto before = test::table();
    {
        const auto memory = kobj::file_mapping::create(4 * view_granularity).value();
        const auto all = memory.map<std::uint8_t>().value();
        for (std::size_t part = 0; part < 4; ++part) all[part * view_granularity] = static_cast<std::uint8_t>(part + 1);
        for (std::uint64_t part = 0; part < 4; ++part) {
            INFO("part " << part);
            const std::uint64_t offset = part * view_granularity;
            const auto rest = memory.map<const std::uint8_t>({.offset = offset}).value();
            CHECK(rest[0] == part + 1);
            CHECK(rest.size() == 4 * view_granularity - offset);
            const auto some = memory.map<std::uint8_t>({.offset = offset, .count = 5000}).value();
            CHECK(some[0] == part + 1);
            CHECK(some.size() == 5000);
            some[4999] = 9;
            CHECK(rest[4999] == 9);
            const auto copy = memory.map<int>({.access = view_access::copy, .offset = offset, .count = 1}).value();
            CHECK(copy.size_bytes() == sizeof(int));
            *copy = -1;
            CHECK(rest[0] == part + 1);
        }
        const auto last = memory.map<const std::uint64_t>(
            {.offset = 3 * view_granularity, .count = view_granularity / sizeof(std::uint64_t)});
        CHECK(last.value().size_bytes() == view_granularity);
        CHECK(usage_count(memory) == 1);
    }
    CHECK(test::table() == before);
}

TEST_CASE("An offset that is no multiple of 64 KiB is an alignment error", "[file_mapping][view][error]") {
    const auto memory = kobj::file_mapping::create(4 * view_granularity).value();
    for (const std::uint64_t offset :
         {std::uint64_t{1}, std::uint64_t{4096}, view_granularity - 1, view_granularity + 4096}) {
        INFO("offset " << offset);
        CHECK(error_of(memory.map<int>({.offset = offset, .count = 1})) == errc::mapped_alignment);
        CHECK(error_of(memory.map<const int>({.offset = offset, .count = 1})) == errc::mapped_alignment);
    }
    CHECK(usage_count(memory) == 1);
}

TEST_CASE("A view beyond the end of the mapping is access denied", "[file_mapping][view][error]") {
    const auto before = test::table();
    {
        const auto memory = kobj::file_mapping::create(2 * view_granularity).value();
        constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
        CHECK(error_of(memory.map({.count = 2 * view_granularity + 1})) == errc::access_denied);
        CHECK(error_of(memory.map({.offset = view_granularity, .count = view_granularity + 1})) == errc::access_denied);
        CHECK(error_of(memory.map({.offset = 2 * view_granularity})) == errc::access_denied);
        CHECK(error_of(memory.map({.offset = 2 * view_granularity, .count = 1})) == errc::access_denied);
        CHECK(error_of(memory.map({.offset = 4 * view_granularity})) == errc::access_denied);
        CHECK(error_of(memory.map({.offset = std::uint64_t{1} << 62U, .count = 1})) == errc::access_denied);
        CHECK(error_of(memory.map<int>({.count = most})) == errc::access_denied);
        CHECK(error_of(memory.map({.offset = view_granularity, .count = most - 5})) == errc::access_denied);
        struct big {
            char bytes[view_granularity + 1];
        };
        CHECK(error_of(memory.map<big>({.offset = view_granularity})) == errc::access_denied);
        CHECK(usage_count(memory) == 1);
        const std::string told = memory.map({.offset = 4 * view_granularity}).error().message();
        CHECK(told.find("262144") != std::string::npos);
    }
    CHECK(test::table() == before);
}

TEST_CASE("A view needs the rights that it makes use of", "[file_mapping][view][error]") {
    struct expectation {
        kobj::access_mask access;
        errc read;
        errc write;
        errc copy;
    };
    constexpr errc good = errc::success;
    constexpr errc denied = errc::access_denied;
    for (const auto& [access, read, write, copy] :
         {expectation{rights::section_map_read | rights::section_map_write, good, good, good},
          expectation{rights::section_map_read, good, denied, good},
          expectation{rights::section_map_write, denied, good, denied},
          expectation{rights::section_query, denied, denied, denied}}) {
        INFO("rights " << access);
        const auto memory = kobj::file_mapping::create(4096, {.access = access}).value();
        CHECK(error_of(memory.map<const int>()) == read);
        CHECK(error_of(memory.map<int>()) == write);
        CHECK(error_of(memory.map<int>({.access = view_access::copy})) == copy);
    }
}

TEST_CASE("A write view needs a mapping for reading and writing", "[file_mapping][view][error]") {
    const auto memory = kobj::file_mapping::create(4096, {.protection = mapping_protection::read_only}).value();
    CHECK(kobj::access_of(memory.get()).value() == rights::section_all);
    // All views must be compatible with the protection (CreateFileMapping). Wine looks only at that of a file.
    if (!test::on_wine()) CHECK(error_of(memory.map<int>()) == errc::access_denied);
    CHECK(*memory.map<const int>().value() == 0);
    const auto copy = memory.map<int>({.access = view_access::copy}).value();
    *copy = 1;
    CHECK(*memory.map<const int>().value() == 0);
}

TEST_CASE("A named mapping keeps its protection", "[file_mapping][named]") {
    const std::string name = test::unique_name("kept");
    const auto first =
        kobj::file_mapping::create(4096, {.name = name, .protection = mapping_protection::read_only}).value();
    const auto second = kobj::file_mapping::create(4096, {.name = name}).value();
    CHECK(second.existed());
    CHECK(second.map<const int>());
    if (test::on_wine()) return;  // as above
    CHECK(error_of(second.map<int>()) == errc::access_denied);
    CHECK(error_of(kobj::file_mapping::open(name).value().map<int>()) == errc::access_denied);
}

TEST_CASE("Flush needs a mapped view", "[file_mapping][view][flush]") {
    const auto memory = kobj::file_mapping::create(65'536).value();
    auto view = memory.map<int>().value();
    view[5] = 5;
    CHECK(view.flush());
    CHECK(memory.map<const int>().value().flush());
    CHECK(view[5] == 5);
    const auto moved = std::move(view);
    CHECK(error_of(view.flush()) == errc::invalid_address);
    CHECK(moved.flush());
    CHECK(error_of(kobj::view<int>().flush()) == errc::invalid_address);
}
