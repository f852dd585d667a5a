#include "win32/facts/wait_chains.hpp"
#include "support/catch.hpp"
#include "support/platform.hpp"
#include "tool/tool.hpp"

#include <algorithm>
#include <vector>

// What the system tells of waits, as kobj reads it; and what it does not tell.

using kobj::object_type;
using kobj::detail::first_wait;
using test::kobj_tool;

namespace {

WAITCHAIN_NODE_INFO thread(DWORD process, DWORD id, WCT_OBJECT_STATUS status, DWORD waited = 0) {
    WAITCHAIN_NODE_INFO node{};
    node.ObjectType = WctThreadType;
    node.ObjectStatus = status;
    node.ThreadObject.ProcessId = process;
    node.ThreadObject.ThreadId = id;
    node.ThreadObject.WaitTime = waited;
    return node;
}

WAITCHAIN_NODE_INFO object(WCT_OBJECT_TYPE type, WCT_OBJECT_STATUS status, std::wstring_view name = {}) {
    WAITCHAIN_NODE_INFO node{};
    node.ObjectType = type;
    node.ObjectStatus = status;
    std::copy(name.begin(), name.end(), node.LockObject.ObjectName);
    return node;
}

using chain = std::vector<WAITCHAIN_NODE_INFO>;

}  // namespace

TEST_CASE("A chain tells for which mutex a thread waits and whose it is", "[tool][wait_chain]") {
    const auto wait = first_wait(chain{thread(10, 11, WctStatusBlocked, 250),
                                       object(WctMutexType, WctStatusOwned, L"\\BaseNamedObjects\\m"),
                                       thread(20, 21, WctStatusRunning)});
    REQUIRE(wait);
    CHECK(wait->type == object_type::mutex);
    CHECK((wait->name == "Global\\m" || wait->name == "m"));
    CHECK(wait->owner_process_id == 20);
    CHECK(wait->owner_thread_id == 21);
    CHECK(wait->waited == 250'000'000);
    CHECK_FALSE(wait->abandoned);
    const auto left = first_wait(chain{thread(10, 11, WctStatusBlocked), object(WctMutexType, WctStatusAbandoned)});
    REQUIRE(left);
    CHECK(left->abandoned);
    CHECK(left->name.empty());
    CHECK(left->owner_thread_id == 0);
}

TEST_CASE("A chain tells whose end a thread waits for", "[tool][wait_chain]") {
    const auto wait = first_wait(chain{thread(10, 11, WctStatusBlocked), object(WctThreadWaitType, WctStatusUnknown),
                                       thread(20, 21, WctStatusBlocked)});
    REQUIRE(wait);
    CHECK(wait->type == object_type::thread);
    CHECK(wait->owner_thread_id == 21);
    const auto process =
        first_wait(chain{thread(10, 11, WctStatusBlocked), object(WctProcessWaitType, WctStatusUnknown),
                         thread(20, 7, WctStatusPidOnly)});
    REQUIRE(process);
    CHECK(process->type == object_type::process);
    CHECK(process->owner_process_id == 20);
    CHECK(process->owner_thread_id == 0);
}

TEST_CASE("What is no kernel object is said by name, and what does not wait is nothing", "[tool][wait_chain]") {
    const auto wait = first_wait(chain{thread(1, 2, WctStatusBlocked), object(WctCriticalSectionType, WctStatusOwned),
                                       thread(1, 3, WctStatusRunning)});
    REQUIRE(wait);
    CHECK(wait->type == object_type::none);
    CHECK(wait->name == "critical section");
    CHECK(wait->owner_thread_id == 3);
    CHECK_FALSE(first_wait(chain{}));
    CHECK_FALSE(first_wait(chain{thread(1, 2, WctStatusRunning)}));
    CHECK_FALSE(first_wait(chain{thread(1, 2, WctStatusBlocked)}));
    CHECK_FALSE(first_wait(chain{thread(1, 2, WctStatusRunning), object(WctMutexType, WctStatusOwned)}));
    CHECK_FALSE(first_wait(chain{object(WctMutexType, WctStatusOwned), thread(1, 2, WctStatusBlocked)}));
}

TEST_CASE("Commands that Windows cannot answer say so", "[tool][error]") {
    for (const char* command : {"check", "clean", "doctor", "run x", "top", "trace"}) {
        const auto answer = kobj_tool(command);
        CHECK(answer.code == 2);
        CHECK(answer.has("Windows does not tell that: "));
    }
    CHECK(kobj_tool("check --json").has("\"error\""));
    if (!test::on_wine()) return;
    // Wine has no wait chains.
    CHECK(kobj_tool("deadlocks").code == 2);
    CHECK(kobj_tool("deadlocks").has("does not tell who waits for whom"));
}
