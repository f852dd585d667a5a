#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace port {

/// A file that was not read, and why.
struct left_out {
    std::string path;
    std::string reason;
    /// Nobody knows what it uses. False for a file that is no source text, whatever its name says.
    bool matters;
};

/// Calls `read` with the path and the text of each C and C++ file below the folder, in the order of their paths; or of
/// the file itself. A file to which several links lead is read once, links to folders are not followed, and neither are
/// the folders of version control.
std::vector<left_out> for_each_source(
    const std::filesystem::path& root,
    const std::function<void(const std::string& path, const std::string& text)>& read);

/// Its name says that others include it.
bool is_header(const std::string& path);

}  // namespace port
