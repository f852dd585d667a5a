#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "session.hpp"
#include "table.hpp"
#include "words.hpp"

// kobj ls: the objects of a session, or the sessions.
namespace kobj::tool {

using facts::object_facts;
using facts::session_facts;
using facts::u32;

namespace {

struct choices : question {
    bool sessions = false;
    std::string type;
};

std::string waiters_of(const session_facts& all, const object_facts& object) {
    std::string words;
    for (const u32 t : object.waiters) {
        const facts::thread_facts* thread = all.thread(t);
        if (thread == nullptr) continue;
        if (!words.empty()) words += "; ";
        words += words_of(all, *thread);
    }
    return words;
}

int list_objects(const choices& asked) {
    const session read = read_session(asked.where);
    const session_facts& all = *read.facts;
    std::vector<const object_facts*> objects;
    for (const object_facts& o : all.objects()) {
        if (asked.type.empty() || type_of(o) == asked.type) objects.push_back(&o);
    }
    // Those with names first, in the order of their names.
    std::stable_sort(objects.begin(), objects.end(), [](const object_facts* a, const object_facts* b) {
        if (a->name.empty() != b->name.empty()) return b->name.empty();
        if (a->type != b->type) return a->type < b->type;
        return a->name < b->name;
    });
    if (asked.json) {
        nlohmann::json out{{"arena", read.path}, {"torn", read.torn}, {"objects", nlohmann::json::array()}};
        for (const object_facts* o : objects) out["objects"].push_back(json_of(all, *o));
        print(out);
        return all_well;
    }
    table lines({"TYPE", "NAME", "HANDLES", "STATE", "WAITING"});
    for (const object_facts* o : objects) {
        const bool is_numbered = o->type == object_type::process || o->type == object_type::thread;
        lines.add({std::string(type_of(*o)),
                   is_numbered       ? fmt::format("{}", o->id)
                   : o->name.empty() ? fmt::format("#{}", o->record)
                                     : printable(o->name),
                   fmt::format("{}", o->handles), state_of(all, *o), waiters_of(all, *o)});
    }
    lines.print();
    fmt::print("{}: {} processes, {} objects{}\n", read.path, all.processes().size(), all.objects().size(),
               read.torn ? "; it changed while it was read" : "");
    return all_well;
}

// Of this user, also in other PID namespaces.
int list_sessions(const choices& asked) {
    nlohmann::json out{{"sessions", nlohmann::json::array()}};
    table lines({"SESSION", "PROCESSES", "OBJECTS", "ARENA"});
    for (const known_session& each : known_sessions()) {
        const std::string name = !each.here          ? "(in another PID namespace)"
                                 : each.name.empty() ? "(without a name)"
                                                     : each.name;
        nlohmann::json one{{"arena", each.path}, {"here", each.here}};
        if (!each.name.empty()) one["name"] = each.name;
        try {
            const session read = read_session(each.where);
            one["processes"] = read.facts->processes().size();
            one["objects"] = read.facts->objects().size();
            lines.add({name, fmt::format("{}", read.facts->processes().size()),
                       fmt::format("{}", read.facts->objects().size()), each.path});
        } catch (const facts::unreadable& why) {
            one["error"] = why.what();
            lines.add({name, "", "", why.what()});
        }
        out["sessions"].push_back(std::move(one));
    }
    if (asked.json)
        print(out);
    else if (lines.empty())
        fmt::print("There is no session of this user.\n");
    else
        lines.print();
    return all_well;
}

}  // namespace

void add_ls(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("ls", "Objects of a session: name, usage count, state, who waits");
    command->footer(
        "  kobj ls                    the session of this shell\n"
        "  kobj ls --type mutex\n"
        "  kobj ls --sessions         the sessions of this user");
    auto asked = std::make_shared<choices>();
    add_question(*command, *asked);
    command->add_flag("--sessions", asked->sessions, "The sessions of this user instead");
    command->add_option("--type", asked->type, "Only objects of this type, as they are listed");
    command->callback([=, &exit_code] {
        exit_code =
            answer(*command, *asked, [&] { return asked->sessions ? list_sessions(*asked) : list_objects(*asked); });
    });
}

}  // namespace kobj::tool
