#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

#include "arena_file.hpp"
#include "posix/arena/session_path.hpp"
#include "posix/check/look.hpp"
#include "posix/os/proc.hpp"
#include "posix/os/shared_file.hpp"
#include "session.hpp"
#include "style.hpp"
#include "words.hpp"

// kobj doctor: is everything there that kobj needs, and why do two processes not see each other's objects?
namespace kobj::tool {

using namespace posix;

namespace {

struct choices : question {
    std::vector<u32> processes;
};

class findings {
public:
    void well(std::string text) { add(true, std::move(text)); }
    void bad(std::string text) { add(false, std::move(text)); }
    [[nodiscard]] bool all_well() const { return troubles_ == 0; }

    void show(bool json) const {
        if (json) {
            nlohmann::json out = nlohmann::json::array();
            for (const auto& [good, text] : all_) out.push_back({{"ok", good}, {"text", text}});
            print(nlohmann::json{{"ok", troubles_ == 0}, {"findings", std::move(out)}});
            return;
        }
        for (const auto& [good, text] : all_) fmt::print("{}  {}\n", good ? "ok     " : alarm("TROUBLE"), text);
    }

private:
    void add(bool good, std::string text) {
        all_.emplace_back(good, std::move(text));
        troubles_ += good ? 0 : 1;
    }
    std::vector<std::pair<bool, std::string>> all_;
    int troubles_ = 0;
};

// What decides which session a process is in.
struct surroundings {
    u32 id = 0;
    uid_t user = 0;
    std::string pid_namespace;
    std::optional<std::string> session;  ///< KOBJ_SESSION; nothing: cannot be read, or is not set
    dev_t shared_folder = 0;
    std::string arena;  ///< the file that it has mapped; empty: none
    bool removed = false;
};

// The arena that a process has mapped, by its number: who has made it knows it by another name.
void find_arena(surroundings& seen) {
    const std::string folder = fmt::format("/proc/{}/root{}", seen.id, os::shared_folder);
    std::map<ino_t, std::string> arenas;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(folder, ignored)) {
        const std::string name = file.path().filename().string();
        struct stat facts {};
        if (name.starts_with("kobj.") && name.find(beside_mark) == std::string::npos &&
            stat(file.path().c_str(), &facts) == 0)
            arenas.emplace(facts.st_ino, fmt::format("{}/{}", os::shared_folder, name));
    }
    std::ifstream maps(fmt::format("/proc/{}/maps", seen.id));
    for (std::string line; std::getline(maps, line);) {
        // From-to, rights, offset, device, number, path.
        std::istringstream words(line);
        std::string skipped;
        ino_t number = 0;
        std::string path;
        words >> skipped >> skipped >> skipped >> skipped >> number >> path;
        const auto there = arenas.find(number);
        if (there != arenas.end() && path.starts_with(os::shared_folder)) {
            seen.arena = there->second;
            return;
        }
        const bool own = path.starts_with(fmt::format("{}/kobj.", os::shared_folder)) ||
                         path.starts_with(fmt::format("{}/#", os::shared_folder));
        if (own && path.find(beside_mark) == std::string::npos && line.ends_with("(deleted)")) {
            seen.arena = path;
            seen.removed = true;
        }
    }
}

std::string link_at(const std::string& path) {
    std::string target(256, '\0');
    const ssize_t length = readlink(path.c_str(), target.data(), target.size());
    target.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return target;
}

std::optional<std::string> variable_of(u32 id, std::string_view name) {
    std::ifstream file(fmt::format("/proc/{}/environ", id), std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    for (std::size_t at = 0; at < all.size(); at = all.find('\0', at) + 1) {
        const std::string one = all.c_str() + at;
        if (one.starts_with(name) && one[name.size()] == '=') return one.substr(name.size() + 1);
        if (all.find('\0', at) == std::string::npos) break;
    }
    return std::nullopt;
}

std::optional<surroundings> look_around(u32 id) {
    const std::string folder = fmt::format("/proc/{}", id);
    struct stat facts {};
    if (stat(folder.c_str(), &facts) != 0) return std::nullopt;
    surroundings seen;
    seen.id = id;
    seen.user = facts.st_uid;
    seen.pid_namespace = link_at(folder + "/ns/pid");
    seen.session = variable_of(id, "KOBJ_SESSION");
    if (stat(fmt::format("{}/root{}", folder, os::shared_folder).c_str(), &facts) == 0)
        seen.shared_folder = facts.st_dev;
    find_arena(seen);
    return seen;
}

void look_at_machine(findings& out) {
    const std::string folder(os::shared_folder);
    struct statvfs space {};
    if (statvfs(folder.c_str(), &space) != 0) {
        out.bad(fmt::format("{}: {}. kobj keeps its sessions there.", folder, std::strerror(errno)));
        return;
    }
    const auto free = static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize) / 1048576;
    const std::string words = fmt::format("{}: {:.0f} MiB free", folder, free);
    if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0)
        out.bad(fmt::format("{}: user {} may not write there", folder, geteuid()));
    else if (free < 8)
        out.bad(words + ". A session that cannot grow gives error 1450 (no system resources).");
    else
        out.well(words);
    if (os::pid_namespace() == 0) out.bad("/proc is not there, or not readable: kobj cannot tell who lives");
}

