#pragma once

/// KOBJ_API marks what the library exports. A consumer of the static library gets
/// KOBJ_STATIC from the CMake target or the pkg-config file.
#if defined(KOBJ_STATIC)
#    define KOBJ_API
#elif defined(_WIN32)
#    if defined(KOBJ_BUILDING)
#        define KOBJ_API __declspec(dllexport)
#    else
#        define KOBJ_API __declspec(dllimport)
#    endif
#else
#    define KOBJ_API __attribute__((visibility("default")))
#endif
