// Here alone fmt is compiled, see fail.hpp.
#define FMT_HEADER_ONLY
#include "posix/fail.hpp"

#include <fmt/format.h>

namespace kobj::posix {

void (*on_misuse)(const misuse&) noexcept = nullptr;

std::string format_text(fmt::string_view pattern, fmt::format_args arguments) {
    return fmt::vformat(pattern, arguments);
}

}  // namespace kobj::posix
