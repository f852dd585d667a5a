#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <time.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "arena_session.hpp"
#include "trace_picture.hpp"
#include "trace_switch.hpp"
#include "words.hpp"

// kobj trace: what happens in a session, as it happens, or what happened last.
namespace kobj::tool {

using namespace posix;
using trace::what;

namespace {

struct choices : question {
    double seconds = 0;  ///< 0: until it is interrupted, or stopped
    bool start = false;
    bool stop = false;
    bool show = false;
    std::string picture;
};

constexpr u64 second = 1'000'000'000;
/// Should this program be killed, the session notes nothing any more so long after.
constexpr u64 lease = 3 * second;
/// Of a file that is shown at once, not to be filled without end.
constexpr std::size_t most_of_a_picture = 2'000'000;

u64 now() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<u64>(t.tv_sec) * second + static_cast<u64>(t.tv_nsec);
}

u64 nanoseconds_of(double seconds) {
    return static_cast<u64>(seconds * 1e9);
}

// Of what is still there; who has gone keeps the name it had.
class program_names {
public:
    void look(const source& where) {
        try {
            const session read = read_arena(where, 1);
            for (const facts::process_facts& p : read.facts->processes()) {
                if (!p.program.empty()) known_[p.id] = p.program;
            }
        } catch (const facts::unreadable&) {
            // Then they are shown by their numbers.
        }
    }
    [[nodiscard]] const std::map<u32, std::string>& all() const noexcept { return known_; }
    [[nodiscard]] std::string of(u32 process) const {
        const auto found = known_.find(process);
        return found == known_.end() ? std::string() : found->second;
    }

private:
    std::map<u32, std::string> known_;
};

std::string about(const traced_event& e) {
    switch (e.what) {
        case what::created:
        case what::opened:
        case what::duplicated:
        case what::closed:
            return fmt::format("handle {:#x}", e.detail);
        case what::waits: {
            const u32 count = e.detail >> 8U & 0xFF;
            if (count <= 1) return {};
            return fmt::format("{} of {}, {}", (e.detail & 0xFF) + 1, count,
                               (e.detail >> 16U & 1U) != 0 ? "for all" : "for any");
        }
        case what::released:
            return e.type == object_type::semaphore ? fmt::format("{} units", e.detail) : std::string();
        case what::ended:
            return fmt::format("code {}", e.detail);
        default:
            return {};
    }
}

nlohmann::json json_of(const traced_event& e, const program_names& programs) {
    nlohmann::json out{{"number", e.number},   {"time_ns", e.time},
                       {"process", e.process}, {"program", programs.of(e.process)},
                       {"thread", e.thread},   {"event", word_of(e.what)}};
    if (e.object != 0) {
        out["object"] = e.object & 0xFFFF'FFFF;
        out["generation"] = e.object >> 32U;
        out["type"] = type_of(facts::object_facts{.type = e.type});
        out["name"] = e.name;
    }
    out["detail"] = e.detail;
    return out;
}

class output {
public:
    output(const choices& asked, const program_names& programs) : asked_(asked), programs_(programs) {}

    void write(const trace_ring::batch& some) {
        if (some.lost != 0)
            say({{"lost", some.lost}}, fmt::format("({} events were overwritten before they were read)", some.lost));
        if (some.torn != 0) say({{"torn", some.torn}}, fmt::format("({} events were cut short by a kill)", some.torn));
        for (const traced_event& e : some.events) {
            if (!begin_) begin_ = e.time;
            if (!asked_.picture.empty()) {
                if (kept_.size() < most_of_a_picture) kept_.push_back(e);
            } else if (asked_.json) {
                line(json_of(e, programs_));
            } else {
                const std::string program = programs_.of(e.process);
                const std::string who = program.empty() ? fmt::format("{}", e.process)
                                                        : fmt::format("{} ({})", e.process, printable(program));
                fmt::print("{:>13.6f}  {:<22} {:<8} {:<14} {}{}{}\n",
                           static_cast<double>(e.time - std::min(*begin_, e.time)) / 1e9, who,
                           e.thread == 0 ? std::string("-") : std::to_string(e.thread), word_of(e.what), object_of(e),
                           about(e).empty() || e.object == 0 ? "" : ", ", about(e));
            }
        }
        std::fflush(stdout);
    }

