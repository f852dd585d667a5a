#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <memory>

#include "session.hpp"
#include "table.hpp"
#include "words.hpp"

// kobj handles: the handle table of a process.
namespace kobj::tool {

using facts::session_facts;
using facts::u32;

namespace {

struct choices : question {
    u32 process = 0;
};

std::string flags_of(const handle_flags& flags) {
    std::string words = flags.inheritable ? "inheritable" : "";
    if (flags.protect_from_close) words += words.empty() ? "protected" : ", protected";
    return words;
}

int list(const choices& asked) {
    const session read = read_session(asked.where);
    const session_facts& all = *read.facts;
    const facts::process_facts* process = all.process_of_id(asked.process);
    if (process == nullptr)
        throw facts::unreadable(fmt::format("{}: there is no process {}", read.path, asked.process));
    if (process->is_opaque)
        throw facts::unreadable(fmt::format("process {} may not be looked into", words_of(*process)));
    nlohmann::json out{{"process", process->id},
                       {"program", process->program},
                       {"torn", read.torn},
                       {"handles", nlohmann::json::array()}};
    table lines({"HANDLE", "OBJECT", "ACCESS", "FLAGS", "USAGE COUNT", "STATE"});
    for (const facts::handle_facts& h : all.handles_of(*process)) {
        const facts::object_facts* object = all.object(h.object);
        if (object == nullptr) continue;
        const std::string access = access_of(h.access, object->type);
        lines.add({h.value.to_string(), words_of(all, *object), access, flags_of(h.flags),
                   fmt::format("{}", object->handles), state_of(all, *object)});
        nlohmann::json one = json_of(all, *object);
        one["handle"] = h.value.to_string();
        one["access"] = h.access;
        one["access_in_words"] = access;
        one["inheritable"] = h.flags.inheritable;
        one["protected"] = h.flags.protect_from_close;
        out["handles"].push_back(std::move(one));
    }
    if (asked.json) {
        print(out);
        return all_well;
    }
    fmt::print("process {}: {} handles\n", words_of(*process), process->handles);
    if (!lines.empty()) lines.print();
    return all_well;
}

}  // namespace

void add_handles(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("handles", "The handle table of a process");
    command->footer("  kobj handles 4711");
    auto asked = std::make_shared<choices>();
    add_question(*command, *asked);
    command->add_option("PID", asked->process, "The process")->required();
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return list(*asked); }); });
}

}  // namespace kobj::tool
