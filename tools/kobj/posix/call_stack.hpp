#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

// Call stacks of other processes, in words.
namespace kobj::tool {

/// A place in code: an address in a process, and the file that is mapped there, from `base` on.
struct frame {
    std::string module;
    std::uint64_t base = 0;
    std::uint64_t address = 0;
};

/// What is mapped into a running process.
class module_map {
public:
    explicit module_map(std::uint32_t process);
    [[nodiscard]] frame place(std::uint64_t address) const;

private:
    struct part {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        std::uint64_t offset = 0;
        std::string path;
    };
    std::vector<part> parts_;
};

/// Names places by addr2line of the binutils, where that is there and the program has symbols; otherwise by file and
/// offset. Asks once for each place.
class call_stacks {
public:
    /// Outside of kobj, innermost first: `function at file:line` or `file+0x12`. What is inlined has a line of its own.
    std::vector<std::string> lines(std::span<const frame> stack);

private:
    using offset = std::uint64_t;
    void ask(const std::string& module, const std::vector<offset>& places);
    std::map<std::string, std::map<offset, std::vector<std::string>>> known_;
    std::map<std::string, bool> is_fixed_;  ///< linked for one address
};

}  // namespace kobj::tool
