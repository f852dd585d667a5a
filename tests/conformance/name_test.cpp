#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <string>
#include <string_view>

using kobj::errc;
using test::error_of;
using test::unique_name;
using test::usage_count;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

struct bad_name {
    std::string name;
    errc error;
};

std::vector<bad_name> bad_names() {
    using namespace std::string_literals;
    return {
        {"a\\b", errc::path_not_found},
        {"Local\\a\\b", errc::path_not_found},
        {"Global\\a\\b", errc::path_not_found},
        {"Elsewhere\\a", errc::path_not_found},
        {"local\\a", errc::path_not_found},
        {"global\\a", errc::path_not_found},
        {"LOCAL\\a", errc::path_not_found},
        {"a\\", errc::path_not_found},
        {"Local\\", errc::invalid_name},
        {"Global\\", errc::invalid_name},
        {"\\x", errc::bad_pathname},
        {"\\", errc::bad_pathname},
        {repeated("x", 261), errc::filename_exceeds_range},
        {repeated("x", 100'000), errc::filename_exceeds_range},
        {repeated("\xc3\xa9", 261), errc::filename_exceeds_range},
        {repeated("\xf0\x9f\x98\x80", 131), errc::filename_exceeds_range},
        {"\xff", errc::no_unicode_translation},
        {"abc\xc3", errc::no_unicode_translation},
        {"sixteen letters.\xff", errc::no_unicode_translation},
        {"fifteen letter\xff a word later", errc::no_unicode_translation},
        {"\xc0\xaf", errc::no_unicode_translation},          // overlong
        {"\xed\xa0\x80", errc::no_unicode_translation},      // a surrogate
        {"\xf4\x90\x80\x80", errc::no_unicode_translation},  // beyond the last code point
        {"a\0b"s, errc::invalid_name},
        {"\0"s, errc::invalid_name},
        {"a\0"s, errc::invalid_name},
    };
}

}  // namespace

TEST_CASE("A bad name is the error that Windows gives, and changes nothing", "[name]") {
    const auto before = test::table();
    for (const bad_name& each : bad_names()) {
        INFO("name: " << each.name.substr(0, 40) << ", " << each.name.size() << " bytes");
        CHECK(error_of(kobj::mutex::create({.name = each.name})) == each.error);
        CHECK(error_of(kobj::mutex::create({.name = each.name, .initially_owned = true})) == each.error);
        CHECK(error_of(kobj::mutex::open(each.name)) == each.error);
        CHECK(error_of(kobj::file_mapping::create(4096, {.name = each.name})) == each.error);
        CHECK(error_of(kobj::file_mapping::open(each.name)) == each.error);
    }
    CHECK(test::table() == before);
}

TEST_CASE("The error of a bad name says what was wrong", "[name]") {
    const auto made = kobj::mutex::create({.name = "a\\b"});
    REQUIRE_FALSE(made.has_value());
    CHECK_FALSE(made.error().message().empty());
    CHECK_THROWS_AS(made.value(), kobj::error);
}

TEST_CASE("Opening needs a name", "[name]") {
    const auto before = test::table();
    CHECK(error_of(kobj::mutex::open("")) == errc::invalid_handle);
    CHECK(error_of(kobj::mutex::open(std::string_view())) == errc::invalid_parameter);
    CHECK(error_of(kobj::file_mapping::open("")) == errc::invalid_handle);
    CHECK(error_of(kobj::file_mapping::open(std::string_view())) == errc::invalid_parameter);
    CHECK(test::table() == before);
}

TEST_CASE("A name of 260 UTF-16 units is not too long", "[name]") {
    const std::string start = unique_name("");
    for (const std::string& name :
         {start + repeated("x", 260 - start.size()), start + repeated("\xc3\xa9", 260 - start.size()),
          start + repeated("x", start.size() % 2) +
              repeated("\xf0\x9f\x98\x80", (260 - start.size() - start.size() % 2) / 2)}) {
        const kobj::mutex made = kobj::mutex::create({.name = name}).value();
        CHECK_FALSE(made.existed());
        const kobj::mutex opened = kobj::mutex::open(name).value();
        CHECK(kobj::same_object(made.get(), opened.get()).value());
        CHECK(usage_count(made) == 2);
    }
}

TEST_CASE("A name may hold any other character", "[name]") {
    for (const std::string_view tail :
         {"gr\xc3\xbc\xc3\x9f"
          "e",
          "\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x98\x80", "a/b", "a b", "a:*?\"<>|", "..", "tab\t", "\xef\xbf\xbf"}) {
        const std::string name = unique_name(std::string(tail));
        INFO(name);
        const kobj::mutex made = kobj::mutex::create({.name = name}).value();
        const kobj::mutex opened = kobj::mutex::open(name).value();
        CHECK(kobj::same_object(made.get(), opened.get()).value());
        CHECK(kobj::same_object(made.get(), kobj::mutex::create({.name = name}).value().get()).value());
    }
}

TEST_CASE("Names that differ in case are different names", "[name]") {
    const std::string name = unique_name("case");
    const kobj::mutex lower = kobj::mutex::create({.name = name + "a"}).value();
    CHECK(error_of(kobj::mutex::open(name + "A")) == errc::file_not_found);
    const kobj::mutex upper = kobj::mutex::create({.name = name + "A"}).value();
    CHECK_FALSE(upper.existed());
    CHECK_FALSE(kobj::same_object(lower.get(), upper.get()).value());
}

TEST_CASE("Local\\ before a name changes nothing", "[name]") {
    const std::string name = unique_name("local");
    const kobj::mutex bare = kobj::mutex::create({.name = name}).value();
    const kobj::mutex local = kobj::mutex::open("Local\\" + name).value();
    const kobj::mutex again = kobj::mutex::create({.name = "Local\\" + name}).value();
    CHECK(again.existed());
    CHECK(kobj::same_object(bare.get(), local.get()).value());
    CHECK(kobj::same_object(bare.get(), again.get()).value());
    CHECK(usage_count(bare) == 3);
}

TEST_CASE("Global\\ before a name names an object for every session", "[name]") {
    const std::string name = "Global\\" + unique_name("global");
    const kobj::mutex made = kobj::mutex::create({.name = name}).value();
    CHECK_FALSE(made.existed());
    const kobj::mutex opened = kobj::mutex::open(name).value();
    CHECK(kobj::same_object(made.get(), opened.get()).value());
    CHECK(usage_count(made) == 2);
}
