#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "facts/wait_graph.hpp"
#include "session.hpp"
#include "style.hpp"
#include "words.hpp"

// kobj why: why does a process not go on? The chain of waits of each of its threads, to its end.
namespace kobj::tool {

using facts::session_facts;
using facts::thread_facts;
using facts::u32;
using facts::wait_graph;

namespace {

struct choices : question {
    u32 process = 0;
};

// Where a chain ends that does not end at another wait.
std::string end_of(const session_facts& all, const thread_facts& thread, bool all_waits) {
    const facts::process_facts* process = all.process(thread.process);
    if (process != nullptr && process->stopped) return "is stopped, by a signal or a debugger";
    if (thread.suspended) return "is suspended";
    return all_waits ? "runs: it waits for no object" : "waits for nothing that the system tells of";
}

// What ends a wait besides its objects.
std::string limits_of(const session_facts& all, const thread_facts& thread) {
    std::string words;
    if (const auto left = all.remaining(thread)) words = fmt::format(", {} more at most", span_of(*left));
    return thread.alertable ? words + ", alertably" : words;
}

class story {
public:
    story(const session_facts& all, bool all_waits) : all_(all), all_waits_(all_waits), graph_(all) {}

    void tell(const thread_facts& thread, std::size_t depth) {
        const std::string indent(depth * 4, ' ');
        const char* how = thread.waits_for.size() == 1 ? "" : thread.waits_for_all ? "all of " : "any of ";
        fmt::print("{}{} waits for {} for {}{}:\n", indent, words_of(all_, thread),
                   thread.waits_for.size() == 1 ? "an object" : fmt::format("{}{}", how, thread.waits_for.size()),
                   span_of(all_.waited(thread)), limits_of(all_, thread));
        way_.push_back(thread.record);
        for (const u32 o : thread.waits_for) tell_of_object(o, depth + 1);
        way_.pop_back();
    }

    [[nodiscard]] nlohmann::json as_json(const thread_facts& thread) {
        nlohmann::json out = json_of(all_, thread);
        if (std::find(way_.begin(), way_.end(), thread.record) != way_.end()) {
            out["end"] = "circle";
            return out;
        }
        if (thread.waits_for.empty()) {
            const facts::process_facts* process = all_.process(thread.process);
            out["end"] = process != nullptr && process->stopped ? "stopped"
                         : thread.suspended                     ? "suspended"
                         : all_waits_                           ? "runs"
                                                                : "not told";
            return out;
        }
        out["waited_ms"] = all_.waited(thread) / 1'000'000;
        if (const auto left = all_.remaining(thread)) out["remaining_ms"] = *left / 1'000'000;
        out["alertable"] = thread.alertable;
        out["all"] = thread.waits_for_all;
        out["deadlocked"] = graph_.is_stuck(thread.record);
        out["waits_for"] = nlohmann::json::array();
        way_.push_back(thread.record);
        for (const u32 o : thread.waits_for) {
            const facts::object_facts* object = all_.object(o);
            if (object == nullptr) continue;
            nlohmann::json one = json_of(all_, *object);
            one.erase("waiters");
            one["blocked_by"] = nlohmann::json::array();
            for (const u32 t : blockers_of(o)) {
                if (const thread_facts* other = all_.thread(t)) one["blocked_by"].push_back(as_json(*other));
            }
            out["waits_for"].push_back(std::move(one));
        }
        way_.pop_back();
        return out;
    }

private:
    /// But for the last one on the way: its own mutex is in no thread's way.
    [[nodiscard]] std::vector<u32> blockers_of(u32 o) const {
        std::vector<u32> threads = graph_.blockers_of(o);
        if (all_.object(o)->type == object_type::mutex) std::erase(threads, way_.back());
        return threads;
    }

    void tell_of_object(u32 o, std::size_t depth) {
        const facts::object_facts* object = all_.object(o);
        if (object == nullptr) return;
        const std::string indent(depth * 4, ' ');
        fmt::print("{}{}: {}\n", indent, words_of(all_, *object), state_of(all_, *object));
        for (const u32 t : blockers_of(o)) {
            const thread_facts* other = all_.thread(t);
            if (other == nullptr) continue;
            if (std::find(way_.begin(), way_.end(), t) != way_.end())
                fmt::print("{}    {}: {}\n", indent, words_of(all_, *other), alarm("A CIRCLE, none of them goes on"));
            else if (other->waits_for.empty())
                fmt::print("{}    {} {}\n", indent, words_of(all_, *other), end_of(all_, *other, all_waits_));
            else
                tell(*other, depth + 1);
        }
    }

    const session_facts& all_;
    bool all_waits_;
    wait_graph graph_;
    std::vector<u32> way_;  ///< the threads on the way from the first one
};

int explain(const choices& asked) {
    const session read = read_waits(asked.where);
    const session_facts& all = *read.facts;
    const facts::process_facts* process = all.process_of_id(asked.process);
    if (process == nullptr)
        throw facts::unreadable(fmt::format("{}: there is no process {}", read.path, asked.process));
    story told(all, read.all_waits);
    nlohmann::json out{{"process", process->id},
                       {"program", process->program},
                       {"stopped", process->stopped},
                       {"torn", read.torn},
                       {"threads", nlohmann::json::array()}};
    for (const u32 t : process->threads) out["threads"].push_back(told.as_json(*all.thread(t)));
    if (asked.json) {
        print(out);
        return all_well;
    }
    if (process->stopped) fmt::print("process {} is stopped, by a signal or a debugger\n", words_of(*process));
    for (const u32 t : process->threads) {
        const thread_facts& thread = *all.thread(t);
        if (thread.waits_for.empty())
            fmt::print("{} {}\n", words_of(all, thread), end_of(all, thread, read.all_waits));
        else
            told.tell(thread, 0);
    }
    return all_well;
}

}  // namespace

void add_why(CLI::App& program, int& exit_code) {
    auto* command =
        program.add_subcommand("why", "Why a process does not go on: for what its threads wait, and for whom");
    command->footer(
        "Follows each wait to its end: a thread that runs, one that is stopped, or a circle. Threads are those that\n"
        "have called kobj.\n\n"
        "  kobj why 4711");
    auto asked = std::make_shared<choices>();
    add_question(*command, *asked);
    command->add_option("PID", asked->process, "The process")->required();
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return explain(*asked); }); });
}

}  // namespace kobj::tool
