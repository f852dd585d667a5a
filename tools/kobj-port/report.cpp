#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "text.hpp"

namespace port {
namespace {

struct counts {
    std::size_t complete = 0;
    std::size_t partial = 0;
    std::size_t missing = 0;
    std::size_t uses = 0;
};

counts count(const survey& what) {
    counts all;
    for (const auto& each : what.functions) {
        ++(!each.of->there() ? all.missing : each.of->partial() ? all.partial : all.complete);
        all.uses += each.places.size();
    }
    return all;
}

std::string state_of(const function& of) {
    if (!of.there()) return fmt::format("missing ({})", of.library);
    return of.partial() ? fmt::format("partial: {}", of.missing) : "complete";
}

// A name with control characters in it must not write over the report.
std::string printable(std::string_view path) {
    std::string text(path);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return text;
}

}  // namespace

std::string text_report(const survey& what, bool places) {
    fmt::memory_buffer out;
    const auto to = std::back_inserter(out);
    std::size_t width = 8;
    for (const auto& each : what.functions) width = std::max(width, each.of->name.size());
    if (!what.functions.empty()) fmt::format_to(to, "{:<{}}  uses  files  kobj\n", "function", width);
    for (const auto& each : what.functions) {
        fmt::format_to(to, "{:<{}} {:>5} {:>6}  {}\n", each.of->name, width, each.places.size(), each.files(),
                       state_of(*each.of));
        if (!places) continue;
        for (const auto& place : each.places) fmt::format_to(to, "    {}:{}\n", printable(place.file), place.line);
    }
    if (!what.functions.empty()) fmt::format_to(to, "\n");
    for (const auto& each : what.left) fmt::format_to(to, "left out: {}: {}\n", printable(each.path), each.reason);
    const counts all = count(what);
    fmt::format_to(to,
                   "{} files, {} lines. Functions of Win32: {}, used {} times; {} complete, {} partial, {} missing.\n",
                   what.files, what.lines, what.functions.size(), all.uses, all.complete, all.partial, all.missing);
    return fmt::to_string(out);
}

std::string json_report(const survey& what) {
    fmt::memory_buffer out;
    const auto to = std::back_inserter(out);
    const counts all = count(what);
    fmt::format_to(
        to, "{{\n  \"files\": {},\n  \"lines\": {},\n  \"complete\": {},\n  \"partial\": {},\n  \"missing\": {},\n",
        what.files, what.lines, all.complete, all.partial, all.missing);
    fmt::format_to(to, "  \"functions\": [");
    const char* between = "\n";
    for (const auto& each : what.functions) {
        const function& of = *each.of;
        fmt::format_to(to, "{}    {{\"name\": {}, \"state\": \"{}\", ", between, json_quoted(of.name),
                       !of.there()    ? "missing"
                       : of.partial() ? "partial"
                                      : "complete");
        if (of.partial()) fmt::format_to(to, "\"lacks\": {}, ", json_quoted(of.missing));
        if (of.there()) fmt::format_to(to, "\"header\": {}, ", json_quoted(of.header));
        if (!of.library.empty()) fmt::format_to(to, "\"library\": {}, ", json_quoted(of.library));
        fmt::format_to(to, "\"uses\": [");
        const char* comma = "";
        for (const auto& place : each.places) {
            fmt::format_to(to, "{}{{\"file\": {}, \"line\": {}}}", comma, json_quoted(place.file), place.line);
            comma = ", ";
        }
        fmt::format_to(to, "]}}");
        between = ",\n";
    }
    fmt::format_to(to, "{}],\n  \"left_out\": [", what.functions.empty() ? "" : "\n  ");
    between = "\n";
    for (const auto& each : what.left) {
        fmt::format_to(to, "{}    {{\"file\": {}, \"reason\": {}}}", between, json_quoted(each.path),
                       json_quoted(each.reason));
        between = ",\n";
    }
    fmt::format_to(to, "{}]\n}}\n", what.left.empty() ? "" : "\n  ");
    return fmt::to_string(out);
}

}  // namespace port
