#include "posix/os/priority.hpp"

#include <dirent.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

namespace kobj::posix::os {

// Linux has a nice value for each thread.
void set_nice(pid_t process, int nice) noexcept {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/task", static_cast<int>(process));
    DIR* const threads = opendir(path);
    if (threads == nullptr) return;
    while (const dirent* each = readdir(threads)) {
        const int thread = std::atoi(each->d_name);
        if (thread > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(thread), nice);
    }
    closedir(threads);
}

}  // namespace kobj::posix::os
