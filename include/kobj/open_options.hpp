#pragma once

#include <kobj/access.hpp>

namespace kobj {

/// For opening an object by its name.
struct open_options {
    bool inheritable = false;
    access_mask access = access::maximum_allowed;
};

}  // namespace kobj
