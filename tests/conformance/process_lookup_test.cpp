#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using kobj::errc;
using test::error_of;

namespace {

// Runs with another PATH.
class path_variable {
public:
    explicit path_variable(const std::string& value) { test::set_environment("PATH", value); }
    path_variable(const path_variable&) = delete;
    path_variable& operator=(const path_variable&) = delete;
    ~path_variable() { test::set_environment("PATH", former_); }

private:
    std::string former_ = test::get_environment("PATH");
};

class current_folder {
public:
    explicit current_folder(const fs::path& to) { fs::current_path(to); }
    current_folder(const current_folder&) = delete;
    current_folder& operator=(const current_folder&) = delete;
    ~current_folder() { fs::current_path(former_); }

private:
    fs::path former_ = fs::current_path();
};

void put_plain(const fs::path& to) {
    fs::copy_file(test::plain_program(), to);
}

}  // namespace

TEST_CASE("A program without a slash is looked up in PATH", "[process][lookup]") {
    const test::scratch_directory folder;
    put_plain(folder.path() / ("kobj_lookup" + test::program_suffix()));
    CHECK(error_of(kobj::process::start({"kobj_lookup", "exit", "3"})) == errc::file_not_found);
    const path_variable path((folder.path() / "no-such").string() + (test::on_windows ? ";" : ":") +
                             folder.path().string());
    CHECK(test::wait_for_exit(kobj::process::start({"kobj_lookup", "exit", "4"}).value()) == 4);
    CHECK(test::wait_for_exit(kobj::process::start_command_line("kobj_lookup exit 5").value()) == 5);
}

TEST_CASE("A program with a slash is taken relative to the caller's directory", "[process][lookup]") {
    const test::scratch_directory folder;
    const test::scratch_directory elsewhere;
    fs::create_directory(folder.path() / "sub");
    put_plain(folder.path() / "sub" / ("kobj_lookup" + test::program_suffix()));
    const current_folder here(folder.path());
    CHECK(test::wait_for_exit(
              kobj::process::start({"sub/kobj_lookup" + test::program_suffix(), "exit", "6"}).value()) == 6);
    CHECK(test::wait_for_exit(
              kobj::process::start({"./sub/kobj_lookup" + test::program_suffix(), "exit", "7"}).value()) == 7);
    // Also when the child gets another directory.
    CHECK(test::wait_for_exit(kobj::process::start({"sub/kobj_lookup" + test::program_suffix(), "exit", "8"},
                                                   {.working_directory = elsewhere.path().string()})
                                  .value()) == 8);
}

TEST_CASE("On Windows .exe is added where there is no suffix", "[process][lookup]") {
    if (!test::on_windows) {
        SUCCEED("only on Windows");
        return;
    }
    const test::scratch_directory folder;
    put_plain(folder.path() / "kobj_lookup.exe");
    CHECK(test::wait_for_exit(kobj::process::start({folder.file("kobj_lookup"), "exit", "9"}).value()) == 9);
}

TEST_CASE("A program whose path has spaces and other letters is started", "[process][lookup]") {
    const test::scratch_directory folder;
    const fs::path place = folder.path() / fs::path(u8"with space, gr\u00fc\u00df");
    fs::create_directory(place);
    put_plain(place / ("my program" + test::program_suffix()));
    const std::u8string utf8 = (place / ("my program" + test::program_suffix())).u8string();
    const std::string path(utf8.begin(), utf8.end());
    CHECK(test::wait_for_exit(kobj::process::start({path, "exit", "10"}).value()) == 10);
    CHECK(test::wait_for_exit(
              kobj::process::start_command_line(kobj::join_command_line({path, "exit", "11"})).value()) == 11);
}
