#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/session.hpp"
#include "support/watchdog.hpp"
#include "tool/tool.hpp"

#include <kobj/kobj.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

// The program looks into a session in which everything happens at once and processes are killed: each answer is whole,
// and says nothing impossible unless it says that it is torn. KOBJ_TEST_SECONDS is how long (5).

using namespace std::chrono_literals;
using nlohmann::json;
using test::kobj_tool;

namespace {

constexpr std::size_t processes = 3;
constexpr int names = 6;

// Shared by a file, since those who work are in another session than the test.
struct progress {
    std::atomic<std::uint64_t> operations;
};

progress& map_progress(const std::string& path) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, sizeof(progress)) != 0) throw std::runtime_error("a file for the progress");
    void* memory = mmap(nullptr, sizeof(progress), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED) throw std::runtime_error("mmap");
    return *static_cast<progress*>(memory);
}

std::string name_of(std::mt19937& random) {
    return "load " + std::to_string(random() % names);
}

void work(progress& shared, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<kobj::handle> own;
    const auto keep = [&](auto made) {
        if (!made) return;
        if (own.size() < 20)
            own.emplace_back(made->detach());
        else
            own[random() % own.size()] = kobj::handle(made->detach());
    };
    for (;;) {
        ++shared.operations;
        // Now and then it stands still for as long as a look takes.
        if (random() % 200 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
        switch (random() % 9) {
            case 0:
                keep(kobj::mutex::create({.name = name_of(random) + " mutex"}));
                break;
            case 1:
                keep(kobj::event::create({.name = name_of(random) + " event", .manual_reset = random() % 2 == 0}));
                break;
            case 2:
                keep(kobj::semaphore::create(1, 3, {.name = name_of(random) + " units"}));
                break;
            case 3:
                keep(kobj::timer::create());
                break;
            case 4:
                if (!own.empty()) own.erase(own.begin() + static_cast<std::ptrdiff_t>(random() % own.size()));
                break;
            default: {
                if (own.size() < 2) break;
                const kobj::handle_value one = own[random() % own.size()].get();
                const kobj::handle_value other = own[random() % own.size()].get();
                switch (random() % 5) {
                    case 0:
                        (void)kobj::wait_any({one, other}, 1ms);
                        break;
                    case 1:
                        (void)kobj::wait_all({one, other}, 1ms);
                        break;
                    default:
                        (void)kobj::wait(one, 1ms);
                }
                (void)kobj::mutex::release(one);
                (void)kobj::event::set(other);
                (void)kobj::semaphore::release(one, 1);
            }
        }
    }
}

// What a look at one moment can only show.
void check_objects(const json& answer) {
    std::set<std::string> seen;
    for (const json& o : answer["objects"]) {
        INFO(o.dump());
        const std::string name = o["name"];
        if (!name.empty()) {
            CHECK(seen.insert(name).second);
            CHECK(o["usage_count"] > 0);
        }
        if (o["type"] == "mutex" && o.contains("owner")) {
            CHECK(o["recursion"] > 0);
            CHECK_FALSE(o["signaled"].get<bool>());
        }
        if (o["type"] == "semaphore") CHECK(o["count"] <= o["maximum"]);
        std::set<json> waiters;
        // A thread can stand in the queue twice, by a wait for any of the same object.
        for (const json& w : o["waiters"]) waiters.insert(w);
        CHECK(waiters.size() <= 2 * processes);
    }
}

void check_processes(const json& answer) {
    std::set<int> seen;
    for (const json& p : answer["processes"]) {
        INFO(p.dump());
        CHECK(seen.insert(p["process"].get<int>()).second);
        const char* waiting = p.contains("waiting") ? "waiting" : "waiting_threads";
        CHECK(p[waiting] <= p["threads"]);
    }
}

void check_holders(const json& answer) {
    CHECK(answer["holders"].size() == answer["usage_count"].get<std::size_t>());
}

void check_circles(const json& answer) {
    for (const json& circle : answer["circles"]) {
        for (std::size_t i = 0; i < circle.size(); ++i) {
            const json& object = circle[i]["waits_for"];
            if (object.contains("owner")) CHECK(object["owner"]["thread"] == circle[(i + 1) % circle.size()]["thread"]);
        }
    }
}

}  // namespace

