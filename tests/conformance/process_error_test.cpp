#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <string>
#include <vector>

using kobj::errc;
using test::error_of;
using test::usage_count;

namespace {

// Each failure leaves everything as it was: the table, and the count of what would have been inherited.
class unchanged {
public:
    unchanged() : before_(test::table()) {}
    errc start(const std::vector<std::string>& arguments, kobj::process_options options = {}) {
        options.inherit = kobj::inherit::all;
        const errc error = error_of(kobj::process::start(arguments, options));
        CHECK(usage_count(gate_) == 1);
        CHECK(test::table().size() == before_.size() + 1);
        return error;
    }

private:
    std::vector<test::entry> before_;
    kobj::mutex gate_ = kobj::mutex::create({.inheritable = true}).value();
};

}  // namespace

TEST_CASE("A program that is missing is not found", "[process][error]") {
    const test::scratch_directory folder;
    unchanged state;
    CHECK(state.start({folder.file("missing" + test::program_suffix())}) == errc::file_not_found);
    CHECK(state.start({"no-such-program-anywhere"}) == errc::file_not_found);
    const errc without_folder = state.start({folder.file("nowhere/missing" + test::program_suffix())});
    CHECK((without_folder == errc::path_not_found || without_folder == errc::file_not_found));
}

TEST_CASE("A file that is no program is a bad executable format", "[process][error]") {
    const test::scratch_directory folder;
    unchanged state;
    for (const std::string content : {"this is no program\n",
                                      "\x7f"
                                      "ELFnot really",
                                      "MZ", "\n\n"}) {
        const std::string path = folder.file("text" + test::program_suffix());
        test::write_file(path, content);
        test::make_executable(path);
        INFO(content);
        CHECK(state.start({path}) == errc::bad_exe_format);
    }
}

TEST_CASE("A file that may not be run is access denied", "[process][error]") {
    if (test::on_windows) {
        SUCCEED("Windows has no such mark on a file");
        return;
    }
    const test::scratch_directory folder;
    unchanged state;
    test::write_file(folder.file("script"), "#!/bin/sh\nexit 0\n");
    CHECK(state.start({folder.file("script")}) == errc::access_denied);
    test::make_executable(folder.file("script"));
    auto child = kobj::process::start({folder.file("script")}).value();
    CHECK(test::wait_for_exit(child) == 0);
}

TEST_CASE("A folder is no program", "[process][error]") {
    const test::scratch_directory folder;
    std::filesystem::create_directory(folder.path() / ("sub" + test::program_suffix()));
    unchanged state;
    CHECK(state.start({folder.file("sub" + test::program_suffix())}) == errc::access_denied);
}

TEST_CASE("A bad working directory is reported", "[process][error]") {
    const test::scratch_directory folder;
    test::write_file(folder.file("file"), "x");
    unchanged state;
    const auto command = test::role_command("exit_with_handles");
    CHECK(state.start(command, {.working_directory = folder.file("missing")}) == errc::directory);
    CHECK(state.start(command, {.working_directory = folder.file("file")}) == errc::directory);
}

TEST_CASE("A start needs arguments without NUL", "[process][error]") {
    unchanged state;
    CHECK(state.start({}) == errc::invalid_parameter);
    CHECK(state.start({kobj::process::executable_path(), std::string("a\0b", 3)}) == errc::invalid_parameter);
    CHECK(state.start({std::string("a\0b", 3)}) == errc::invalid_parameter);
    CHECK_FALSE(kobj::process::start({""}).has_value());
    CHECK_FALSE(kobj::process::start_command_line("").has_value());
}

TEST_CASE("A failed start says what it was about", "[process][error]") {
    const auto made = kobj::process::start({"no-such-program-anywhere"});
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().message().find("no-such-program-anywhere") != std::string::npos);
}
