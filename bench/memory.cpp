// Shared memory: what the session's files take up before and after there is more of something, a page at a time.

#include "memory.hpp"

#include <kobj/kobj.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

namespace bench {
namespace {

// The pages of this user's session in /dev/shm.
double bytes() {
    const char* session = std::getenv("KOBJ_SESSION");
    const std::string own = std::string(".") + (session != nullptr ? session : "");
    double sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
        const std::string name = entry.path().filename();
        struct stat info {};
        if (name.starts_with("kobj.") && name.find(own) != std::string::npos && stat(entry.path().c_str(), &info) == 0)
            sum += static_cast<double>(info.st_blocks) * 512;
    }
    return sum;
}

// What `make` adds for each of `count`. It stays until all is measured, since what is free is used again.
template <class Make>
std::string for_each_of(std::size_t count, std::vector<std::shared_ptr<void>>& kept, Make&& make) {
    const double before = bytes();
    auto made = std::make_shared<std::vector<decltype(make(count))>>();
    made->reserve(count);
    for (std::size_t i = 0; i < count; ++i) made->push_back(make(i));
    kept.push_back(std::move(made));
    return std::to_string(static_cast<long>((bytes() - before) / static_cast<double>(count) + 0.5)) + " bytes";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> memory_in_use() {
    std::vector<std::pair<std::string, std::string>> all;
    std::vector<std::shared_ptr<void>> kept;
    const auto first = kobj::event::create().value();
    all.emplace_back("a session with one process", std::to_string(static_cast<long>(bytes() / 1024)) + " KiB");
    all.emplace_back("an event with a handle",
                     for_each_of(200'000, kept, [](std::size_t) { return kobj::event::create(); }));
    all.emplace_back("a handle alone",
                     for_each_of(200'000, kept, [&](std::size_t) { return kobj::duplicate(first.get()); }));
    all.emplace_back("an event with a handle and a name of 20 bytes", for_each_of(100'000, kept, [](std::size_t i) {
                         return kobj::event::create({.name = "kobj-bench-" + std::to_string(100'000'000 + i)});
                     }));
    const std::string program = kobj::process::executable_path();
    all.emplace_back("a child process with nothing inherited", for_each_of(100, kept, [&](std::size_t) {
                         struct ended {
                             kobj::process child;
                             ended(ended&&) = default;
                             explicit ended(kobj::process&& started) : child(std::move(started)) {}
                             ~ended() {
                                 if (child) (void)child.terminate(0), (void)child.wait();
                             }
                         };
                         return ended(kobj::process::start({program, "--sleep"}).value());
                     }));
    return all;
}

}  // namespace bench
