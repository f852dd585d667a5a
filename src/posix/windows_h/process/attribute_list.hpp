#pragma once

#include <span>

#include <windows.h>

struct _PROC_THREAD_ATTRIBUTE_LIST {
    struct attribute {
        DWORD_PTR number;
        PVOID value;  ///< the caller's memory, read when a process is started
        SIZE_T size;
    };
    DWORD room;
    DWORD count;
    attribute first[1];
};

namespace kobj::windows_h {

/// The handles of an attribute that is one or several; false when it is not in the list.
bool find_attribute(const _PROC_THREAD_ATTRIBUTE_LIST* list, DWORD_PTR number,
                    std::span<const HANDLE>& handles) noexcept;

}  // namespace kobj::windows_h
