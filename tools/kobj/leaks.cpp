#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <optional>

#include "call_stack.hpp"
#include "posix/arena/handle_history.hpp"
#include "posix/arena/session_path.hpp"
#include "session.hpp"
#include "words.hpp"

// kobj leaks: which handles a process has opened and not closed between two moments.
namespace kobj::tool {

using namespace posix;
using handle_history::record;
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
        return a.object == b.object && (a.opening == 0 || b.opening == 0 || a.opening == b.opening);
    }
};

struct snapshot {
    u32 process = 0;
    u64 start_time = 0;
    u64 taken = 0;                       ///< wall clock, nanoseconds
    std::map<u64, open_handle> handles;  ///< by value
};

u64 wall_clock() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<u64>(now.tv_sec) * 1'000'000'000 + static_cast<u64>(now.tv_nsec);
}

/// The history of a process's handles, if it keeps one.
class history {
public:
    explicit history(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {
        handle_history::header head{};
        if (file_ && (!read(0, head) || head.magic.get() != handle_history::file_magic ||
                      head.version.get() != handle_history::file_version))
            file_.reset();
    }
    [[nodiscard]] bool is_there() const { return static_cast<bool>(file_); }

    /// Of an open handle; null when it was inherited, or put there by another process.
    [[nodiscard]] std::unique_ptr<record> find(u64 value, u64 object) const {
        constexpr int most_looks = 100;
        auto found = std::make_unique<record>();
        for (int look = 0; file_ && look < most_looks; ++look) {
            word32 after{};
            const u64 at = handle_history::place_of(value >> 2U);
            if (!read(at, *found) || !read(at, after)) return nullptr;
            if ((found->changes.get() & 1U) != 0 || found->changes.get() != after.get()) continue;
            const bool fits = (found->what.get() & handle_history::is_open) != 0 && found->object.get() == object;
            return fits ? std::move(found) : nullptr;
        }
        return nullptr;
    }

private:
    template <class T>
    bool read(u64 at, T& into) const {
        return pread(file_.get(), static_cast<void*>(&into), sizeof into, static_cast<off_t>(at)) ==
               static_cast<ssize_t>(sizeof into);
    }
    os::descriptor file_;
};

struct look {
    snapshot now;
    std::map<u64, std::unique_ptr<record>> openings;  ///< by value
    bool has_history = false;
    std::string program;
};

look take(const choices& asked) {
    const session read = read_session(asked.where);
    const facts::session_facts& all = *read.facts;
    const facts::process_facts* process = all.process_of_id(asked.process);
    if (process == nullptr)
        throw facts::unreadable(fmt::format("{}: there is no process {}", read.arena.path, asked.process));
    const process_record& in_arena = *read.copy->process(process->record);
    look seen;
    seen.program = process->program;
    seen.now.process = process->id;
    seen.now.start_time = in_arena.start_time.get();
    seen.now.taken = wall_clock();
    const history kept(read.arena.is_session ? history_path(read.arena.path, process->record, in_arena.generation.get())
                                             : std::string());
    seen.has_history = kept.is_there();
    for (const facts::handle_facts& h : all.handles_of(*process)) {
        const facts::object_facts* object = all.object(h.object);
        if (object == nullptr) continue;
        auto opening = kept.find(h.value.value(), object->number);
        if (opening && (opening->what.get() & handle_history::is_own) != 0) continue;
        const bool is_numbered = object->type == object_type::process || object->type == object_type::thread;
        seen.now.handles.emplace(h.value.value(), open_handle{object->number, opening ? opening->number.get() : 0,
                                                              std::string(type_of(*object)),
                                                              is_numbered ? std::to_string(object->id) : object->name});
        if (opening) seen.openings.emplace(h.value.value(), std::move(opening));
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
    const module_map modules(after.now.process);
    call_stacks names;
    std::vector<group> groups;
    for (const auto& [value, handle] : after.now.handles) {
        if (before) {
            const auto old = before->handles.find(value);
            if (old != before->handles.end() && old->second == handle) continue;
        }
        group one{handle.type, handle.name, {}, {}};
        if (const auto opening = after.openings.find(value); opening != after.openings.end()) {
            std::vector<frame> stack;
            for (const word64& call : opening->second->opened) {
                if (call.get() != 0) stack.push_back(modules.place(call.get()));
            }
            one.calls = names.lines(stack);
        }
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
    if (!after.has_history && count != 0)
        fmt::print("Where they were opened is known of programs that were started with KOBJ_HANDLE_TRACE=1.\n");
    return code;
}

int search(const choices& asked) {
    std::optional<snapshot> before;
    if (!asked.since.empty()) before = load(asked.since);
    if (asked.seconds > 0) {
        before = take(asked).now;
        usleep(static_cast<useconds_t>(asked.seconds * 1e6));
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
