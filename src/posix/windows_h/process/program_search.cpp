#include "posix/windows_h/process/program_search.hpp"

#include <kobj/process.hpp>

#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace kobj::windows_h {

namespace {

constexpr std::string_view blanks = " \t";

enum class kind { none, folder, file, program };

kind kind_of(const std::string& path) noexcept {
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) return kind::none;
    if (S_ISDIR(facts.st_mode)) return kind::folder;
    return ::access(path.c_str(), X_OK) == 0 ? kind::program : kind::file;
}

std::string without_suffix(const std::string& name) {
    constexpr std::string_view suffix = ".exe";
    const std::size_t length = name.size();
    if (length <= suffix.size() || name[length - suffix.size() - 1] == '/' ||
        strcasecmp(name.c_str() + length - suffix.size(), suffix.data()) != 0)
        return {};
    return name.substr(0, length - suffix.size());
}

// The best of the two spellings of a path: its kind is left in `found`.
std::string best(const std::string& path, kind& found) {
    found = kind_of(path);
    if (found != kind::none) return path;
    std::string other = without_suffix(path);
    if (other.empty() || (found = kind_of(other)) == kind::none) return path;
    return other;
}

std::vector<std::string> folders() {
    std::vector<std::string> list;
    const std::string own = process::executable_path();
    list.push_back(own.substr(0, own.rfind('/')));
    list.emplace_back(".");
    const char* variable = getenv("PATH");
    std::string_view rest = variable != nullptr ? variable : "";
    while (!rest.empty()) {
        const std::size_t end = rest.find(':');
        list.emplace_back(end == 0 ? "." : rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return list;
}

std::string search(std::string_view name, kind& found) {
    found = kind::none;
    if (name.find('/') != std::string_view::npos) return best(std::string(name), found);
    std::string fallback;
    for (const std::string& folder : folders()) {
        kind here = kind::none;
        std::string path = best(folder + '/' + std::string(name), here);
        if (here == kind::program) {
            found = here;
            return path;
        }
        // What may not be run hides nothing, but says why there is no program.
        if (here > found) {
            found = here;
            fallback = std::move(path);
        }
    }
    return fallback;
}

}  // namespace

std::string find_application(const std::string& name) {
    kind found = kind::none;
    return best(name.find('/') == std::string::npos ? "./" + name : name, found);
}

named_program find_in_command_line(std::string_view text) {
    kind found = kind::none;
    if (text.starts_with('"')) {
        const std::string_view name = text.substr(1, text.find('"', 1) - 1);
        return {search(name, found), name, true};
    }
    std::optional<named_program> first;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = text.find_first_of(blanks, end);
        named_program tried;
        tried.name = text.substr(0, end);
        if (!tried.name.empty()) tried.path = search(tried.name, found);
        if (found == kind::file || found == kind::program) return tried;
        if (!first) first = std::move(tried);
        if (end != std::string_view::npos) end = text.find_first_not_of(blanks, end);
    }
    return *first;
}

bool is_image(const std::string& path) noexcept {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    // What may not be read may be one.
    if (file < 0) return true;
    char first[4] = {};
    const ssize_t got = ::read(file, first, sizeof first);
    ::close(file);
    return got < 0 || std::memcmp(first, "\177ELF", 4) == 0 || std::memcmp(first, "#!", 2) == 0;
}

}  // namespace kobj::windows_h
