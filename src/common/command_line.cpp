#include <kobj/command_line.hpp>

#include <cstddef>

namespace kobj {
namespace {

constexpr std::string_view blanks = " \t";

bool is_blank(char c) noexcept {
    return blanks.find(c) != std::string_view::npos;
}

// The program's name has no escapes: it ends at the closing quote or at the first blank.
std::string take_program(std::string_view& text) {
    const bool quoted = text.starts_with('"');
    if (quoted) text.remove_prefix(1);
    const auto end = quoted ? text.find('"') : text.find_first_of(blanks);
    std::string name(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return name;
}

// Takes the backslashes in front. True: an escaped quote was behind them and is taken, too.
bool take_backslashes(std::string_view& text, std::string& into) {
    const auto found = text.find_first_not_of('\\');
    const auto count = found == std::string_view::npos ? text.size() : found;
    text.remove_prefix(count);
    const bool before_quote = text.starts_with('"');
    into.append(before_quote ? count / 2 : count, '\\');
    if (!before_quote || count % 2 == 0) return false;
    into += '"';
    text.remove_prefix(1);
    return true;
}

std::string take_argument(std::string_view& text) {
    std::string argument;
    bool in_quotes = false;
    while (true) {
        if (take_backslashes(text, argument)) continue;
        if (text.empty() || (!in_quotes && is_blank(text.front()))) return argument;
        if (text.front() != '"') {
            argument += text.front();
        } else if (in_quotes && text.substr(1).starts_with('"')) {
            argument += '"';
            text.remove_prefix(1);
        } else {
            in_quotes = !in_quotes;
        }
        text.remove_prefix(1);
    }
}

std::string quote_program(std::string_view name) {
    if (!name.empty() && name.find_first_of(blanks) == std::string_view::npos) return std::string(name);
    return '"' + std::string(name) + '"';
}

}  // namespace

std::string quote_argument(std::string_view argument) {
    if (!argument.empty() && argument.find_first_of(" \t\n\v\"") == std::string_view::npos)
        return std::string(argument);
    std::string quoted = "\"";
    std::size_t backslashes = 0;
    for (const char c : argument) {
        // Backslashes count only in front of a quote: there each needs another, and the quote one more.
        if (c == '"') quoted.append(backslashes + 1, '\\');
        backslashes = c == '\\' ? backslashes + 1 : 0;
        quoted += c;
    }
    quoted.append(backslashes, '\\');
    quoted += '"';
    return quoted;
}

std::string join_command_line(const std::vector<std::string>& arguments) {
    std::string text;
    for (const auto& argument : arguments) {
        if (&argument == &arguments.front()) {
            text = quote_program(argument);
        } else {
            text += ' ';
            text += quote_argument(argument);
        }
    }
    return text;
}

std::vector<std::string> split_command_line(std::string_view text) {
    std::vector<std::string> arguments;
    if (text.empty()) return arguments;
    arguments.push_back(take_program(text));
    while (true) {
        const auto begin = text.find_first_not_of(blanks);
        if (begin == std::string_view::npos) return arguments;
        text.remove_prefix(begin);
        arguments.push_back(take_argument(text));
    }
}

}  // namespace kobj
