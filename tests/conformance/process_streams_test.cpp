#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <cstdio>
#include <string>

using kobj::inherit;

namespace {

kobj::process_options options_for(const std::string& how, kobj::handle_value listed) {
    kobj::process_options options;
    if (how == "all") options.inherit = inherit::all;
    if (how == "list") options.inherit = inherit::list;
    if (how == "list") options.handles = {listed};
    return options;
}

}  // namespace

// Makes files its standard streams, and starts what is asked for with them.
ROLE(redirect_and_start) {
    test::redirect(0, args.text(1), false);
    test::redirect(1, args.text(2), true);
    const auto gate = kobj::mutex::create({.inheritable = true}).value();
    const auto options = options_for(args.text(0), gate.get());
    const auto echo = kobj::process::start({test::plain_program(), "echo"}, options).value();
    ROLE_CHECK(test::wait_for_exit(echo) == 0);
    ROLE_CHECK(test::run_role("speak", {}, options) == 0);
    return 0;
}

ROLE(speak) {
    std::fputs("and a role's output", stdout);
    std::fflush(stdout);
    return 0;
}

ROLE(redirect_errors) {
    test::redirect(2, args.text(1), true);
    const auto gate = kobj::mutex::create({.inheritable = true}).value();
    return static_cast<int>(test::run_role("complain", {}, options_for(args.text(0), gate.get())));
}

ROLE(complain) {
    std::fputs("an error", stderr);
    std::fflush(stderr);
    return 0;
}

TEST_CASE("The standard streams reach the child whatever it inherits", "[process][streams]") {
    const test::scratch_directory folder;
    test::write_file(folder.file("in"), "some input\n");
    for (const char* how : {"none", "all", "list"}) {
        INFO(how);
        const std::string out = folder.file(std::string("out-") + how);
        const std::string errors = folder.file(std::string("err-") + how);
        CHECK(test::run_role("redirect_and_start", {how, folder.file("in"), out}) == 0);
        CHECK(test::read_file(out) == "some input\nand a role's output");
        CHECK(test::run_role("redirect_errors", {how, errors}) == 0);
        CHECK(test::read_file(errors) == "an error");
    }
}