ROLE(load_session) {
    progress& shared = map_progress(args.text(0));
    const auto seed = static_cast<unsigned>(args.number(1));
    // Locks the circle of names in one order and in the other: with a limit, or nobody would go on.
    std::thread second([&] { work(shared, seed * 2 + 1); });
    work(shared, seed * 2);
    second.join();
    return 0;
}

TEST_CASE("Looks at a session under full load are whole or say that they are torn", "[tool][load][kill]") {
    const char* wanted = std::getenv("KOBJ_TEST_SECONDS");
    const std::chrono::seconds length(wanted == nullptr ? 5 : std::atoi(wanted));
    const unsigned seed = std::random_device()() % 100'000;
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const test::own_session session;
    const std::string its_name = " --session " + session.path().substr(session.path().rfind('.') + 1);
    const test::scratch_directory scratch;
    const std::string path = scratch.file("progress");
    progress& shared = map_progress(path);
    unsigned births = 0;
    const auto start = [&] { return test::start_role("load_session", {path, seed + ++births}, session.options()); };
    std::vector<kobj::process> working;
    for (std::size_t i = 0; i < processes; ++i) working.push_back(start());
    REQUIRE(test::eventually([&] { return shared.operations > 1000 && session.has_living_process(); }));

    struct look {
        std::string arguments;
        int worst;  // exit code: 1 where it can find something, 2 where what it asks for may be gone
        void (*check)(const json&);
    };
    const auto nothing = [](const json&) {};
    const std::string some_name = "'load " + std::to_string(random() % names) + " mutex'";
    const auto looks = [&]() -> std::vector<look> {
        const std::string pid = std::to_string(working[random() % processes].id().value());
        return {{"ls", 0, check_objects},        {"ps", 0, check_processes},
                {"handles " + pid, 2, nothing},  {"who " + some_name, 2, check_holders},
                {"deadlocks", 1, check_circles}, {"top --once", 0, check_processes},
                {"why " + pid, 2, nothing},      {"check", 0, [](const json& a) { CHECK(a["whole"].get<bool>()); }}};
    };
    std::map<std::string, int> torn;
    int answers = 0;
    const auto end = std::chrono::steady_clock::now() + length;
    while (std::chrono::steady_clock::now() < end) {
        test::watch("looks at a session under load");
        const std::uint64_t before = shared.operations;
        for (const look& each : looks()) {
            const auto answer = kobj_tool(each.arguments + " --json" + its_name);
            INFO(each.arguments << ": " << answer.code << ": " << answer.text);
            REQUIRE(answer.code >= 0);
            REQUIRE(answer.code <= 2);
            if (answer.code == 2) {
                CHECK(each.worst == 2);
                continue;
            }
            CHECK(answer.code <= each.worst);
            const json told = answer.json();
            ++answers;
            // `check` says it in another way, and looks again where it does.
            if (told.contains("torn") && told["torn"].get<bool>())
                ++torn[each.arguments.substr(0, each.arguments.find(' '))];
            else
                each.check(told);
        }
        const auto picture = kobj_tool("graph" + its_name);
        CHECK(picture.code == 0);
        CHECK(picture.text.starts_with("<svg "));
        CHECK(picture.text.ends_with("</svg>\n"));
        // Nobody is held up by that.
        CHECK(test::eventually([&] { return shared.operations > before; }));
        const std::size_t victim = random() % processes;
        test::kill_hard(working[victim]);
        working[victim] = start();
    }
    std::string shares;
    for (const auto& [command, count] : torn) shares += " " + command + " " + std::to_string(count);
    WARN(answers << " answers, torn:" << shares << "; " << shared.operations << " operations, " << births
                 << " processes");
    for (auto& each : working) test::kill_hard(each);
    CHECK(kobj_tool("check" + its_name).code == 0);
    munmap(&shared, sizeof(progress));
}
