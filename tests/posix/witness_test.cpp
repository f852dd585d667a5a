#include "copied_arena.hpp"
#include "support/scratch.hpp"

#include <atomic>
#include <csignal>
#include <string>
#include <utility>

// Which process a named object remembers as one that holds it: an open asks about that one only, and about all of the
// session when there is none.

using namespace kobj::posix;

namespace {

// As long as the process has known handles, who holds it, and how many.
std::pair<u32, u32> witness_of(u32 object) {
    const u32 seen = the_arena().object(object).witness.get();
    return {witness::process(seen), witness::handles(seen)};
}

const std::pair<u32, u32> nobody{0, 0};

struct stage {
    std::atomic<bool> there;
};

}  // namespace

// Opens a name once more than it closes it, and stays.
ROLE(holds_a_name) {
    const test::shared<stage> shared(args.handle(0));
    const auto kept = kobj::event::open(args.text(1)).value();
    for (int i = 0; i < 3; ++i) kobj::event::open(args.text(1)).value();
    shared->there = true;
    test::eventually([] { return false; });
    return 0;
}

TEST_CASE("Who opens a name and closes it again is its witness still while another handle is open", "[named]") {
    const std::string name = test::unique_name("witness");
    auto first = kobj::event::create({.name = name}).value();
    const u32 object = test::record_of(first);
    const u32 self = test::own_process();
    CHECK(witness_of(object) == std::pair(self, 1U));
    {
        const auto opened = kobj::event::open(name).value();
        const auto copy = first.duplicate().value();
        CHECK(witness_of(object) == std::pair(self, 3U));
    }
    CHECK(witness_of(object) == std::pair(self, 1U));
}

TEST_CASE("The witness of a name is not replaced by others that come and go", "[named][process]") {
    const std::string name = test::unique_name("witness");
    auto first = kobj::event::create({.name = name}).value();
    const u32 object = test::record_of(first);
    const u32 self = test::own_process();
    const test::shared<stage> shared;
    auto child = test::start_role("holds_a_name", {shared, name});
    test::eventually([&] { return shared->there.load(); });
    CHECK(witness_of(object) == std::pair(self, 1U));

    // The child holds it, but is not known to; who opens it next is the witness.
    REQUIRE(first.close());
    CHECK(witness_of(object) == nobody);
    auto again = kobj::event::open(name).value();
    CHECK(witness_of(object) == std::pair(self, 1U));
    REQUIRE(again.close());
    CHECK(witness_of(object) == nobody);

    // With the last holder that is alive the name goes, known or not.
    ::kill(static_cast<pid_t>(child.id().value()), SIGKILL);
    REQUIRE(child.wait());
    CHECK(test::error_of(kobj::event::open(name)) == kobj::errc::file_not_found);
}

TEST_CASE("A witness that is killed leaves the name to the one that holds it too", "[named][kill]") {
    const std::string name = test::unique_name("witness");
    const test::shared<stage> shared;
    auto first = kobj::event::create({.name = name}).value();
    const u32 object = test::record_of(first);
    auto child = test::start_role("holds_a_name", {shared, name});
    test::eventually([&] { return shared->there.load(); });
    REQUIRE(first.close());
    auto second = test::start_role("holds_a_name", {shared, name});
    shared->there = false;
    test::eventually([&] { return shared->there.load(); });
    const auto [killed, known] = witness_of(object);
    CHECK(killed != test::own_process());
    CHECK(known == 1);
    ::kill(static_cast<pid_t>(second.id().value()), SIGKILL);
    REQUIRE(second.wait());
    const auto mine = kobj::event::open(name).value();
    CHECK(test::record_of(mine) == object);
    CHECK(witness_of(object) == std::pair(test::own_process(), 1U));
    ::kill(static_cast<pid_t>(child.id().value()), SIGKILL);
    REQUIRE(child.wait());
    CHECK(test::usage_count(mine) == 1);
}
