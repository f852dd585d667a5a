#include "trace_picture.hpp"

#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/object_type.hpp"
#include "words.hpp"

namespace kobj::tool {

using namespace posix;
using trace::what;

namespace {

/// Process and thread.
using place = std::pair<u32, u32>;

class drawing {
public:
    drawing(const std::vector<traced_event>& events, const std::map<u32, std::string>& programs) {
        if (!events.empty()) end_ = events.back().time;
        for (const traced_event& e : events) add(e);
        for (const auto& [who, open] : waits_) slice(who, open.name, open.begin, end_, {{"end", "none so far"}});
        for (const auto& [object, by] : held_) held(object, by, end_, "e");
        for (const place& who : seen_) {
            const auto program = programs.find(who.first);
            const std::string name = program == programs.end() ? std::string() : program->second;
            name_it("process_name", who, name.empty() ? fmt::format("process {}", who.first) : name);
            if (who.second != 0)
                name_it("thread_name", who,
                        who.first == who.second ? "main thread" : fmt::format("thread {}", who.second));
        }
    }

    nlohmann::json all = nlohmann::json::array();

private:
    struct wait {
        u64 begin = 0;
        std::string name{};
    };
    struct holder {
        place who;
        std::string name;
        u64 begin = 0;
    };
    struct signal {
        place who;
        u64 when = 0;
    };

    static double microseconds(u64 time) { return static_cast<double>(time) / 1e3; }

    nlohmann::json& put(const char* phase, const place& who, const std::string& name, u64 time) {
        all.push_back(
            {{"ph", phase}, {"pid", who.first}, {"tid", who.second}, {"name", name}, {"ts", microseconds(time)}});
        return all.back();
    }
    void slice(const place& who, const std::string& name, u64 begin, u64 end, const nlohmann::json& about) {
        nlohmann::json& one = put("X", who, name, begin);
        one["dur"] = microseconds(end - std::min(begin, end));
        one["cat"] = "kobj";
        if (!about.empty()) one["args"] = about;
    }
    void name_it(const char* what_it_is, const place& who, const std::string& name) {
        put("M", who, what_it_is, 0)["args"] = {{"name", name}};
    }
    void held(u64 object, const holder& by, u64 when, const char* phase) {
        nlohmann::json& one = put(phase, by.who, by.name, when);
        one["cat"] = "held";
        one["id"] = fmt::format("{:#x}", object);
    }

    void add(const traced_event& e) {
        const place who{e.process, e.thread};
        seen_.insert(who);
        switch (e.what) {
            case what::waits:
                if (wait& one = waits_[who]; one.name.empty())
                    one = {e.time, "waits for " + object_of(e)};
                else
                    one.name += (e.detail >> 16U & 1U) != 0 ? " and " + object_of(e) : " or " + object_of(e);
                return;
            case what::acquired:
            case what::abandoned:
                woken(e, who);
                if (e.type == object_type::mutex) {
                    release(e.object, e.time);
                    const holder by{who, object_of(e), e.time};
                    held(e.object, by, e.time, "b");
                    held_.emplace(e.object, by);
                }
                return;
            case what::timed_out:
            case what::alerted:
                end_wait(e, who);
                return;
            case what::released:
                if (e.type == object_type::mutex) release(e.object, e.time);
                [[fallthrough]];
            case what::set:
            case what::pulsed:
                signals_[e.object] = {who, e.time};
                [[fallthrough]];
            default:
                // Long enough to be seen, and for an arrow to begin there.
                slice(who, fmt::format("{} {}", word_of(e.what), object_of(e)), e.time, e.time + 1000,
                      {{"detail", e.detail}});
        }
    }

    void release(u64 object, u64 when) {
        const auto found = held_.find(object);
        if (found == held_.end()) return;
        held(object, found->second, when, "e");
        held_.erase(found);
    }

    bool end_wait(const traced_event& e, const place& who) {
        const auto found = waits_.find(who);
        if (found == waits_.end()) return false;
        slice(who, found->second.name, found->second.begin, e.time, {{"end", word_of(e.what)}});
        waits_.erase(found);
        return true;
    }

    void woken(const traced_event& e, const place& who) {
        if (!end_wait(e, who)) return;
        const auto by = signals_.find(e.object);
        if (by == signals_.end() || by->second.who == who) return;
        // From inside of the one slice to inside of the other.
        nlohmann::json& from = put("s", by->second.who, "wakes", by->second.when + 500);
        from["cat"] = "kobj";
        from["id"] = ++arrows_;
        nlohmann::json& to = put("f", who, "wakes", std::max(by->second.when + 500, e.time));
        to["cat"] = "kobj";
        to["id"] = arrows_;
        to["bp"] = "e";
    }

    u64 end_ = 0;
    u64 arrows_ = 0;
    std::set<place> seen_;
    std::map<place, wait> waits_;
    std::map<u64, holder> held_;     ///< by number of the mutex
    std::map<u64, signal> signals_;  ///< the last one, by number of the object
};

}  // namespace

const char* word_of(what happened) {
    switch (happened) {
        case what::created:
            return "creates";
        case what::opened:
            return "opens";
        case what::duplicated:
            return "duplicates";
        case what::closed:
            return "closes";
        case what::waits:
            return "waits";
        case what::timed_out:
            return "times out";
        case what::alerted:
            return "is alerted";
        case what::acquired:
            return "gets";
        case what::abandoned:
            return "gets abandoned";
        case what::released:
            return "releases";
        case what::set:
            return "sets";
        case what::reset:
            return "resets";
        case what::pulsed:
            return "pulses";
        case what::began:
            return "begins";
        case what::ended:
            return "ends";
        default:
            return "does what this program does not know";
    }
}

std::string object_of(const traced_event& event) {
    if (event.object == 0) return {};
    const std::string_view type =
        event.type == object_type::other ? "private namespace" : detail::type_name(event.type);
    return event.name.empty() ? fmt::format("{} #{}", type, event.object & 0xFFFF'FFFF)
                              : fmt::format("{} \"{}\"", type, printable(event.name));
}

nlohmann::json picture_of(const std::vector<traced_event>& events, const std::map<u32, std::string>& programs) {
    return {{"traceEvents", drawing(events, programs).all}, {"displayTimeUnit", "ns"}};
}

}  // namespace kobj::tool
