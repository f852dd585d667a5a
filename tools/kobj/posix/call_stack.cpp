#include "call_stack.hpp"

#define FMT_HEADER_ONLY
#include <elf.h>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kobj::tool {

namespace {

std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + '\'';
}

bool is_linked_for_one_address(const std::string& module) {
    Elf64_Ehdr head{};
    std::ifstream file(module, std::ios::binary);
    return file.read(reinterpret_cast<char*>(&head), sizeof head) && head.e_type == ET_EXEC;
}

// "function at file:line", without what only the compiler knows, and the file without detours.
std::string tidy(std::string line) {
    if (const std::size_t compilers = line.find(" (discriminator "); compilers != std::string::npos)
        line.erase(compilers);
    if (const std::size_t part = line.find(" [clone "); part != std::string::npos)
        line.erase(part, line.find(']', part) + 1 - part);
    const std::size_t at = line.rfind(" at ");
    if (at == std::string::npos) return line;
    if (line.ends_with('?')) return line.erase(at);
    return line.substr(0, at + 4) + std::filesystem::path(line.substr(at + 4)).lexically_normal().string();
}

// What has called main.
bool is_before_main(const std::string& line) {
    return line.starts_with("__libc_start") || line == "_start" || line.starts_with("libc.so");
}

// The way from the public call to where the stack was taken.
bool is_inside_kobj(const std::string& line) {
    const std::string function = line.substr(0, line.find(" at "));
    return function.find("kobj::posix::") != std::string::npos || function.starts_with("kobj::(anonymous namespace)") ||
           (function.find("kobj::") != std::string::npos && function.find("{lambda") != std::string::npos) ||
           function.find("operator()") != std::string::npos;
}

}  // namespace

module_map::module_map(std::uint32_t process) {
    std::ifstream maps(fmt::format("/proc/{}/maps", process));
    for (std::string line; std::getline(maps, line);) {
        part one;
        char hyphen = 0;
        std::string rights;
        std::string device;
        std::uint64_t number = 0;
        std::istringstream words(line);
        words >> std::hex >> one.from >> hyphen >> one.to >> rights >> one.offset >> device >> std::dec >> number;
        std::getline(words >> std::ws, one.path);
        if (!one.path.empty()) parts_.push_back(std::move(one));
    }
}

frame module_map::place(std::uint64_t address) const {
    for (const part& p : parts_) {
        if (address < p.from || address >= p.to) continue;
        for (const part& first : parts_) {
            if (first.path == p.path && first.offset == 0) return {p.path, first.from, address};
        }
    }
    return {"", 0, address};
}

void call_stacks::ask(const std::string& module, const std::vector<offset>& places) {
    constexpr std::size_t at_once = 200;
    auto& known = known_[module];
    for (std::size_t from = 0; from < places.size(); from += at_once) {
        std::string command = "addr2line -aCfpi -e " + quoted(module);
        for (std::size_t i = from; i < places.size() && i < from + at_once; ++i)
            command += fmt::format(" {:#x}", places[i]);
        FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
        if (pipe == nullptr) return;
        std::string said;
        std::array<char, 4096> part{};
        while (const std::size_t got = fread(part.data(), 1, part.size(), pipe)) said.append(part.data(), got);
        pclose(pipe);
        // "0x...: function at file:line", then "(inlined by) function at file:line" for those into which it is inlined.
        constexpr std::string_view inlined = " (inlined by) ";
        std::istringstream lines(said);
        std::vector<std::string>* current = nullptr;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(inlined)) {
                line.erase(0, inlined.size());
            } else {
                const std::size_t colon = line.find(": ");
                if (colon == std::string::npos) continue;
                current = &known[std::stoull(line.substr(0, colon), nullptr, 16)];
                line.erase(0, colon + 2);
            }
            if (current == nullptr || line.starts_with("?? ")) continue;
            current->push_back(tidy(std::move(line)));
        }
    }
}

std::vector<std::string> call_stacks::lines(std::span<const frame> stack) {
    const auto place_in = [&](const frame& f) {
        const auto [found, is_new] = is_fixed_.try_emplace(f.module);
        if (is_new) found->second = is_linked_for_one_address(f.module);
        return found->second ? f.address : f.address - f.base;
    };
    std::map<std::string, std::vector<offset>> unknown;
    for (const frame& f : stack) {
        if (!f.module.empty() && !known_[f.module].contains(place_in(f))) unknown[f.module].push_back(place_in(f));
    }
    for (const auto& [module, places] : unknown) ask(module, places);
    std::vector<std::string> lines;
    for (const frame& f : stack) {
        const std::vector<std::string>& names = known_[f.module][place_in(f)];
        if (!names.empty())
            lines.insert(lines.end(), names.begin(), names.end());
        else if (f.module.empty())
            lines.push_back(fmt::format("{:#x}", f.address));
        else
            lines.push_back(fmt::format("{}+{:#x}", f.module.substr(f.module.rfind('/') + 1), place_in(f)));
    }
    while (lines.size() > 1 && is_before_main(lines.back())) lines.pop_back();
    std::size_t inside = 0;
    while (inside < lines.size() && is_inside_kobj(lines[inside])) ++inside;
    if (inside < lines.size()) lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(inside));
    return lines;
}

}  // namespace kobj::tool
