#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

// Process ids mean something in one PID namespace only, so each has sessions of its own.

using kobj::errc;
using test::error_of;

namespace {

bool may_unshare() {
    const bool may = system("unshare --pid --fork --mount-proc true 2>/dev/null") == 0;
    if (!may) WARN("skipped: no PID namespace may be made here");
    return may;
}

std::uint32_t run_in_namespace(const char* options, const char* role, std::initializer_list<test::role_arg> arguments,
                               const test::own_session& session) {
    std::vector<std::string> command{"unshare", "--pid", "--fork"};
    if (*options != '\0') command.emplace_back(options);
    for (const std::string& part : test::role_command(role, arguments)) command.push_back(part);
    kobj::process_options with = session.options();
    with.inherit = kobj::inherit::all;
    return test::wait_for_exit(kobj::process::start(command, with).value());
}

}  // namespace

ROLE(hold_name) {
    const auto named = kobj::mutex::create({.name = "Global\\namespace", .inheritable = true, .initially_owned = true});
    test::write_file(args.text(0), named->get().to_string());
    for (;;) pause();
}

ROLE(look_from_inside) {
    ROLE_CHECK(getpid() == 1);
    // What is there is another session's, and so are handles.
    ROLE_CHECK(error_of(kobj::mutex::open("Global\\namespace")) == errc::file_not_found);
    ROLE_CHECK(error_of(kobj::get_flags(args.handle(0))) == errc::invalid_handle);
    // Everything works in the namespace's own session.
    kobj::mutex own = kobj::mutex::create({.name = "Global\\namespace"}).value();
    ROLE_CHECK(!own.existed());
    ROLE_CHECK(own.acquire().value() == kobj::wait_status::signaled);
    ROLE_CHECK(own.release().has_value());
    const auto child = test::start_role("look_for_name", {});
    ROLE_CHECK(test::wait_for_exit(child) == 0);
    return 0;
}

ROLE(look_for_name) {
    return kobj::mutex::open("Global\\namespace").has_value() ? 0 : 1;
}

TEST_CASE("A process of another PID namespace is in a session of its own", "[pid_namespace]") {
    if (!may_unshare()) return;
    const test::own_session session;
    const test::scratch_directory folder;
    const std::string handle = folder.file("handle");
    kobj::process holder = test::start_role("hold_name", {handle}, session.options());
    REQUIRE(test::eventually([&] { return !test::read_file(handle).empty(); }));
    CHECK(run_in_namespace("--mount-proc", "look_from_inside", {test::read_file(handle)}, session) == 0);
    CHECK(session.has_living_process());
    CHECK(test::run_role("look_for_name", {}, session.options()) == 0);
    test::kill_hard(holder);
}

ROLE(cannot_attach_here) {
    const auto made = kobj::mutex::create();
    ROLE_CHECK(error_of(made) == errc::no_system_resources);
    ROLE_CHECK(made.error().message().find("PID namespace") != std::string::npos);
    ROLE_CHECK(error_of(kobj::process::start({"/bin/true"})) == errc::no_system_resources);
    // The search for leaks finds no threads in such a /proc.
    std::_Exit(0);
}

TEST_CASE("A process that sees the /proc of another PID namespace is refused", "[pid_namespace][error]") {
    if (!may_unshare()) return;
    const test::own_session session;
    CHECK(run_in_namespace("", "cannot_attach_here", {}, session) == 0);
}
