#include "posix/windows_h/process/attribute_list.hpp"

#include <cstddef>

#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

namespace {

using list_type = _PROC_THREAD_ATTRIBUTE_LIST;
// More than there are attributes.
constexpr DWORD most = 64;

SIZE_T size_for(DWORD count) noexcept {
    return offsetof(list_type, first) + count * sizeof(list_type::attribute);
}

list_type::attribute* find(list_type* list, DWORD_PTR number) noexcept {
    for (DWORD i = 0; i < list->count; ++i)
        if (list->first[i].number == number) return &list->first[i];
    return nullptr;
}

}  // namespace

bool kobj::windows_h::find_attribute(const list_type* list, DWORD_PTR number,
                                     std::span<const HANDLE>& handles) noexcept {
    if (list == nullptr) return false;
    const auto* found = find(const_cast<list_type*>(list), number);
    if (found == nullptr) return false;
    handles = {static_cast<const HANDLE*>(found->value), found->size / sizeof(HANDLE)};
    return true;
}

BOOL InitializeProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD count, DWORD flags, PSIZE_T size) {
    if (size == nullptr || flags != 0 || count > most) return refuse(ERROR_INVALID_PARAMETER);
    const SIZE_T needed = size_for(count);
    const bool fits = list != nullptr && *size >= needed;
    *size = needed;
    if (!fits) return refuse(ERROR_INSUFFICIENT_BUFFER);
    list->room = count;
    list->count = 0;
    return TRUE;
}

BOOL UpdateProcThreadAttribute(LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD flags, DWORD_PTR number, PVOID value,
                               SIZE_T size, PVOID previous, PSIZE_T returned) {
    if (list == nullptr || (flags & ~PROC_THREAD_ATTRIBUTE_REPLACE_VALUE) != 0) return refuse(ERROR_INVALID_PARAMETER);
    // No attribute here has a former value to replace or to give.
    if (flags != 0 || previous != nullptr || returned != nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if (list->count == list->room) return refuse(ERROR_GEN_FAILURE);
    const bool one = number == PROC_THREAD_ATTRIBUTE_PARENT_PROCESS;
    if (!one && number != PROC_THREAD_ATTRIBUTE_HANDLE_LIST && number != PROC_THREAD_ATTRIBUTE_JOB_LIST)
        return refuse(ERROR_NOT_SUPPORTED);
    if (one ? size != sizeof(HANDLE) : size == 0 || size % sizeof(HANDLE) != 0) return refuse(ERROR_BAD_LENGTH);
    if (value == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if (find(list, number) != nullptr) return refuse(ERROR_OBJECT_NAME_EXISTS);
    list->first[list->count++] = {number, value, size};
    return TRUE;
}

VOID DeleteProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list) {
    if (list != nullptr) list->count = 0;
}
