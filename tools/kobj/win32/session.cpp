#include "session.hpp"

#include "win32/facts/system_facts.hpp"
#include "win32/object_path.hpp"
#include "win32/wide.hpp"

namespace kobj::tool {

namespace {

session session_of(detail::system_facts seen) {
    return {detail::to_utf8(detail::local_names()), std::make_shared<facts::session_facts>(std::move(seen.all)), false,
            false};
}

}  // namespace

session read_session(const source&) {
    return session_of(detail::read_system({.own = false, .waits = true}));
}

session read_waits(const source&) {
    auto seen = detail::read_system({.own = false, .waits = true});
    if (!seen.tells_waits) throw facts::unreadable("this system does not tell who waits for whom");
    return session_of(std::move(seen));
}

std::vector<known_session> known_sessions() {
    return {{{}, detail::to_utf8(detail::local_names()), {}, true}};
}

void add_source(CLI::App&, source&) {}

}  // namespace kobj::tool
