#pragma once

#include "common/access_rights.hpp"

namespace kobj::posix {

/// The rights that a caller asks for, as an entry keeps them. Throws failure (invalid_parameter) for rights that the
/// type does not have.
inline access_mask granted(access_mask asked, object_type type) {
    auto rights = detail::resolve_access(type, asked);
    if (!rights) throw std::move(rights).error();
    return *rights;
}

}  // namespace kobj::posix