    void finish() {
        if (asked_.picture.empty()) return;
        std::ofstream file(asked_.picture, std::ios::binary);
        file << picture_of(kept_, programs_.all()).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
             << '\n';
        file.close();
        if (!file) throw facts::unreadable(fmt::format("{}: cannot be written", asked_.picture));
        fmt::print(stderr, "{}: {} events\n", asked_.picture, kept_.size());
    }

private:
    static void line(const nlohmann::json& one) {
        fmt::print("{}\n", one.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    void say(const nlohmann::json& one, const std::string& words) const {
        if (asked_.json && asked_.picture.empty())
            line(one);
        else
            fmt::print(stderr, "{}\n", words);
    }

    const choices& asked_;
    const program_names& programs_;
    std::optional<u64> begin_;
    std::vector<traced_event> kept_;
};

volatile std::sig_atomic_t interrupted = 0;

void follow(const choices& asked, const std::string& path, trace_ring& ring, program_names& programs, output& out) {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    for (const int s : {SIGINT, SIGTERM, SIGHUP}) sigaction(s, &action, nullptr);
    trace_switch session(path);
    const u64 before = session.until();
    ring.skip();
    const u64 begin = now();
    const u64 end = asked.seconds == 0 ? trace_switch::for_good : begin + nanoseconds_of(asked.seconds);
    constexpr u64 between_reads = second / 20;
    constexpr u64 between_looks = second / 2;
    constexpr u64 settling = second / 4;
    u64 looked = 0;
    for (u64 t = begin; interrupted == 0 && t < end && std::ferror(stdout) == 0; t = now()) {
        const bool looks = t - looked >= between_looks;
        // Often at the beginning, for objects that were being given back to the quick paths.
        if (looks || t - begin < settling) session.on_until(t + lease);
        if (looks) {
            programs.look(asked.where);
            looked = t;
        }
        out.write(ring.next());
        const timespec pause{0, static_cast<long>(std::min(between_reads, end - t))};
        nanosleep(&pause, nullptr);
    }
    // Unless somebody else has asked for it.
    if (before < begin && session.until() <= now() + lease) session.off();
    programs.look(asked.where);
}

int trace_session(const choices& asked) {
    const arena_file arena = open_arena(asked.where);
    try {
        if (asked.stop) {
            trace_switch(arena.path).off();
            return all_well;
        }
        if (asked.start) {
            trace_switch session(arena.path);
            const u64 until = asked.seconds == 0 ? trace_switch::for_good : now() + nanoseconds_of(asked.seconds);
            // More than once, for objects that are being given back to the quick paths at this moment.
            for (int i = 0; i < 3; ++i) {
                session.on_until(until);
                const timespec pause{0, 20'000'000};
                nanosleep(&pause, nullptr);
            }
            return all_well;
        }
        trace_ring ring(arena.file.get());
        program_names programs;
        if (arena.is_session) programs.look(asked.where);
        output out(asked, programs);
        if (!asked.show && arena.is_session) follow(asked, arena.path, ring, programs, out);
        out.write(ring.next(true));
        out.finish();
        return all_well;
    } catch (const facts::unreadable& why) {
        const std::string text = why.what();
        throw text.starts_with(arena.path) ? why : facts::unreadable(fmt::format("{}: {}", arena.path, text));
    }
}

}  // namespace

void add_trace(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("trace", "What happens in a session: events, as text or for Perfetto");
    command->footer(
        "Without --start, --stop or --show it notes what happens as long as it runs. While it does, each call takes "
        "the\n"
        "session's lock; otherwise nothing is noted, and costs nothing. The session keeps the last 32,768 events.\n\n"
        "  kobj trace                         until it is interrupted\n"
        "  kobj trace --for 2 --chrome trace.json    for ui.perfetto.dev or chrome://tracing\n"
        "  kobj trace --start                 note until --stop, also when all hang or crash\n"
        "  kobj trace --show                  what was noted last\n"
        "  kobj trace --show --arena copy --json");
    auto asked = std::make_shared<choices>();
    add_question(*command, *asked);
    auto* start = command->add_flag("--start", asked->start, "Begin to note, and leave it so");
    auto* stop = command->add_flag("--stop", asked->stop, "End it");
    auto* show = command->add_flag("--show", asked->show, "What was noted, without beginning to");
    start->excludes(stop)->excludes(show);
    stop->excludes(show);
    command->add_option("--for", asked->seconds, "End after so many seconds")->check(CLI::Range(0.01, 1e8));
    command->add_option("--chrome", asked->picture, "Write a file for Perfetto and chrome://tracing instead of text")
        ->excludes(start)
        ->excludes(stop);
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return trace_session(*asked); }); });
}

}  // namespace kobj::tool
