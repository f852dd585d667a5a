#pragma once

#include <filesystem>
#include <string>

namespace test {

/// A name that no other test process uses: for named objects.
std::string unique_name(const std::string& stem);

/// A new, empty folder, removed at the end.
class scratch_directory {
public:
    scratch_directory();
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// The path of a file in it.
    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

void write_file(const std::string& path, const std::string& content);
/// Empty when there is none.
std::string read_file(const std::string& path);

/// The path of kobj_plain, a program that does not use kobj; it lies beside the test program. See plain/main.c.
std::string plain_program();

}  // namespace test
