#pragma once

#include "windows.hpp"

namespace kobj::detail {

/// The attributes of a new handle: inheritable or not, with the default security descriptor.
[[nodiscard]] inline SECURITY_ATTRIBUTES attributes(bool inheritable) noexcept {
    return {sizeof(SECURITY_ATTRIBUTES), nullptr, inheritable ? TRUE : FALSE};
}

}  // namespace kobj::detail
