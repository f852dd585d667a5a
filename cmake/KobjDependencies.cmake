# Header-only dependencies. None of them is visible to a consumer of kobj.
include(FetchContent)

# Sets <variable> to a folder with <header>. In a cross build that has no such library of its own, the host's headers
# serve: they are linked into a folder that holds nothing else, since /usr/include as a whole would break the build.
# Stays <variable>-NOTFOUND when there are none.
function(kobj_find_headers variable header)
    find_path(${variable} ${header} ${ARGN})
    if(NOT ${variable} AND CMAKE_CROSSCOMPILING)
        find_path(${variable}_ON_HOST ${header} PATHS /usr/include /usr/local/include NO_DEFAULT_PATH
                  NO_CMAKE_FIND_ROOT_PATH)
        if(${variable}_ON_HOST)
            string(REGEX REPLACE "/.*" "" folder ${header})
            file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/host_include)
            file(CREATE_LINK ${${variable}_ON_HOST}/${folder} ${PROJECT_BINARY_DIR}/host_include/${folder}
                 COPY_ON_ERROR SYMBOLIC)
            set(${variable} ${PROJECT_BINARY_DIR}/host_include CACHE PATH "Folder of ${header}" FORCE)
        endif()
    endif()
    mark_as_advanced(${variable} ${variable}_ON_HOST)
endfunction()

function(kobj_require_headers variable header what)
    if(NOT ${variable})
        message(FATAL_ERROR "kobj needs ${what} (${header}). Install it or set ${variable} to its folder.")
    endif()
endfunction()

# fmt, used header-only.
kobj_find_headers(KOBJ_FMT_INCLUDE fmt/format.h)
if(NOT KOBJ_FMT_INCLUDE AND KOBJ_FETCH_DEPENDENCIES)
    FetchContent_Declare(kobj_fmt URL https://github.com/fmtlib/fmt/archive/refs/tags/9.1.0.tar.gz SOURCE_SUBDIR none)
    FetchContent_MakeAvailable(kobj_fmt)
    set(KOBJ_FMT_INCLUDE ${kobj_fmt_SOURCE_DIR}/include)
endif()
kobj_require_headers(KOBJ_FMT_INCLUDE fmt/format.h "{fmt}")

if(WIN32)
    # mincore: CompareObjectHandles. ntdll: the questions about handles that Win32 does not answer.
    set(KOBJ_WINDOWS_LIBRARIES mincore ntdll)
else()
    set(THREADS_PREFER_PTHREAD_FLAG ON)
    find_package(Threads REQUIRED)
    kobj_find_headers(KOBJ_BOOST_INCLUDE boost/interprocess/offset_ptr.hpp)
    kobj_require_headers(KOBJ_BOOST_INCLUDE boost/interprocess/offset_ptr.hpp "Boost.Interprocess")
endif()
