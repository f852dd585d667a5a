#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace kobj::posix::os {

/// A descriptor that closes itself.
class descriptor {
public:
    descriptor() noexcept = default;
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept {
        const int fd = other.release();
        reset();
        fd_ = fd;
        return *this;
    }
    ~descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    int release() noexcept {
        const int fd = fd_;
        fd_ = -1;
        return fd;
    }
    void reset() noexcept;

private:
    int fd_ = -1;
};

/// Another descriptor of the same; empty when none is left.
descriptor copy_of(const descriptor& original) noexcept;

/// Where shared memory files live.
inline constexpr const char* shared_folder = "/dev/shm";

/// A new file without a name, mode 0600 whatever the umask. Not open when that failed, then errno says why.
descriptor make_nameless_file(const char* folder) noexcept;
/// Gives it its name, unless that is taken. 0 or errno.
int link_file(int fd, const std::string& path) noexcept;
/// Backs [from, from + length) with memory, so that no access can raise SIGBUS. 0 or errno: ENOSPC, EFBIG, ENOMEM.
int commit_file(int fd, std::uint64_t from, std::uint64_t length) noexcept;
/// Removes the name when it still is that of `fd`. Two who do this at once do not remove each other's successor.
/// False when it was not, or `unless` says no, which is asked while the name cannot be removed by others.
bool unlink_if_same(int fd, const std::string& path, bool (*unless)(int fd) noexcept = nullptr) noexcept;
/// Removes the files that are named `prefix` and a hexadecimal number.
void remove_numbered_files(const std::string& prefix) noexcept;
/// Runs `work` while nobody removes the name of `fd` by unlink_if_same. False when it has no name any more.
bool while_named(int fd, const std::function<bool()>& work);

}  // namespace kobj::posix::os
