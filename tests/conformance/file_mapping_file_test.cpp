#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>

// Mappings over files.

using kobj::errc;
using kobj::mapping_protection;
using kobj::view_access;
using kobj::view_granularity;
using test::error_of;
using test::read_file;
using test::usage_count;
using test::write_file;

namespace {

std::string text_of(const kobj::view<const char>& bytes, std::size_t length) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(length, bytes.size()))};
}

struct scratch_file {
    explicit scratch_file(const std::string& content) : path((folder.path() / "content.bin").string()) {
        write_file(path, content);
    }
    test::scratch_directory folder;
    std::string path;
};

}  // namespace

TEST_CASE("A mapping over a file shows the file and writes to it", "[file_mapping][file]") {
    const scratch_file file("hello, world");
    const auto before = test::table();
    {
        const auto memory = kobj::file_mapping::create_over(file.path).value();
        CHECK_FALSE(memory.existed());
        CHECK(kobj::type_of(memory.get()).value() == kobj::object_type::file_mapping);
        CHECK(memory.size().value() >= 12);
        if (!test::on_windows) CHECK(memory.size().value() == 12);
        CHECK(text_of(memory.map<const char>().value(), 12) == "hello, world");
        const auto bytes = memory.map<char>({.count = 12}).value();
        CHECK(bytes.size() == 12);
        bytes[0] = 'J';
        CHECK(bytes.flush());
        CHECK(text_of(memory.map<const char>().value(), 12) == "Jello, world");
        CHECK(usage_count(memory) == 1);
    }
    CHECK(test::table() == before);
    CHECK(read_file(file.path) == "Jello, world");
}

TEST_CASE("Two mappings over one file show the same content", "[file_mapping][file]") {
    const scratch_file file(std::string(5000, 'x'));
    const auto first = kobj::file_mapping::create_over(file.path).value();
    const auto second = kobj::file_mapping::create_over(file.path).value();
    CHECK_FALSE(kobj::same_object(first.get(), second.get()).value());
    const auto writes = first.map<char>().value();
    const auto reads = second.map<const char>().value();
    writes[4999] = 'y';
    CHECK(reads[4999] == 'y');
}

TEST_CASE("A mapping larger than its file makes the file longer", "[file_mapping][file]") {
    const scratch_file file("abc");
    {
        const auto memory = kobj::file_mapping::create_over(file.path, 3 * view_granularity).value();
        CHECK(std::filesystem::file_size(file.path) == 3 * view_granularity);
        CHECK(memory.size().value() == 3 * view_granularity);
        const auto end = memory.map<char>({.offset = 2 * view_granularity}).value();
        CHECK(end.size() == view_granularity);
        end[view_granularity - 1] = 'z';
    }
    const std::string content = read_file(file.path);
    CHECK(content.size() == 3 * view_granularity);
    CHECK(content.substr(0, 3) == "abc");
    CHECK(content.back() == 'z');
}

TEST_CASE("An empty file gets its size from the mapping", "[file_mapping][file]") {
    const scratch_file file("");
    {
        const auto memory = kobj::file_mapping::create_over(file.path, 8192).value();
        const auto numbers = memory.map<std::uint32_t>().value();
        CHECK(std::all_of(numbers.begin(), numbers.end(), [](std::uint32_t each) { return each == 0; }));
        numbers[2047] = 1;
    }
    CHECK(std::filesystem::file_size(file.path) == 8192);
}

TEST_CASE("A mapping smaller than its file ends where it ends", "[file_mapping][file]") {
    const scratch_file file(std::string(3 * view_granularity, 'x'));
    const auto memory = kobj::file_mapping::create_over(file.path, view_granularity).value();
    CHECK(memory.size().value() == view_granularity);
    CHECK(memory.map<const char>().value().size() == view_granularity);
    CHECK(error_of(memory.map<const char>({.offset = view_granularity})) == errc::access_denied);
    CHECK(error_of(memory.map<const char>({.count = view_granularity + 1})) == errc::access_denied);
    CHECK(std::filesystem::file_size(file.path) == 3 * view_granularity);
}

