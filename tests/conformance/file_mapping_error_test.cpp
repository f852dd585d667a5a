#include "support/catch.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <filesystem>
#include <string>

// What a mapping over a file cannot be.

using kobj::errc;
using kobj::mapping_protection;
using test::error_of;
using test::write_file;

namespace {

// The call fails, says why, and leaves nothing.
void check_refused(const std::string& path, std::uint64_t size, const kobj::file_mapping_options& options, errc why) {
    INFO(path << ", size " << size << ", protection " << static_cast<int>(options.protection));
    const auto before = test::table();
    const auto made = kobj::file_mapping::create_over(path, size, options);
    CHECK(error_of(made) == why);
    if (!made) CHECK_FALSE(made.error().detail().empty());
    CHECK(test::table() == before);
    if (!options.name.empty()) CHECK(error_of(kobj::file_mapping::open(options.name)) == errc::file_not_found);
}

}  // namespace

TEST_CASE("A mapping needs a file that is there", "[file_mapping][file][error]") {
    const test::scratch_directory folder;
    const std::string name = test::unique_name("refused");
    for (const auto protection :
         {mapping_protection::read_write, mapping_protection::read_only, mapping_protection::copy_on_write}) {
        const kobj::file_mapping_options options{.name = name, .protection = protection};
        check_refused((folder.path() / "missing").string(), 0, options, errc::file_not_found);
        check_refused((folder.path() / "missing").string(), 4096, options, errc::file_not_found);
        check_refused((folder.path() / "missing" / "file").string(), 0, options, errc::path_not_found);
        check_refused(folder.path().string(), 0, options, errc::access_denied);
        check_refused("", 0, options, errc::path_not_found);
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("A file is no folder", "[file_mapping][file][error]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    write_file(path, "abc");
    check_refused(path + "/file", 0, {}, errc::path_not_found);
}

TEST_CASE("A NUL in the path is an invalid parameter", "[file_mapping][file][error]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    write_file(path, "abc");
    check_refused(path + std::string("\0b", 2), 0, {}, errc::invalid_parameter);
}

TEST_CASE("An empty file without a size is no file to be mapped", "[file_mapping][file][error]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "empty").string();
    write_file(path, "");
    const std::string name = test::unique_name("refused");
    for (const auto protection :
         {mapping_protection::read_write, mapping_protection::read_only, mapping_protection::copy_on_write})
        check_refused(path, 0, {.name = name, .protection = protection}, errc::file_invalid);
}

TEST_CASE("A size beyond the file's needs the protection to write", "[file_mapping][file][error]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "short").string();
    write_file(path, "abc");
    const std::string name = test::unique_name("refused");
    for (const auto protection : {mapping_protection::read_only, mapping_protection::copy_on_write}) {
        check_refused(path, 8192, {.name = name, .protection = protection}, errc::not_enough_memory);
        CHECK(std::filesystem::file_size(path) == 3);
        CHECK(kobj::file_mapping::create_over(path, 3, {.protection = protection}).has_value());
    }
}

TEST_CASE("A bad name or bad rights leave the file as it is", "[file_mapping][file][error]") {
    const test::scratch_directory folder;
    const std::string path = (folder.path() / "file").string();
    write_file(path, "abc");
    CHECK(error_of(kobj::file_mapping::create_over(path, 8192, {.name = "a\\b"})) == errc::path_not_found);
    CHECK(error_of(kobj::file_mapping::create_over(path, 8192, {.access = 0x8000})) == errc::access_denied);
    CHECK(std::filesystem::file_size(path) == 3);
    CHECK(kobj::file_mapping::create_over(path).has_value());
}

TEST_CASE("Paths are UTF-8", "[file_mapping][file]") {
    const test::scratch_directory folder;
    // "Grüße, 世界" and an emoji.
    const std::string leaf =
        "Gr\xC3\xBC\xC3\x9F"
        "e, \xE4\xB8\x96\xE7\x95\x8C \xF0\x9F\x98\x80.bin";
    const std::u8string wide(leaf.begin(), leaf.end());
    write_file((folder.path() / "plain").string(), "unicode");
    std::filesystem::rename(folder.path() / "plain", folder.path() / std::filesystem::path(wide));
    const std::u8string path = (folder.path() / std::filesystem::path(wide)).u8string();
    const auto memory = kobj::file_mapping::create_over(std::string(path.begin(), path.end())).value();
    CHECK(memory.map<const char>({.count = 7}).value()[6] == 'e');
}
