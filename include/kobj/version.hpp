#pragma once

#include <kobj/export.hpp>

#define KOBJ_VERSION_MAJOR 0
#define KOBJ_VERSION_MINOR 1
#define KOBJ_VERSION_PATCH 0

namespace kobj {

/// The version of the library that the program runs with, as in "0.1.0".
[[nodiscard]] KOBJ_API const char* version() noexcept;

}  // namespace kobj
