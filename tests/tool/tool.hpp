#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace test {

struct tool_answer {
    int code = -1;
    std::string text;
    /// Throws when the text is no JSON.
    [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(text); }
    [[nodiscard]] bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
};

/// Runs the program kobj by the shell; what it writes to either stream is the text.
tool_answer kobj_tool(const std::string& arguments);

}  // namespace test
