#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "arena_session.hpp"
#include "posix/arena/session_path.hpp"
#include "posix/facts/arena_facts.hpp"
#include "posix/os/record_lock.hpp"
#include "posix/os/shared_file.hpp"
#include "words.hpp"

// kobj clean: removes the sessions in which nobody lives any more.
namespace kobj::tool {

using namespace posix;

namespace {

struct choices : question {
    bool dry = false;
};

struct finding {
    std::string path;
    std::string kept;  ///< why; empty: removed
};

// Whoever joins does it while the name cannot be removed, so nobody is in between.
finding clean(const std::string& path, bool dry) {
    const arena_file arena = open_arena({.session = {}, .file = path, .given = false});
    try {
        const arena_session read = read_arena({.session = {}, .file = path, .given = false});
        const facts::session_facts now = read_facts(read.copy, true);
        // A program without kobj that has inherited handles holds no lock.
        const auto lives =
            std::count_if(now.processes().begin(), now.processes().end(), [](const auto& p) { return p.runs; });
        if (lives != 0)
            return {path, lives == 1 ? "one process lives there" : fmt::format("{} processes live there", lives)};
    } catch (const facts::unreadable&) {
        // Of another layout. That nobody holds a lock in it has to do.
    }
    if (os::is_locked_by_others(arena.file.get())) return {path, "in use"};
    if (dry) return {path, {}};
    if (!os::unlink_if_same(arena.file.get(), path, os::is_locked_by_others)) return {path, "in use"};
    remove_files_beside(path);
    return {path, {}};
}

// Files beside an arena that is not there. They are listed before it is looked for: no new session has them.
std::vector<finding> clean_orphans(bool dry) {
    std::vector<std::string> files;
    std::error_code ignored;
    const std::string prefix = session_path(std::string_view());
    for (const auto& file : std::filesystem::directory_iterator(os::shared_folder, ignored)) {
        const std::string path = file.path().string();
        if (path.starts_with(prefix) && path.find(beside_mark) != std::string::npos) files.push_back(path);
    }
    std::vector<finding> found;
    for (const std::string& path : files) {
        if (std::filesystem::exists(path.substr(0, path.find(beside_mark)), ignored)) continue;
        if (dry || std::filesystem::remove(path, ignored)) found.push_back({path, {}});
    }
    return found;
}

int clean(const choices& asked) {
    std::vector<finding> found;
    if (asked.where.given) {
        const std::string path = open_arena(asked.where).path;
        found.push_back(clean(path, asked.dry));
    } else {
        const std::string here = session_path(std::string_view());
        for (const std::string& path : paths_of_sessions()) {
            // Who lives in another PID namespace cannot be found out from here.
            if (path == here || path.starts_with(here + '.'))
                found.push_back(clean(path, asked.dry));
            else
                found.push_back({path, "in another PID namespace"});
        }
        for (finding& orphan : clean_orphans(asked.dry)) found.push_back(std::move(orphan));
    }
    nlohmann::json out{{"dry_run", asked.dry}, {"removed", nlohmann::json::array()}, {"kept", nlohmann::json::array()}};
    for (const finding& one : found) {
        if (one.kept.empty())
            out["removed"].push_back(one.path);
        else
            out["kept"].push_back({{"path", one.path}, {"why", one.kept}});
        if (asked.json) continue;
        if (one.kept.empty())
            fmt::print("{} {}\n", asked.dry ? "to be removed:" : "removed", one.path);
        else
            fmt::print("kept {}: {}\n", one.path, one.kept);
    }
    if (asked.json)
        print(out);
    else if (found.empty())
        fmt::print("There is no session of this user.\n");
    return all_well;
}

}  // namespace

void add_clean(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("clean", "Removes sessions in which nobody lives any more");
    command->footer(
        "The last process of a session removes it. When all were killed at once its files stay, until the next one of\n"
        "that session comes; this command removes them before. One in which a process lives is left alone.\n\n"
        "  kobj clean --dry-run\n"
        "  kobj clean --session build");
    auto asked = std::make_shared<choices>();
    auto* session = command->add_option("--session", asked->where.session, "Only the session of this name");
    session->each([asked](const std::string&) { asked->where.given = true; });
    command->add_flag("--dry-run", asked->dry, "Only say what would be removed");
    command->add_flag("--json", asked->json, "As JSON");
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return clean(*asked); }); });
}

}  // namespace kobj::tool