TEST_CASE("A mapping for reading, or for copies, lets nobody write the file", "[file_mapping][file]") {
    const scratch_file file("unchanged");
    std::filesystem::permissions(file.path, std::filesystem::perms::owner_read);
    for (const auto protection : {mapping_protection::read_only, mapping_protection::copy_on_write}) {
        INFO("protection " << static_cast<int>(protection));
        const auto memory = kobj::file_mapping::create_over(file.path, 0, {.protection = protection}).value();
        CHECK(text_of(memory.map<const char>().value(), 9) == "unchanged");
        CHECK(error_of(memory.map<char>()) == errc::access_denied);
        const auto copy = memory.map<char>({.access = view_access::copy}).value();
        copy[0] = 'X';
        CHECK(copy.flush());
        CHECK(text_of(memory.map<const char>().value(), 9) == "unchanged");
    }
    CHECK(read_file(file.path) == "unchanged");
    std::filesystem::permissions(file.path, std::filesystem::perms::owner_all);
}

TEST_CASE("A copy of a file that can be written does not write it", "[file_mapping][file][copy]") {
    const scratch_file file("unchanged");
    {
        const auto memory = kobj::file_mapping::create_over(file.path).value();
        const auto copy = memory.map<char>({.access = view_access::copy, .count = 9}).value();
        copy[0] = 'X';
        CHECK(copy.flush());
        CHECK(text_of(memory.map<const char>().value(), 9) == "unchanged");
    }
    CHECK(read_file(file.path) == "unchanged");
}

ROLE(write_mapped_file) {
    const auto memory =
        args.text(0).empty() ? args.adopt<kobj::file_mapping>(1) : kobj::file_mapping::open(args.text(0)).value();
    ROLE_CHECK(text_of(memory.map<const char>().value(), 3) == "abc");
    const auto bytes = memory.map<char>({.offset = view_granularity}).value();
    bytes[0] = static_cast<char>(bytes[0] + 1);
    return static_cast<int>(memory.size().value() / view_granularity);
}

TEST_CASE("Other processes map a file by an inherited handle and by name", "[file_mapping][file][inherit]") {
    const scratch_file file("abc");
    const std::string name = test::unique_name("file");
    const auto memory =
        kobj::file_mapping::create_over(file.path, 2 * view_granularity, {.name = name, .inheritable = true}).value();
    const auto byte = memory.map<char>({.offset = view_granularity}).value();
    byte[0] = 'm';
    CHECK(test::run_role("write_mapped_file", {"", memory}) == 2);
    CHECK(byte[0] == 'n');
    CHECK(test::run_role("write_mapped_file", {name}, {}) == 2);
    CHECK(byte[0] == 'o');
    CHECK(usage_count(memory) == 1);
}

TEST_CASE("A view of a file outlives the handles, and the name does not", "[file_mapping][file][named]") {
    const scratch_file file("first content");
    const std::string name = test::unique_name("file");
    kobj::view<char> kept;
    {
        const auto memory = kobj::file_mapping::create_over(file.path, 0, {.name = name}).value();
        const auto again = kobj::file_mapping::open(name).value();
        CHECK(kobj::same_object(memory.get(), again.get()).value());
        kept = again.map<char>({.count = 13}).value();
    }
    CHECK(error_of(kobj::file_mapping::open(name)) == errc::file_not_found);
    kept[0] = 'F';
    CHECK(kept.flush());
    kept.unmap();
    CHECK(read_file(file.path) == "First content");
}

TEST_CASE("A name that exists is opened, whatever the file", "[file_mapping][file][named]") {
    const scratch_file file("abc");
    const scratch_file other("xyz");
    const std::string name = test::unique_name("file");
    const auto first = kobj::file_mapping::create_over(file.path, 0, {.name = name}).value();
    const auto second = kobj::file_mapping::create_over(other.path, 0, {.name = name}).value();
    CHECK(second.existed());
    CHECK(text_of(second.map<const char>().value(), 3) == "abc");
    const auto memory = kobj::file_mapping::create(4096, {.name = name}).value();
    CHECK(memory.existed());
    CHECK(kobj::same_object(first.get(), memory.get()).value());
    const auto gate = kobj::mutex::create({.name = name + "m"}).value();
    CHECK(error_of(kobj::file_mapping::create_over(file.path, 0, {.name = name + "m"})) == errc::invalid_handle);
}
