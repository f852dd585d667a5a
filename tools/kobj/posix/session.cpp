#include "session.hpp"

#include "arena_session.hpp"
#include "posix/arena/session_path.hpp"
#include "posix/facts/arena_facts.hpp"
#include "posix/fail.hpp"

namespace kobj::tool {

using namespace posix;

arena_session read_arena(const source& where, int copies) {
    arena_session read;
    read.arena = open_arena(where);
    read.path = read.arena.path;
    const auto copy = std::make_shared<image>();
    try {
        copy->read_still(read.arena.file.get(), copies);
        read.torn = !copy->stood_still();
    } catch (const facts::unreadable& why) {
        throw facts::unreadable(text("{}: {}", read.path, why.what()));
    }
    // What a change that had not ended has done is taken back. What is wrong with the log, kobj check says.
    copy->undo();
    read.copy = copy;
    read.facts = std::make_shared<facts::session_facts>(read_facts(copy, read.arena.is_session));
    return read;
}

session read_session(const source& where) {
    return read_arena(where);
}

session read_waits(const source& where) {
    return read_arena(where);
}

std::vector<known_session> known_sessions() {
    const std::string own = session_path(std::string_view());
    std::vector<known_session> all;
    for (const std::string& path : paths_of_sessions()) {
        known_session one;
        one.where.file = one.path = path;
        one.here = path == own || path.starts_with(own + '.');
        if (one.here && path != own) one.name = path.substr(own.size() + 1);
        all.push_back(std::move(one));
    }
    return all;
}

void add_source(CLI::App& command, source& where) {
    auto* session = command.add_option(
        "--session", where.session, "The session's name; without it that of KOBJ_SESSION, or the one without a name");
    session->each([&where](const std::string&) { where.given = true; });
    command.add_option("--arena", where.file, "A copy of an arena's file instead of a session")
        ->excludes(session)
        ->type_name("FILE");
}

}  // namespace kobj::tool
