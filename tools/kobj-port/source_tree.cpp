#include "source_tree.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string_view>

#include "text.hpp"

namespace port {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest = 64U << 20U;

constexpr std::array<std::string_view, 18> suffixes{".c",   ".cc",  ".cpp", ".cxx",  ".c++", ".h",
                                                    ".hh",  ".hpp", ".hxx", ".h++",  ".inl", ".ipp",
                                                    ".tpp", ".inc", ".ixx", ".cppm", ".m",   ".mm"};
constexpr std::array<std::string_view, 4> version_control{".git", ".svn", ".hg", ".bzr"};

std::string suffix_of(const fs::path& path) {
    std::string suffix = path.extension().string();
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return suffix;
}

bool is_source(const fs::path& path) {
    return std::find(suffixes.begin(), suffixes.end(), suffix_of(path)) != suffixes.end();
}

class walk {
public:
    explicit walk(const std::function<void(const std::string&, const std::string&)>& read) : read_(read) {}

    void folder(const fs::path& path) {
        std::error_code error;
        std::vector<fs::directory_entry> entries;
        for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
            entries.push_back(*at);
        if (error) leave_out(path, error.message());
        std::sort(entries.begin(), entries.end());
        for (const auto& entry : entries) {
            const auto status = entry.symlink_status(error);
            if (fs::is_directory(status)) {
                const std::string name = entry.path().filename().string();
                if (std::find(version_control.begin(), version_control.end(), name) == version_control.end())
                    folder(entry.path());
            } else if (is_source(entry.path())) {
                file(entry.path());
            }
        }
    }

    void file(const fs::path& path) {
        std::error_code error;
        const fs::path real = fs::canonical(path, error);
        if (error) return leave_out(path, error.message());
        // A link to a folder, a pipe, a device.
        if (!fs::is_regular_file(real, error)) return leave_out(path, "not a file", false);
        if (!seen_.insert(real).second) return;
        const auto size = fs::file_size(real, error);
        if (error) return leave_out(path, error.message());
        if (size > largest) return leave_out(path, "larger than 64 MiB");
        std::ifstream stream(real, std::ios::binary);
        std::string bytes(static_cast<std::size_t>(size), '\0');
        // An empty buffer is not read at all.
        if (!stream || (size != 0 && !stream.read(bytes.data(), static_cast<std::streamsize>(size))))
            return leave_out(path, "cannot be read");
        if (!make_text(bytes)) return leave_out(path, "not text", false);
        read_(path.generic_string(), bytes);
    }

    std::vector<left_out> left;

private:
    void leave_out(const fs::path& path, const std::string& reason, bool matters = true) {
        left.push_back({path.generic_string(), reason, matters});
    }

    const std::function<void(const std::string&, const std::string&)>& read_;
    std::set<fs::path> seen_;
};

}  // namespace

std::vector<left_out> for_each_source(const fs::path& root,
                                      const std::function<void(const std::string&, const std::string&)>& read) {
    walk all(read);
    std::error_code error;
    if (fs::is_directory(root, error))
        all.folder(root);
    else
        all.file(root);
    return all.left;
}

bool is_header(const std::string& path) {
    const std::string suffix = suffix_of(path);
    return suffix.starts_with(".h") || suffix == ".inl" || suffix == ".ipp" || suffix == ".tpp" || suffix == ".inc";
}

}  // namespace port
