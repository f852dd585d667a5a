#include "support/session.hpp"

#include "posix/os/proc.hpp"
#include "posix/os/record_lock.hpp"
#include "posix/os/shared_file.hpp"
#include "support/scratch.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace test {

own_session::own_session() {
    static int count = 0;
    const char* const around = std::getenv("KOBJ_SESSION");
    name_ = fmt::format("{}-{}-{}", around != nullptr && *around != 0 ? around : "test", getpid(), ++count);
    path_ = fmt::format("/dev/shm/kobj.{}.{:x}.{}", geteuid(), kobj::posix::os::pid_namespace(), name_);
}

own_session::~own_session() {
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator("/dev/shm", ignored))
        if (file.path().string().starts_with(path_)) std::filesystem::remove(file.path(), ignored);
}

kobj::process_options own_session::options() const {
    std::vector<std::string> variables{"KOBJ_SESSION=" + name_};
    for (char** each = environ; *each != nullptr; ++each)
        if (!std::string_view(*each).starts_with("KOBJ_SESSION=")) variables.emplace_back(*each);
    kobj::process_options options;
    options.inherit = kobj::inherit::all;
    options.environment = std::move(variables);
    return options;
}

bool own_session::exists() const {
    return access(path_.c_str(), F_OK) == 0;
}

bool own_session::has_living_process() const {
    const kobj::posix::os::descriptor file(open(path_.c_str(), O_RDWR | O_CLOEXEC));
    return file && kobj::posix::os::is_locked_by_others(file.get());
}

std::uint64_t own_session::memory() const {
    struct stat facts {};
    return stat(path_.c_str(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_blocks) * 512 : 0;
}

}  // namespace test
