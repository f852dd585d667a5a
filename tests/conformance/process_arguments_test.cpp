#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <filesystem>
#include <string>
#include <vector>

using kobj::errc;
using kobj::inherit;

namespace {

// Bytes that do not depend on how a console program of Windows reads its arguments.
const std::vector<std::string> odd_arguments = {"",     " ",         "a b",    "\"",    "\\",       "\\\\", "end\\",
                                                "\\\"", "a\"b c\"d", "%PATH%", "$HOME", "*",        "'x'",  "a\tb",
                                                "--",   "\\\\ \\",   "a;b|c&", "^",     "a\\\\\"b", "last"};

}  // namespace

ROLE(write_arguments) {
    std::string all;
    for (std::size_t i = 1; i < args.size(); ++i) all += args.text(i) + "\n";
    test::write_file(args.text(0), all);
    return static_cast<int>(args.size()) - 1;
}

TEST_CASE("Arguments reach the child as they are", "[process][arguments]") {
    const test::scratch_directory folder;
    auto command = test::role_command("write_arguments", {folder.file("out")});
    std::string expected;
    for (const std::string& each : odd_arguments) {
        command.push_back(each);
        expected += each + "\n";
    }
    SECTION("as a vector") {
        auto child = kobj::process::start(command).value();
        CHECK(test::wait_for_exit(child) == odd_arguments.size());
    }
    SECTION("as a command line") {
        auto child = kobj::process::start_command_line(kobj::join_command_line(command)).value();
        CHECK(test::wait_for_exit(child) == odd_arguments.size());
    }
    CHECK(test::read_file(folder.file("out")) == expected);
}

ROLE(write_environment) {
    test::write_file(args.text(0), test::get_environment("KOBJ_TEST_A") + "|" + test::get_environment("KOBJ_TEST_B"));
    return 0;
}

TEST_CASE("The child gets the parent's environment, or the one that is given", "[process][environment]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("out");
    test::set_environment("KOBJ_TEST_A", "from the parent");
    SECTION("the parent's") {
        CHECK(test::run_role("write_environment", {out}) == 0);
        CHECK(test::read_file(out) == "from the parent|");
    }
    SECTION("a given one, in any order") {
        kobj::process_options options{.inherit = inherit::all};
        options.environment = {"KOBJ_TEST_B=b=c",
                               "KOBJ_TEST_A=",
                               "PATH=" + test::get_environment("PATH"),
                               "SystemRoot=" + test::get_environment("SystemRoot"),
                               "Z_LAST=1",
                               "A_FIRST=1"};
        if (test::on_wine()) options.environment->push_back("WINEPREFIX=" + test::get_environment("WINEPREFIX"));
        CHECK(test::run_role("write_environment", {out}, options) == 0);
        CHECK(test::read_file(out) == "|b=c");
    }
    test::unset_environment("KOBJ_TEST_A");
}

TEST_CASE("An environment of nothing is an empty one", "[process][environment]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("out");
    test::set_environment("KOBJ_TEST_A", "from the parent");
    kobj::process_options options;
    options.environment.emplace();
    CHECK(test::run_role("write_environment", {out}, options) == 0);
    CHECK(test::read_file(out) == "|");
    test::unset_environment("KOBJ_TEST_A");
}

TEST_CASE("A given environment does not keep the handles away", "[process][environment][inherit]") {
    kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    kobj::process_options options{.inherit = inherit::all};
    options.environment.emplace();
    CHECK(test::run_role("count_known_handles", {}, options) == 1);
}

ROLE(write_directory) {
    test::write_file(args.text(0), std::filesystem::current_path().string());
    return 0;
}

TEST_CASE("The child starts in the parent's working directory, or the one that is given", "[process][directory]") {
    const test::scratch_directory folder;
    const std::string out = folder.file("out");
    SECTION("the parent's") {
        CHECK(test::run_role("write_directory", {out}) == 0);
        CHECK(std::filesystem::equivalent(test::read_file(out), std::filesystem::current_path()));
    }
    SECTION("a given one") {
        const std::filesystem::path place = folder.path() / "a place";
        std::filesystem::create_directory(place);
        CHECK(test::run_role("write_directory", {out}, {.working_directory = place.string()}) == 0);
        CHECK(std::filesystem::equivalent(test::read_file(out), place));
    }
}
