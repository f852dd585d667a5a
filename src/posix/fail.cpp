// Here alone fmt is compiled, see fail.hpp.
#define FMT_HEADER_ONLY
#include "posix/fail.hpp"

#include <fmt/format.h>

#include "posix/arena/arena.hpp"

namespace kobj::posix {

std::string format_text(fmt::string_view pattern, fmt::format_args arguments) {
    return fmt::vformat(pattern, arguments);
}

void fail_corrupt(std::string_view what) {
    fail(errc::file_corrupt, "{}: {} cannot be right", arena_path(), what);
}

}  // namespace kobj::posix
