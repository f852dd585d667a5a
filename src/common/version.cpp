#include <kobj/version.hpp>

#define KOBJ_TEXT_OF(x) #x
#define KOBJ_TEXT(x) KOBJ_TEXT_OF(x)

namespace kobj {

const char* version() noexcept {
    return KOBJ_TEXT(KOBJ_VERSION_MAJOR) "." KOBJ_TEXT(KOBJ_VERSION_MINOR) "." KOBJ_TEXT(KOBJ_VERSION_PATCH);
}

}  // namespace kobj
