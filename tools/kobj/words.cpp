#include "words.hpp"

#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <span>

#include "common/access_rights.hpp"
#include "common/object_type.hpp"

namespace kobj::tool {

using facts::object_facts;
using facts::process_facts;
using facts::session_facts;
using facts::thread_facts;
using facts::u32;

namespace {

struct right {
    access_mask bit;
    const char* name;
};

std::span<const right> rights_of(object_type type) {
    static constexpr right mutex[] = {{access::mutex_modify_state, "modify"}};
    static constexpr right state[] = {{access::event_query_state, "query"}, {access::event_modify_state, "modify"}};
    static constexpr right file[] = {{access::file_read_data, "read"},
                                     {access::file_write_data, "write"},
                                     {access::file_append_data, "append"},
                                     {access::file_read_attributes, "read attributes"},
                                     {access::file_write_attributes, "write attributes"}};
    static constexpr right section[] = {{access::section_query, "query"},
                                        {access::section_map_write, "map to write"},
                                        {access::section_map_read, "map to read"}};
    static constexpr right job[] = {{access::job_assign_process, "assign"},
                                    {access::job_set_attributes, "set limits"},
                                    {access::job_query, "query"},
                                    {access::job_terminate, "terminate"}};
    static constexpr right process[] = {{access::process_terminate, "terminate"},
                                        {access::process_create_thread, "create thread"},
                                        {access::process_dup_handle, "duplicate handles"},
                                        {access::process_create_process, "create process"},
                                        {access::process_set_information, "set information"},
                                        {access::process_query_information, "query"},
                                        {access::process_suspend_resume, "suspend"},
                                        {access::process_query_limited_information, "query limited"}};
    static constexpr right thread[] = {{access::thread_terminate, "terminate"},
                                       {access::thread_suspend_resume, "suspend"},
                                       {access::thread_set_information, "set information"},
                                       {access::thread_query_information, "query"},
                                       {access::thread_query_limited_information, "query limited"}};
    switch (type) {
        case object_type::mutex:
            return mutex;
        case object_type::event:
        case object_type::semaphore:
        case object_type::timer:
            return state;
        case object_type::file:
            return file;
        case object_type::file_mapping:
            return section;
        case object_type::job:
            return job;
        case object_type::process:
            return process;
        case object_type::thread:
            return thread;
        default:
            return {};
    }
}

}  // namespace

std::string_view type_of(const object_facts& object) {
    return object.type == object_type::other ? "private namespace" : detail::type_name(object.type);
}

std::string printable(std::string_view text) {
    std::string shown(text);
    for (char& c : shown) {
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) c = '?';
    }
    return shown;
}

std::string words_of(const process_facts& process) {
    std::string words = process.program.empty() ? fmt::format("{}", process.id)
                                                : fmt::format("{} ({})", process.id, printable(process.program));
    if (!process.runs) words += ", which has ended";
    return words;
}

std::string words_of(const session_facts& all, const thread_facts& thread) {
    const process_facts* process = all.process(thread.process);
    if (process == nullptr) return fmt::format("thread {}", thread.id);
    if (thread.id == process->id) return fmt::format("main thread of {}", words_of(*process));
    return fmt::format("thread {} of {}", thread.id, words_of(*process));
}

std::string words_of(const session_facts& all, const object_facts& object) {
    if (object.type == object_type::process) {
        const process_facts* runs = all.process(object.runs);
        return fmt::format("process {}", runs == nullptr ? std::to_string(object.id) : words_of(*runs));
    }
    if (object.type == object_type::thread) {
        const thread_facts* runs = all.thread(object.runs);
        return runs == nullptr ? fmt::format("thread {}", object.id) : words_of(all, *runs);
    }
    if (object.type == object_type::none) return object.name;
    const std::string_view type = type_of(object);
    if (object.name.empty()) return fmt::format("unnamed {} #{}", type, object.record);
    return fmt::format("{} \"{}\"", type, printable(object.name));
}

