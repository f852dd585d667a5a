#include "session.hpp"

#include "posix/fail.hpp"

namespace kobj::tool {

using namespace posix;

session read_session(const source& where, int copies) {
    session read;
    read.arena = open_arena(where);
    read.copy = std::make_unique<facts::image>();
    try {
        read.copy->read_still(read.arena.file.get(), copies);
        read.torn = !read.copy->stood_still();
    } catch (const facts::unreadable& why) {
        throw facts::unreadable(text("{}: {}", read.arena.path, why.what()));
    }
    // What a change that had not ended has done is taken back. What is wrong with the log, kobj check says.
    read.copy->undo();
    read.facts = std::make_unique<facts::session_facts>(*read.copy, read.arena.is_session);
    return read;
}

}  // namespace kobj::tool
