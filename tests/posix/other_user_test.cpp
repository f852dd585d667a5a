#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// A session is one user's. Another one has sessions of its own, and cannot get into this one.

using kobj::errc;
using test::error_of;

namespace {

constexpr unsigned nobody = 65534;

std::vector<std::string> as_nobody(std::vector<std::string> command) {
    command.insert(command.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
    return command;
}

bool may_become_nobody() {
    std::string command = "setpriv --reuid=65534 --regid=65534 --clear-groups test -x '";
    command += kobj::process::executable_path() + "' 2>/dev/null";
    const bool may = geteuid() == 0 && system(command.c_str()) == 0;
    if (!may) WARN("skipped: needs root, setpriv, and a test program that everybody may run");
    return may;
}

std::uint32_t run_as_nobody(const char* role, std::initializer_list<test::role_arg> arguments,
                            const test::own_session& session) {
    return test::wait_for_exit(
        kobj::process::start(as_nobody(test::role_command(role, arguments)), session.options()).value());
}

// Where the other user's arena of the same session name is.
std::string path_of_nobody(const test::own_session& session) {
    const std::string& own = session.path();
    return fmt::format("/dev/shm/kobj.{}{}", nobody, own.substr(own.find('.', std::string("/dev/shm/kobj.").size())));
}

}  // namespace

ROLE(use_own_session) {
    ROLE_CHECK(geteuid() == nobody);
    ROLE_CHECK(error_of(kobj::mutex::open("user")) == errc::file_not_found);
    ROLE_CHECK(error_of(kobj::get_flags(args.handle(0))) == errc::invalid_handle);
    ROLE_CHECK(std::filesystem::exists(args.text(1)));
    ROLE_CHECK(open(args.text(1).c_str(), O_RDWR | O_CLOEXEC) < 0 && errno == EACCES);
    const auto own = kobj::mutex::create({.name = "user"}).value();
    ROLE_CHECK(!own.existed());
    return 0;
}

ROLE(hold_user_name) {
    const auto named = kobj::mutex::create({.name = "user", .inheritable = true}).value();
    const auto own = named.get().to_string();
    // A process that becomes another user stays in the session, but the programs that it starts are in another one.
    std::vector<std::string> command = as_nobody(test::role_command("use_own_session", {own, args.text(0)}));
    return static_cast<int>(
        test::wait_for_exit(kobj::process::start(command, {.inherit = kobj::inherit::all}).value()));
}

TEST_CASE("Another user has a session of its own", "[user]") {
    if (!may_become_nobody()) return;
    const test::own_session session;
    CHECK(test::run_role("hold_user_name", {session.path()}, session.options()) == 0);
    CHECK_FALSE(session.exists());
    CHECK_FALSE(std::filesystem::exists(path_of_nobody(session)));
}

ROLE(is_kept_out) {
    const auto made = kobj::mutex::create();
    ROLE_CHECK(error_of(made) == errc::invalid_owner);
    ROLE_CHECK(made.error().message().find("belongs to user 0") != std::string::npos);
    ROLE_CHECK(error_of(kobj::wait(kobj::current_process())) == errc::invalid_owner);
    return 0;
}

TEST_CASE("Who finds another user's file in the place of its own is told so", "[user][error]") {
    if (!may_become_nobody()) return;
    const test::own_session session;
    const std::string path = path_of_nobody(session);
    for (const mode_t mode : {mode_t{0600}, mode_t{0666}}) {
        test::write_file(path, std::string(100'000, '\0'));
        REQUIRE(chmod(path.c_str(), mode) == 0);
        CHECK(run_as_nobody("is_kept_out", {}, session) == 0);
        CHECK(std::filesystem::remove(path));
    }
}

ROLE(end_as_root) {
    for (;;) pause();
}

ROLE(terminate_as_nobody) {
    kobj::process child = test::start_role("end_as_root", {});
    ROLE_CHECK(setresuid(nobody, nobody, nobody) == 0);
    // It may not.
    ROLE_CHECK(error_of(child.terminate(5)) == errc::access_denied);
    ROLE_CHECK(child.exit_code().value() == kobj::still_active);
    ROLE_CHECK(child.wait(std::chrono::seconds(0)).value() == kobj::wait_status::timed_out);
    // The id of the child, for root to end it.
    test::write_file(args.text(0), std::to_string(child.id().value()));
    ROLE_CHECK(child.wait(test::patience()).value() == kobj::wait_status::signaled);
    // The search for leaks may not look into a process that has changed its user.
    std::_Exit(0);
}

TEST_CASE("Another user's process may not be terminated", "[user][error]") {
    if (!may_become_nobody()) return;
    const test::own_session session;
    const test::scratch_directory folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    const std::string id = folder.file("id");
    const auto parent = test::start_role("terminate_as_nobody", {id}, session.options());
    REQUIRE(test::eventually([&] { return !test::read_file(id).empty(); }));
    CHECK(kill(static_cast<pid_t>(std::stoi(test::read_file(id))), SIGKILL) == 0);
    CHECK(test::wait_for_exit(parent) == 0);
}
