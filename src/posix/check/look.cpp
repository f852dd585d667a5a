#include "posix/check/look.hpp"

#include <unistd.h>
#include <kobj/handle.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>

#include "posix/arena/session_path.hpp"
#include "posix/check/check.hpp"
#include "posix/fail.hpp"
#include "posix/os/proc.hpp"

namespace kobj::posix::check {

namespace {

constexpr u32 least_looks = 3;
constexpr u32 most_looks = 300;
constexpr useconds_t between_looks = 1000;

bool is_mapping(u32 type) {
    return type == static_cast<u32>(object_type::file_mapping) || type == state::section_limbo;
}

// The session files of file mappings: one for each, and none that belongs to nobody.
void compare_files(const image& arena, const std::string& path, report& out) {
    const std::filesystem::path own(path);
    const std::string prefix = own.filename().string() + std::string(section_mark);
    std::map<u64, bool> there;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(own.parent_path(), ignored)) {
        const std::string name = file.path().filename().string();
        if (!name.starts_with(prefix)) continue;
        u64 number = 0;
        const char* end = name.data() + name.size();
        const auto read = std::from_chars(name.data() + prefix.size(), end, number, 16);
        if (read.ec == std::errc() && read.ptr == end) there.emplace(number, false);
    }
    const u32 objects = std::min(arena.header().high_object.get(), arena.capacity(region::objects));
    for (u32 o = 1; o < objects; ++o) {
        const object_record& object = *arena.object(o);
        const u64 seen = object.state.get();
        // A file of the program's that is to be removed is in limbo, too.
        if (!is_mapping(state::type(seen)) || object.account.get() != 0) continue;
        const u64 number = object.body.get();
        const auto found = there.find(number);
        if (found != there.end()) {
            if (found->second)
                out.problems.push_back(
                    {rule::section_file, number, text("session file {:x} belongs to two file mappings", number)});
            found->second = true;
        } else if (state::type(seen) != state::section_limbo) {
            out.problems.push_back({rule::section_file, number,
                                    text("{}{}{:x}, the session file of object {}, a file mapping, is not there", path,
                                         std::string(section_mark), number, o)});
        }
    }
    for (const auto& [number, owned] : there) {
        if (!owned)
            out.problems.push_back({rule::section_file, number,
                                    text("{}{}{:x} belongs to no file mapping: nobody removes it", path,
                                         std::string(section_mark), number)});
    }
}

bool runs(u32 id, u64 start) {
    const os::process_facts facts = os::look_at_process(static_cast<pid_t>(id));
    return facts.exists && !facts.ending && (start == 0 || start == facts.start_time);
}

// What the dead have left. It is put in order by whoever comes across it.
void find_debts(const image& arena, report& out) {
    const u32 processes = std::min(arena.header().high_process.get(), arena.capacity(region::processes));
    for (u32 p = 1; p < processes; ++p) {
        const process_record& record = *arena.process(p);
        const auto state = process_state{record.state.get()};
        const bool started = state == process_state::foreign || state == process_state::attached ||
                             state == process_state::detached || state == process_state::execed;
        if (started && !runs(record.id.get(), record.start_time.get()))
            out.debts.push_back(text("process {} has ended and is not settled yet: it has {} handles", record.id.get(),
                                     record.used.get()));
    }
    const u32 threads = arena.capacity(region::threads);
    for (u32 t = 1; t < threads; ++t) {
        const thread_record& record = *arena.thread(t);
        const u64 identity = record.identity.get();
        const process_record* process = arena.process(record.process.get());
        const bool orphan = record.process.get() == 0 || process == nullptr ||
                            process->state.get() == static_cast<u32>(process_state::free);
        if (thread_claimed(identity) && orphan && !os::look_at_process(static_cast<pid_t>(thread_id(identity))).exists)
            out.debts.push_back(text("thread {} has ended, its record {} is not free yet", thread_id(identity), t));
        if (thread_leaving(identity))
            out.debts.push_back(text("a thread has been settled, its record {} is not free yet", t));
    }
    if (arena.header().removed_sections.get() != 0)
        out.debts.emplace_back("the file of a file mapping that is gone is still to be removed");
}

}  // namespace

report look(int file, const std::string& path) {
    image copy;
    // What was seen in each look at an arena that stood still: the same rule and record. And in each that did not: the
    // same words, too, for a torn copy of what changes all the time has something wrong in every look, but not the
    // same.
    std::optional<std::vector<problem>> still;
    std::optional<std::vector<problem>> torn;
    const auto keep = [](std::optional<std::vector<problem>>& standing, const std::vector<problem>& now, bool words) {
        if (!standing) {
            standing = now;
            return;
        }
        std::erase_if(*standing, [&](const problem& before) {
            return std::none_of(now.begin(), now.end(), [&](const problem& p) {
                return p.which == before.which && p.record == before.record && (!words || p.text == before.text);
            });
        });
    };
    u32 stills = 0;
    for (u32 n = 1;; ++n) {
        copy.read(file);
        report now = examine(copy);
        if (!path.empty()) {
            compare_files(copy, path, now);
            find_debts(copy, now);
        }
        now.looks = n;
        now.stood_still = copy.stood_still();
        stills += now.stood_still ? 1 : 0;
        keep(now.stood_still ? still : torn, now.problems, !now.stood_still);
        const auto& standing = still ? still : torn;
        if (standing->empty() || stills == least_looks || n == most_looks) {
            now.problems = *standing;
            now.stood_still = still.has_value();
            return now;
        }
        usleep(between_looks);
    }
}

}  // namespace kobj::posix::check
