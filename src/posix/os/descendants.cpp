#include "posix/os/descendants.hpp"

#include <dirent.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "posix/os/exit_status.hpp"
#include "posix/os/proc.hpp"

namespace kobj::posix::os {

namespace {

struct running {
    pid_t pid;
    pid_t parent;
    std::uint64_t start_time;
};

std::vector<running> all_processes() {
    std::vector<running> found;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
    if (folder == nullptr) return found;
    while (const dirent* each = readdir(folder.get())) {
        const pid_t pid = std::atoi(each->d_name);
        if (pid <= 0) continue;
        const process_facts facts = look_at_process(pid);
        if (facts.exists && !facts.ending) found.push_back({pid, facts.parent, facts.start_time});
    }
    return found;
}

bool contains(const std::vector<pid_t>& list, pid_t pid) {
    return std::find(list.begin(), list.end(), pid) != list.end();
}

}  // namespace

std::vector<descriptor> descendants_of(const std::vector<pid_t>& roots, const std::vector<pid_t>& except) {
    std::vector<pid_t> known = roots;
    std::vector<descriptor> found;
    for (bool more = true; more;) {
        more = false;
        const std::vector<running> all = all_processes();
        // A child may stand before its parent in /proc.
        for (bool again = true; again;) {
            again = false;
            for (const running& each : all) {
                if (!contains(known, each.parent) || contains(known, each.pid) || contains(except, each.pid)) continue;
                known.push_back(each.pid);
                again = more = true;
                descriptor open = open_pidfd(each.pid);
                if (open && look_at_process(each.pid).start_time == each.start_time) found.push_back(std::move(open));
            }
        }
    }
    return found;
}

}  // namespace kobj::posix::os