std::string state_of(const session_facts& all, const object_facts& object) {
    if (!object.state_known) return "not told";
    const char* signaled = object.signaled ? "signaled" : "not signaled";
    const char* reset = !object.manual_reset ? "" : *object.manual_reset ? ", manual reset" : ", auto reset";
    switch (object.type) {
        case object_type::mutex:
        case object_type::none: {
            if (object.abandoned) return "abandoned";
            if (object.signaled) return "free";
            const thread_facts* owner = all.thread(object.owner);
            const std::string whose = owner == nullptr ? std::string("a thread") : words_of(all, *owner);
            return object.recursion > 1 ? fmt::format("held by {}, {} times", whose, object.recursion)
                                        : fmt::format("held by {}", whose);
        }
        case object_type::event:
            return fmt::format("{}{}", signaled, reset);
        case object_type::semaphore:
            return fmt::format("{} of {}", object.count, object.maximum);
        case object_type::timer: {
            std::string words = fmt::format("{}{}", signaled, reset);
            if (object.due_in) words += fmt::format(", due in {}", span_of(*object.due_in));
            if (object.period != 0) words += fmt::format(", every {} ms", object.period);
            return words;
        }
        case object_type::file: {
            static constexpr const char* kinds[] = {"of an unknown kind", "on disk", "a device", "a pipe"};
            return kinds[static_cast<int>(object.file)];
        }
        case object_type::file_mapping:
            return fmt::format("{} bytes", object.size);
        case object_type::job: {
            const std::size_t members = all.members_of(object).size();
            std::string words = fmt::format("{} member{}", members, members == 1 ? "" : "s");
            if (object.kill_on_close) words += ", which end with the last handle";
            if (const object_facts* outer = all.object(object.outer_job); outer != nullptr)
                words += fmt::format(", nested in {}", words_of(all, *outer));
            return words;
        }
        case object_type::process:
        case object_type::thread:
            return object.ended ? fmt::format("ended with {}", object.exit_code) : "runs";
        default:
            return {};
    }
}

const char* state_of(const process_facts& process) {
    if (process.is_opaque) return "may not be looked into";
    if (!process.runs) return "has ended, is not settled yet";
    if (process.stopped) return "stopped";
    switch (process.at) {
        case process_facts::stage::starting:
            return "being started";
        case process_facts::stage::without_kobj:
            return "has not called kobj";
        case process_facts::stage::ending:
            return "ends";
        default:
            return "runs";
    }
}

std::string access_of(access_mask access, object_type type) {
    if (access == detail::all_rights(type)) return "all";
    std::string words;
    const auto add = [&](access_mask bit, const char* name) {
        if ((access & bit) != bit) return;
        if (!words.empty()) words += ", ";
        words += name;
        access &= ~bit;
    };
    for (const right& each : rights_of(type)) add(each.bit, each.name);
    add(access::synchronize, "synchronize");
    add(access::delete_object, "delete");
    add(access::read_control, "read control");
    add(access::write_dac, "write DAC");
    add(access::write_owner, "write owner");
    if (access != 0) words += fmt::format("{}{:#x}", words.empty() ? "" : ", ", access);
    return words.empty() ? "none" : words;
}

std::string span_of(std::uint64_t nanoseconds) {
    const double seconds = static_cast<double>(nanoseconds) / 1e9;
    if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
    if (seconds < 100) return fmt::format("{:.1f} s", seconds);
    if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.1f} h", seconds / 3600);
}

nlohmann::json json_of(const session_facts& all, const thread_facts& thread) {
    nlohmann::json out{{"thread", thread.id}};
    if (const process_facts* process = all.process(thread.process)) {
        out["process"] = process->id;
        out["program"] = process->program;
    }
    return out;
}

namespace {

void add_state(const session_facts& all, const object_facts& object, nlohmann::json& out) {
    out["signaled"] = object.signaled;
    switch (object.type) {
        case object_type::mutex:
            out["abandoned"] = object.abandoned;
            out["recursion"] = object.recursion;
            if (const thread_facts* owner = all.thread(object.owner); owner != nullptr && object.owner != 0)
                out["owner"] = json_of(all, *owner);
            break;
        case object_type::semaphore:
            out["count"] = object.count;
            out["maximum"] = object.maximum;
            break;
        case object_type::event:
            if (object.manual_reset) out["manual_reset"] = *object.manual_reset;
            break;
        case object_type::timer:
            // Of a timer the system tells all of this, or none.
            if (object.manual_reset) {
                out["manual_reset"] = *object.manual_reset;
                out["period_ms"] = object.period;
            }
            break;
        case object_type::file_mapping:
            out["size"] = object.size;
            break;
        case object_type::job:
            out["kill_on_close"] = object.kill_on_close;
            if (all.object(object.outer_job) != nullptr) out["outer_job"] = object.outer_job;
            out["members"] = nlohmann::json::array();
            for (const process_facts* each : all.members_of(object))
                out["members"].push_back({{"process", each->id}, {"program", each->program}});
            break;
        case object_type::process:
        case object_type::thread:
            out["id"] = object.id;
            out["ended"] = object.ended;
            if (object.ended) out["exit_code"] = object.exit_code;
            break;
        default:
            break;
    }
}

}  // namespace

nlohmann::json json_of(const session_facts& all, const object_facts& object) {
    nlohmann::json out{{"object", object.record},
                       {"type", type_of(object)},
                       {"name", object.name},
                       {"usage_count", object.handles},
                       {"references", object.references}};
    if (object.state_known) add_state(all, object, out);
    out["waiters"] = nlohmann::json::array();
    for (const u32 t : object.waiters) {
        if (const thread_facts* thread = all.thread(t)) out["waiters"].push_back(json_of(all, *thread));
    }
    return out;
}

void print(const nlohmann::json& value) {
    fmt::print("{}\n", value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace kobj::tool
