#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "facts/wait_graph.hpp"
#include "session.hpp"
#include "style.hpp"
#include "words.hpp"

// kobj deadlocks: all circles of waits in a session.
namespace kobj::tool {

using facts::session_facts;
using facts::wait_graph;

namespace {

int search(const question& asked) {
    const session read = read_waits(asked.where);
    const session_facts& all = *read.facts;
    const wait_graph graph(all);
    const auto circles = graph.circles();
    const auto stuck = std::count_if(all.threads().begin(), all.threads().end(),
                                     [&](const facts::thread_facts& t) { return graph.is_stuck(t.record); });
    if (asked.json) {
        nlohmann::json out{{"torn", read.torn}, {"stuck_threads", stuck}, {"circles", nlohmann::json::array()}};
        for (const auto& circle : circles) {
            nlohmann::json edges = nlohmann::json::array();
            for (const facts::wait_edge& edge : circle) {
                nlohmann::json one = json_of(all, *all.thread(edge.waiter));
                one["waits_for"] = json_of(all, *all.object(edge.object));
                if (const auto left = all.remaining(*all.thread(edge.waiter))) one["remaining_ms"] = *left / 1'000'000;
                edges.push_back(std::move(one));
            }
            out["circles"].push_back(std::move(edges));
        }
        print(out);
        return circles.empty() ? all_well : found_trouble;
    }
    for (std::size_t i = 0; i < circles.size(); ++i) {
        fmt::print("{}:\n", alarm(fmt::format("circle {}", i + 1)));
        for (const facts::wait_edge& edge : circles[i]) {
            const facts::object_facts& object = *all.object(edge.object);
            const auto left = all.remaining(*all.thread(edge.waiter));
            fmt::print("    {} waits for {}, {}{}\n", words_of(all, *all.thread(edge.waiter)), words_of(all, object),
                       state_of(all, object), left ? fmt::format(", for {} more at most", span_of(*left)) : "");
        }
    }
    if (circles.empty())
        fmt::print("no deadlock\n");
    else
        fmt::print("{} threads wait in vain{}\n", stuck, read.torn ? "; the session changed while it was read" : "");
    return circles.empty() ? all_well : found_trouble;
}

}  // namespace

void add_deadlocks(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("deadlocks", "Circles of threads that wait for each other");
    command->footer(
        "A wait for any of several objects is in vain only if all of them are. A wait with a time limit ends all the\n"
        "same; the arena does not know of the limit. Exit code: 0 none, 1 some, 2 cannot be read.\n\n"
        "  kobj deadlocks");
    auto asked = std::make_shared<question>();
    add_question(*command, *asked);
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return search(*asked); }); });
}

}  // namespace kobj::tool
