#include "stepping.hpp"
#include "support/catch.hpp"

// A process is killed behind each instruction of an operation that another one could see: one that changes the
// session's memory, or calls the system. What lies between two of them leaves the same memory, so it is one and the
// same death. Afterwards the survivor finds everything in order.
//
// KOBJ_STEP=places: behind all of those. KOBJ_STEP=instructions: behind all that there are. Otherwise behind some, with
// a random start (KOBJ_STEP_SEED).

namespace {

// In parts, since each test has its limit of time.
constexpr std::size_t parts = 6;

void kill_at_each_instruction(std::size_t part) {
    test::amount much;
    test::world w;
    test::tidy(w);
    std::vector<const test::operation*> which;
    for (std::size_t i = part - 1; i < test::operations().size(); i += parts) which.push_back(&test::operations()[i]);
    test::for_each_operation(much, which, [&](const test::operation& each) {
        test::stepping run(w, each);
        (void)run.run_whole();
        const test::trail way = run.walk();
        test::kill_at(each.name, way, much.of(way), run, [&](std::size_t i) { return run.kill_behind(way, i); });
    });
}

}  // namespace

#define STEP_TEST(part)                                                                                   \
    TEST_CASE("A process is killed at each instruction of an operation, part " #part " of 6", "[step]") { \
        kill_at_each_instruction(part);                                                                   \
    }
STEP_TEST(1)
STEP_TEST(2)
STEP_TEST(3)
STEP_TEST(4)
STEP_TEST(5)
STEP_TEST(6)

TEST_CASE("The one that repairs after a death is killed in the repair", "[step][repair]") {
    test::amount much;
    test::world w;
    test::tidy(w);
    std::vector<const test::operation*> which;
    for (const char* leaves_much :
         {"create a named mutex, owned", "close the last handle to a named mutex", "create a named file mapping",
          "remove from a wait set", "start a process", "leave the session"})
        which.push_back(&test::operation_called(leaves_much));
    test::for_each_operation(much, which, [&](const test::operation& each) {
        test::stepping run(w, each);
        (void)run.run_whole();
        const test::trail way = run.walk();
        // Somewhere in the middle of a change.
        const std::size_t death = way.places[way.places.size() / 4 + much.any(way.places.size() / 2)];
        const test::trail repair = run.walk_repair(way, death);
        test::kill_at("repair after: " + each.name, repair, much.of(repair), run,
                      [&](std::size_t i) { return run.kill_in_repair(way, death, repair, i); });
    });
}
