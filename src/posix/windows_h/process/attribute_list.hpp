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

/// The list of PROC_THREAD_ATTRIBUTE_HANDLE_LIST, or nothing when there is none.
bool find_handle_list(const _PROC_THREAD_ATTRIBUTE_LIST* list, std::span<const HANDLE>& handles) noexcept;

}  // namespace kobj::windows_h
