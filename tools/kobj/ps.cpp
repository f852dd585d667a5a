#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "session.hpp"
#include "table.hpp"
#include "words.hpp"

// kobj ps: the processes of a session.
namespace kobj::tool {

using facts::process_facts;
using facts::session_facts;
using facts::u32;

namespace {

std::string name_of(const facts::object_facts& object) {
    return object.name.empty() ? fmt::format("#{}", object.record) : printable(object.name);
}

int list(const question& asked) {
    const session read = read_session(asked.where);
    const session_facts& all = *read.facts;
    nlohmann::json out{{"arena", read.path}, {"torn", read.torn}, {"processes", nlohmann::json::array()}};
    table lines({"PID", "PARENT", "HANDLES", "THREADS", "WAITING", "STATE", "JOB", "PROGRAM"});
    for (const process_facts& p : all.processes()) {
        const facts::object_facts* job = all.object(p.job);
        const auto waiting =
            std::count_if(p.threads.begin(), p.threads.end(), [&](u32 t) { return !all.thread(t)->waits_for.empty(); });
        lines.add({fmt::format("{}", p.id), p.parent == 0 ? "" : fmt::format("{}", p.parent),
                   fmt::format("{}", p.handles), fmt::format("{}", p.threads.size()), fmt::format("{}", waiting),
                   state_of(p), job == nullptr ? "" : name_of(*job), printable(p.program)});
        out["processes"].push_back({{"process", p.id},
                                    {"parent", p.parent},
                                    {"program", p.program},
                                    {"handles", p.handles},
                                    {"threads", p.threads.size()},
                                    {"waiting_threads", waiting},
                                    {"state", state_of(p)}});
        if (job != nullptr) out["processes"].back()["job"] = {{"object", job->record}, {"name", job->name}};
    }
    if (asked.json)
        print(out);
    else
        lines.print();
    return all_well;
}

}  // namespace

void add_ps(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("ps", "Processes of a session, with their numbers of handles and threads");
    command->footer("Threads are those that have called kobj.\n\n  kobj ps\n  kobj ps --session build --json");
    auto asked = std::make_shared<question>();
    add_question(*command, *asked);
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return list(*asked); }); });
}

}  // namespace kobj::tool
