#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <thread>

#include "openings.hpp"
#include "words.hpp"

// kobj leaks: which handles a process has opened and not closed between two moments.
namespace kobj::tool {

using facts::u32;
using facts::u64;
using nlohmann::json;

namespace {

struct choices : question {
    u32 process = 0;
    std::string save;
    std::string since;
    double seconds = 0;
};

/// An open handle. It is the same one at another moment if the opening has the same number, or, where no history is
/// kept, if the object is the same.
struct open_handle {
    u64 object = 0;
    u64 opening = 0;  ///< 0: not known
    std::string type;
    std::string name;
    friend bool operator==(const open_handle& a, const open_handle& b) {
        // Where the system does not tell objects apart, their names do.
        const bool same = a.object != 0 || b.object != 0 ? a.object == b.object : a.type == b.type && a.name == b.name;
        return same && (a.opening == 0 || b.opening == 0 || a.opening == b.opening);
    }
};

struct snapshot {
    u32 process = 0;
    u64 start_time = 0;
    u64 taken = 0;                       ///< wall clock, nanoseconds
    std::map<u64, open_handle> handles;  ///< by value
};

struct look {
    snapshot now;
    std::map<u64, opening> openings;  ///< by value
    bool has_history = false;
    const char* otherwise = "";
    std::string program;
};

u64 wall_clock() {
    return static_cast<u64>(std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
}

look take(const choices& asked) {
    const opened_handles read = read_openings(asked.where, asked.process);
    const facts::session_facts& all = *read.in.facts;
    const facts::process_facts& process = *read.process;
    look seen;
    seen.program = process.program;
    seen.now.process = process.id;
    seen.now.start_time = read.start_time;
    seen.now.taken = wall_clock();
    seen.has_history = read.are_kept;
    seen.otherwise = read.otherwise;
    for (const facts::handle_facts& h : all.handles_of(process)) {
        const facts::object_facts* object = all.object(h.object);
        if (object == nullptr) continue;
        auto opened = read.find(h.value.value(), object->number);
        if (opened && opened->is_own) continue;
        const bool is_numbered = object->type == object_type::process || object->type == object_type::thread;
        seen.now.handles.emplace(h.value.value(),
                                 open_handle{object->number, opened ? opened->number : 0, std::string(type_of(*object)),
                                             is_numbered ? std::to_string(object->id) : object->name});
        if (opened) seen.openings.emplace(h.value.value(), *std::move(opened));
    }
    return seen;
}

void save(const snapshot& s, const std::string& path) {
    json out{{"kobj_snapshot", 1},
             {"process", s.process},
             {"start_time", s.start_time},
             {"taken", s.taken},
             {"handles", json::array()}};
    for (const auto& [value, h] : s.handles)
        out["handles"].push_back(
            {{"handle", value}, {"object", h.object}, {"opening", h.opening}, {"type", h.type}, {"name", h.name}});
    std::ofstream file(path, std::ios::binary);
    file << out.dump(1, ' ', false, json::error_handler_t::replace) << '\n';
    file.close();
    if (!file) throw facts::unreadable(fmt::format("{}: cannot be written", path));
}

snapshot load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw facts::unreadable(fmt::format("{}: {}", path, std::strerror(errno)));
    try {
        const json in = json::parse(file);
        if (in.at("kobj_snapshot") != 1) throw facts::unreadable(fmt::format("{}: of another version of kobj", path));
        snapshot s;
        in.at("process").get_to(s.process);
        in.at("start_time").get_to(s.start_time);
        in.at("taken").get_to(s.taken);
        for (const json& h : in.at("handles"))
            s.handles.emplace(h.at("handle").get<u64>(),
                              open_handle{h.at("object"), h.at("opening"), h.at("type"), h.at("name")});
        return s;
    } catch (const json::exception&) {
        throw facts::unreadable(fmt::format("{}: not a snapshot of kobj leaks", path));
    }
}

// Handles of one type, to objects of one name, opened in one place.
struct group {
    std::string type;
    std::string name;
    std::vector<std::string> calls;
    std::vector<std::string> values;
};

std::vector<group> compare(const std::optional<snapshot>& before, const look& after) {
    const call_namer names_of = namer_of(after.now.process);
    std::vector<group> groups;
    for (const auto& [value, handle] : after.now.handles) {
        if (before) {
            const auto old = before->handles.find(value);
            if (old != before->handles.end() && old->second == handle) continue;
        }
        group one{handle.type, handle.name, {}, {}};
        if (const auto opened = after.openings.find(value); opened != after.openings.end())
            one.calls = names_of(opened->second.calls);
        const auto same = std::find_if(groups.begin(), groups.end(), [&](const group& g) {
            return g.type == one.type && g.name == one.name && g.calls == one.calls;
        });
        group& there = same == groups.end() ? groups.emplace_back(std::move(one)) : *same;
        there.values.push_back(fmt::format("{:#x}", value));
    }
    std::stable_sort(groups.begin(), groups.end(),
                     [](const group& a, const group& b) { return a.values.size() > b.values.size(); });
    return groups;
}

int show(const choices& asked, const std::optional<snapshot>& before, const look& after) {
    const std::vector<group> groups = compare(before, after);
    std::size_t count = 0;
    for (const group& g : groups) count += g.values.size();
    const int code = before && count != 0 ? found_trouble : all_well;
    if (asked.json) {
        json out{{"process", after.now.process},        {"program", after.program}, {"stacks_kept", after.has_history},
                 {"handles", after.now.handles.size()}, {"opened", count},          {"groups", json::array()}};
        for (const group& g : groups)
            out["groups"].push_back({{"type", g.type},
                                     {"name", g.name},
                                     {"count", g.values.size()},
                                     {"handles", g.values},
                                     {"calls", g.calls}});
        print(out);
        return code;
    }
    constexpr std::size_t most_values = 8;
    for (const group& g : groups) {
        const std::size_t n = g.values.size();
        std::string values;
        for (std::size_t i = 0; i < n && i < most_values; ++i) values += (i == 0 ? "" : " ") + g.values[i];
        fmt::print("{} {} {}: {}{}\n", n, g.type,
                   g.name.empty() ? "without a name" : fmt::format("\"{}\"", printable(g.name)), values,
                   n > most_values ? " ..." : "");
        for (const std::string& call : g.calls) fmt::print("        {}\n", printable(call));
    }
    const std::string who = fmt::format("process {} ({})", after.now.process, printable(after.program));
    if (!before)
        fmt::print("{} has {} handles\n", who, count);
    else
        fmt::print("{}: {} handles opened and not closed in {}; it has {}\n", who, count,
                   span_of(after.now.taken - std::min(before->taken, after.now.taken)), after.now.handles.size());
    if (!after.has_history && count != 0) fmt::print("{}\n", after.otherwise);
    return code;
}

int search(const choices& asked) {
    std::optional<snapshot> before;
    if (!asked.since.empty()) before = load(asked.since);
    if (asked.seconds > 0) {
        before = take(asked).now;
        std::this_thread::sleep_for(std::chrono::duration<double>(asked.seconds));
    }
    const look after = take(asked);
    if (before && (before->process != after.now.process || before->start_time != after.now.start_time))
        throw facts::unreadable("the first snapshot is of another process");
    if (!asked.save.empty()) {
        save(after.now, asked.save);
        if (!before) return all_well;
    }
    return show(asked, before, after);
}

}  // namespace

void add_leaks(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("leaks", "Handles that a process opens and does not close");
    command->footer(
        "Compares what is open at two moments; without a first one, shows what is open. With the calls that opened "
        "each\n"
        "handle when the program was started with KOBJ_HANDLE_TRACE=1 (kobj run --stacks). Exit code: 1 when handles\n"
        "were opened and are open still.\n\n"
        "  kobj leaks 4711 --for 10               what is opened in 10 seconds\n"
        "  kobj leaks 4711 --save before          and later\n"
        "  kobj leaks 4711 --since before");
    auto asked = std::make_shared<choices>();
    add_question(*command, *asked);
    command->add_option("PID", asked->process, "The process")->required();
    auto* since = command->add_option("--since", asked->since, "A snapshot that --save wrote: the first moment")
                      ->type_name("FILE");
    command->add_option("--for", asked->seconds, "Take both, so many seconds one after the other")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 4000.0))
        ->excludes(since);
    command->add_option("--save", asked->save, "Write a snapshot to this file")->type_name("FILE");
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return search(*asked); }); });
}

}  // namespace kobj::tool