void look_at_session(const choices& asked, findings& out) {
    try {
        const arena_file arena = open_arena(asked.where);
        const check::report found = check::look(arena.file.get(), arena.is_session ? arena.path : std::string());
        if (!found.is_whole())
            out.bad(fmt::format("{}: damaged, {} problems; kobj check lists them", arena.path, found.problems.size()));
        else
            out.well(fmt::format("{}: whole; {} processes, {} objects", arena.path, found.counted.processes,
                                 found.counted.objects));
        for (const std::string& debt : found.debts) out.well("left by the dead: " + debt);
    } catch (const facts::unreadable& why) {
        out.bad(fmt::format("{} (a session is made by the first process that calls kobj)", why.what()));
    }
}

std::string words_of(const surroundings& p) {
    return fmt::format("process {}: user {}, {}, session {}{}", p.id, p.user, p.pid_namespace,
                       !p.session ? "without a name" : fmt::format("\"{}\"", printable(*p.session)),
                       p.arena.empty() ? ", has not called kobj" : ", arena " + p.arena);
}

void compare(const surroundings& a, const surroundings& b, findings& out) {
    const auto differ = [&](const std::string& why) {
        out.bad(fmt::format("processes {} and {} do not see each other: {}", a.id, b.id, why));
    };
    if (a.user != b.user) return differ("a session belongs to one user");
    if (a.pid_namespace != b.pid_namespace) return differ("they are in two PID namespaces (containers)");
    if (a.shared_folder != b.shared_folder) return differ("each has a /dev/shm of its own");
    if (a.session.value_or("") != b.session.value_or("")) return differ("KOBJ_SESSION is not the same");
    if (a.removed || b.removed)
        return differ("the arena of a session was removed while it was in use, as by systemd's RemoveIPC at a logout");
    if (a.arena.empty() || b.arena.empty())
        return out.well(fmt::format("processes {} and {} would be in one session", a.id, b.id));
    out.well(fmt::format("processes {} and {} are in one session", a.id, b.id));
}

int examine(const choices& asked) {
    findings out;
    look_at_machine(out);
    std::vector<surroundings> all;
    for (const u32 id : asked.processes) {
        auto seen = look_around(id);
        if (!seen) {
            out.bad(fmt::format("process {}: there is none", id));
            continue;
        }
        const std::string words = words_of(*seen);
        if (seen->removed)
            out.bad(words + ": the file was removed while it was in use");
        else
            out.well(words);
        all.push_back(std::move(*seen));
    }
    for (std::size_t i = 1; i < all.size(); ++i) compare(all[0], all[i], out);
    if (asked.processes.empty()) look_at_session(asked, out);
    out.show(asked.json);
    return out.all_well() ? all_well : found_trouble;
}

}  // namespace

void add_doctor(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("doctor", "What is wrong with a session, or between processes");
    command->footer(
        "Without a process: the machine and the session. With processes: why they do not see each other's objects.\n"
        "Exit code: 0 nothing is wrong, 1 something is.\n\n"
        "  kobj doctor\n"
        "  kobj doctor 4711 4712");
    auto asked = std::make_shared<choices>();
    add_question(*command, *asked);
    command->add_option("PID", asked->processes, "Processes to be compared");
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return examine(*asked); }); });
}

}  // namespace kobj::tool
