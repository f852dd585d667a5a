#include "command.hpp"

#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include "posix/facts/image.hpp"
#include "words.hpp"

namespace kobj::tool {

void add_source(CLI::App& command, source& where) {
    auto* session = command.add_option(
        "--session", where.session, "The session's name; without it that of KOBJ_SESSION, or the one without a name");
    session->each([&where](const std::string&) { where.given = true; });
    command.add_option("--arena", where.file, "A copy of an arena's file instead of a session")
        ->excludes(session)
        ->type_name("FILE");
}

void add_question(CLI::App& command, question& asked) {
    add_source(command, asked.where);
    command.add_flag("--json", asked.json, "As JSON");
}

int answer(const CLI::App& command, const question& asked, const std::function<int()>& work) {
    try {
        return work();
    } catch (const posix::facts::unreadable& why) {
        if (asked.json) print(nlohmann::json{{"error", why.what()}});
        fmt::print(stderr, "kobj {}: {}\n", command.get_name(), why.what());
        return cannot_answer;
    }
}

}  // namespace kobj::tool
