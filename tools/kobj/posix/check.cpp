#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "arena_file.hpp"
#include "posix/check/look.hpp"
#include "posix/facts/image.hpp"
#include "style.hpp"
#include "words.hpp"

// kobj check: is the arena whole?
namespace kobj::tool {

using namespace posix;

namespace {

void print_json(const arena_file& arena, const check::report& found) {
    nlohmann::json out;
    out["arena"] = arena.path;
    out["whole"] = found.is_whole();
    out["looks"] = found.looks;
    out["stood_still"] = found.stood_still;
    out["problems"] = nlohmann::json::array();
    for (const check::problem& p : found.problems)
        out["problems"].push_back({{"kind", check::name_of(p.which)}, {"text", p.text}});
    out["problems_cut"] = found.cut;
    out["debts"] = found.debts;
    const auto& n = found.counted;
    out["counted"] = {{"processes", n.processes}, {"threads", n.threads}, {"objects", n.objects},
                      {"names", n.names},         {"handles", n.handles}, {"views", n.views},
                      {"waits", n.waits},         {"watches", n.watches}};
    print(out);
}

void print_text(const arena_file& arena, const check::report& found) {
    for (const check::problem& p : found.problems)
        fmt::print("{}: {}\n", alarm(std::string(check::name_of(p.which))), p.text);
    if (found.cut) fmt::print("... and more, which are not listed\n");
    for (const std::string& debt : found.debts) fmt::print("left by the dead: {}\n", debt);
    if (!found.stood_still)
        fmt::print("The session changed during each of {} looks. What is listed was seen in all of them.\n",
                   found.looks);
    const auto& n = found.counted;
    fmt::print("{}: {} processes, {} threads, {} objects, {} names, {} handles, {} views, {} waits, {} watches\n",
               arena.path, n.processes, n.threads, n.objects, n.names, n.handles, n.views, n.waits, n.watches);
    if (found.is_whole())
        fmt::print("whole\n");
    else
        fmt::print("damaged: {} {}\n", found.problems.size(), found.problems.size() == 1 ? "problem" : "problems");
}

int examine(const question& asked) {
    const arena_file arena = open_arena(asked.where);
    try {
        const check::report found = check::look(arena.file.get(), arena.is_session ? arena.path : std::string());
        if (asked.json)
            print_json(arena, found);
        else
            print_text(arena, found);
        return found.is_whole() ? all_well : found_trouble;
    } catch (const facts::unreadable& why) {
        throw facts::unreadable(fmt::format("{}: {}", arena.path, why.what()));
    }
}

}  // namespace

void add_check(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("check", "Is the arena of a session whole?");
    command->footer(
        "Reads without a lock and without joining the session, while it runs or after it was left.\n"
        "Exit code: 0 whole, 1 damaged, 2 cannot be read.\n\n"
        "  kobj check                           the session of this shell\n"
        "  kobj check --session build --json\n"
        "  cp /dev/shm/kobj.1000.effffffc arena && kobj check --arena arena");
    auto asked = std::make_shared<question>();
    add_question(*command, *asked);
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return examine(*asked); }); });
}

}  // namespace kobj::tool
