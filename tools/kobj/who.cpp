#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "session.hpp"
#include "table.hpp"
#include "words.hpp"

// kobj who: who has an object open, owns it, waits for it; of a job, who is a member.
namespace kobj::tool {

using facts::object_facts;
using facts::session_facts;
using facts::u32;

namespace {

struct choices : question {
    std::string name;
};

bool is_named(const object_facts& object, std::string_view name) {
    constexpr std::string_view local = "Local\\";
    if (name.starts_with(local)) name.remove_prefix(local.size());
    if (name.starts_with('#')) return name.substr(1) == std::to_string(object.record);
    return object.name == name;
}

struct holder {
    const facts::process_facts* process;
    facts::handle_facts handle;
};

std::vector<holder> holders_of(const session_facts& all, const object_facts& object) {
    std::vector<holder> holders;
    for (const facts::process_facts& p : all.processes()) {
        for (const facts::handle_facts& h : all.handles_of(p)) {
            if (h.object == object.record) holders.push_back({&p, h});
        }
    }
    return holders;
}

void show(const session_facts& all, const object_facts& object) {
    fmt::print("{}: {}, usage count {}\n", words_of(all, object), state_of(all, object), object.handles);
    table lines({"OPEN IN", "HANDLE", "ACCESS"});
    for (const holder& h : holders_of(all, object))
        lines.add({words_of(*h.process), h.handle.value.to_string(), access_of(h.handle.access, object.type)});
    if (!lines.empty()) lines.print();
    table members({"MEMBER", "OF"});
    if (object.type == object_type::job) {
        for (const facts::process_facts* each : all.members_of(object))
            members.add({words_of(*each), each->job == object.record ? "" : words_of(all, *all.object(each->job))});
    }
    if (!members.empty()) members.print();
    table waits({"WAITING", "FOR"});
    for (const u32 t : object.waiters) {
        if (const facts::thread_facts* thread = all.thread(t))
            waits.add({words_of(all, *thread), span_of(all.waited(*thread))});
    }
    if (!waits.empty()) waits.print();
}

nlohmann::json as_json(const session_facts& all, const object_facts& object) {
    nlohmann::json out = json_of(all, object);
    out["holders"] = nlohmann::json::array();
    for (const holder& h : holders_of(all, object))
        out["holders"].push_back({{"process", h.process->id},
                                  {"program", h.process->program},
                                  {"handle", h.handle.value.to_string()},
                                  {"access", h.handle.access}});
    out["waiters"] = nlohmann::json::array();
    for (const u32 t : object.waiters) {
        if (const facts::thread_facts* thread = all.thread(t)) {
            out["waiters"].push_back(json_of(all, *thread));
            out["waiters"].back()["waited_ms"] = all.waited(*thread) / 1'000'000;
        }
    }
    return out;
}

int find(const choices& asked) {
    const session read = read_session(asked.where);
    const session_facts& all = *read.facts;
    const auto found = std::find_if(all.objects().begin(), all.objects().end(),
                                    [&](const object_facts& o) { return is_named(o, asked.name); });
    if (found == all.objects().end())
        throw facts::unreadable(fmt::format("{}: there is no object \"{}\"", read.path, asked.name));
    if (asked.json)
        print(as_json(all, *found));
    else
        show(all, *found);
    return all_well;
}

}  // namespace

void add_who(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("who", "Who has an object open, owns it, waits for it");
    command->footer(
        "An object without a name is asked for by its number, as other commands show it.\n\n"
        "  kobj who \"my lock\"\n"
        "  kobj who '#17'");
    auto asked = std::make_shared<choices>();
    add_question(*command, *asked);
    command->add_option("NAME", asked->name, "The object")->required();
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return find(*asked); }); });
}

}  // namespace kobj::tool
