// Runs one case a number of times, for callgrind to count the instructions: see bench/instructions/run.

#include <kobj/kobj.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

struct objects {
    kobj::mutex mutex = kobj::mutex::create().value();
    kobj::event event = kobj::event::create().value();
    kobj::semaphore units = kobj::semaphore::create(0, 1).value();
    kobj::mutex named = kobj::mutex::create({.name = "kobj instructions"}).value();
    std::vector<kobj::event> many{};
    std::vector<kobj::handle_value> handles{};

    objects() {
        for (int i = 0; i < 64; ++i) {
            many.push_back(kobj::event::create().value());
            handles.push_back(many.back().get());
        }
    }
};

const std::map<std::string, std::function<bool(objects&)>> cases{
    {"acquire-and-release", [](objects& o) { return o.mutex.acquire() && o.mutex.release(); }},
    {"set-and-wait", [](objects& o) { return o.event.set() && o.event.wait(); }},
    {"semaphore-release-and-acquire", [](objects& o) { return o.units.release() && o.units.acquire(); }},
    {"poll-one", [](objects& o) { return bool(kobj::wait(o.event.get(), std::chrono::seconds(0))); }},
    {"poll-any-of-64", [](objects& o) { return bool(kobj::wait_any(o.handles, std::chrono::seconds(0))); }},
    {"create-and-close", [](objects&) { return bool(kobj::event::create()); }},
    {"create-by-name-and-close",
     [](objects&) { return bool(kobj::event::create({.name = "kobj instructions, event"})); }},
    {"open-by-name-and-close", [](objects&) { return bool(kobj::mutex::open("kobj instructions")); }},
    {"duplicate-and-close", [](objects& o) { return bool(kobj::duplicate(o.event.get(), kobj::duplicate_options{})); }},
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        for (const auto& [name, work] : cases) std::puts(name.c_str());
        return 0;
    }
    const auto found = cases.find(argv[1]);
    if (found == cases.end()) return 2;
    objects all;
    for (int i = std::atoi(argv[2]); i > 0; --i) {
        if (!found->second(all)) return 1;
    }
    return 0;
}
