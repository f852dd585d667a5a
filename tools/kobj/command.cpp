#include "command.hpp"

#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include "facts/unreadable.hpp"
#include "words.hpp"

namespace kobj::tool {

void add_question(CLI::App& command, question& asked) {
    add_source(command, asked.where);
    command.add_flag("--json", asked.json, "As JSON");
}

int answer(const CLI::App& command, const question& asked, const std::function<int()>& work) {
    try {
        return work();
    } catch (const facts::unreadable& why) {
        if (asked.json) print(nlohmann::json{{"error", why.what()}});
        fmt::print(stderr, "kobj {}: {}\n", command.get_name(), why.what());
        return cannot_answer;
    }
}

}  // namespace kobj::tool
