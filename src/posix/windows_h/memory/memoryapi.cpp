#include <kobj/file_mapping.hpp>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/file/open_file.hpp"
#include "posix/windows_h/security/security.hpp"

using namespace kobj::windows_h;

namespace {

constexpr DWORD sections = SEC_IMAGE | SEC_RESERVE | SEC_COMMIT | SEC_NOCACHE | SEC_WRITECOMBINE | SEC_LARGE_PAGES;

/// 0, or why there is no such mapping. Wine and Windows agree on the order.
DWORD refusal(DWORD flags, std::uint64_t size) noexcept {
    constexpr DWORD of_committed = SEC_NOCACHE | SEC_WRITECOMBINE | SEC_LARGE_PAGES;
    const bool image = (flags & SEC_IMAGE) != 0;
    const DWORD kinds = flags & (SEC_RESERVE | SEC_COMMIT);
    if (kinds == (SEC_RESERVE | SEC_COMMIT) || (image && kinds != 0)) return ERROR_INVALID_PARAMETER;
    if (size == 0) return ERROR_INVALID_PARAMETER;
    // Memory is no program.
    if (image) return ERROR_BAD_EXE_FORMAT;
    if ((flags & of_committed) != 0 && kinds == 0) return ERROR_INVALID_PARAMETER;
    if ((flags & SEC_LARGE_PAGES) != 0)
        return (flags & SEC_COMMIT) == 0 ? ERROR_INVALID_PARAMETER : ERROR_PRIVILEGE_NOT_HELD;
    return 0;
}

template <class Char>
HANDLE create_over(HANDLE file, const SECURITY_ATTRIBUTES* attributes, DWORD flags, std::uint64_t size,
                   const Char* name, kobj::file_mapping_options& options) noexcept {
    const bool write = options.protection == kobj::mapping_protection::read_write;
    const auto found = file_of(file);
    if (!found) return nullptr;
    const DWORD needed = FILE_READ_DATA | (write ? FILE_WRITE_DATA : 0);
    if ((found->access & needed) != needed) return refuse_handle(ERROR_ACCESS_DENIED);
    if ((flags & SEC_IMAGE) != 0) return refuse_handle(ERROR_BAD_EXE_FORMAT);
    const descriptor_of_new security(attributes, kobj::object_type::file_mapping);
    if (security.error() != 0) return refuse_handle(security.error());
    return with_name(name, [&](std::string_view text) -> HANDLE {
        options.name = text;
        const auto made = kobj::posix::create_mapping_over(found->fd, size, options);
        if (!made) return refuse_handle(made.error().value());
        SetLastError(made->existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
        return made->value.native();
    });
}

template <class Char>
HANDLE create_mapping(HANDLE file, const SECURITY_ATTRIBUTES* attributes, DWORD protection, DWORD high, DWORD low,
                      const Char* name) noexcept {
    kobj::file_mapping_options options{.inheritable = inheritable(attributes)};
    // What the handle grants follows from the protection.
    options.access = STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ;
    switch (protection & ~sections) {
        case PAGE_EXECUTE_READWRITE:
            options.access |= SECTION_MAP_EXECUTE;
            [[fallthrough]];
        case PAGE_READWRITE:
            options.access |= SECTION_MAP_WRITE;
            break;
        case PAGE_EXECUTE_READ:
            options.access |= SECTION_MAP_EXECUTE;
            [[fallthrough]];
        case PAGE_READONLY:
            options.protection = kobj::mapping_protection::read_only;
            break;
        case PAGE_EXECUTE_WRITECOPY:
            options.access |= SECTION_MAP_EXECUTE;
            [[fallthrough]];
        case PAGE_WRITECOPY:
            options.protection = kobj::mapping_protection::copy_on_write;
            break;
        default:
            return refuse_handle(ERROR_INVALID_PARAMETER);
    }
    const std::uint64_t size = std::uint64_t{high} << 32U | low;
    if (file != INVALID_HANDLE_VALUE && file != nullptr)
        return create_over(file, attributes, protection & sections, size, name, options);
    if (const DWORD why = refusal(protection & sections, size); why != 0) return refuse_handle(why);
    constexpr std::uint64_t page = 4096;
    const std::uint64_t whole = size > UINT64_MAX - page ? size : (size + page - 1) / page * page;
    const descriptor_of_new security(attributes, kobj::object_type::file_mapping);
    if (security.error() != 0) return refuse_handle(security.error());
    return with_name(name, [&](std::string_view text) {
        options.name = text;
        return created(kobj::file_mapping::create(whole, options));
    });
}

template <class Char>
HANDLE open_mapping(DWORD access, BOOL inherit, const Char* name) noexcept {
    // FILE_MAP_COPY and FILE_MAP_EXECUTE are words of the functions of files, and no rights of a mapping.
    if (access == FILE_MAP_COPY)
        access = SECTION_MAP_READ;
    else if ((access & FILE_MAP_EXECUTE) != 0)
        access = (access & ~FILE_MAP_EXECUTE) | SECTION_MAP_EXECUTE;
    return open_by_name<kobj::file_mapping>(access, inherit, name);
}

}  // namespace

HANDLE CreateFileMappingA(HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protection, DWORD high, DWORD low,
                          LPCSTR name) {
    return create_mapping(file, attributes, protection, high, low, name);
}
HANDLE OpenFileMappingA(DWORD access, BOOL inherit, LPCSTR name) {
    return open_mapping(access, inherit, name);
}

HANDLE CreateFileMappingW(HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protection, DWORD high, DWORD low,
                          LPCWSTR name) {
    return create_mapping(file, attributes, protection, high, low, name);
}
HANDLE OpenFileMappingW(DWORD access, BOOL inherit, LPCWSTR name) {
    return open_mapping(access, inherit, name);
}

LPVOID MapViewOfFileEx(HANDLE mapping, DWORD access, DWORD high, DWORD low, SIZE_T size, LPVOID address) {
    kobj::view_options options{.offset = std::uint64_t{high} << 32U | low, .count = size, .address = address};
    if (access == FILE_MAP_COPY)
        options.access = kobj::view_access::copy;
    else if ((access & FILE_MAP_WRITE) != 0)
        options.access = kobj::view_access::write;
    else if ((access & FILE_MAP_READ) != 0)
        options.access = kobj::view_access::read;
    else
        return refuse_handle(ERROR_INVALID_PARAMETER);
    // Only lent: the caller keeps the handle.
    kobj::file_mapping lent{kobj::handle(value_of(mapping))};
    auto mapped = lent.map<const std::byte>(options);
    (void)lent.detach();
    if (!mapped) return refuse_handle(mapped.error().value());
    if ((access & FILE_MAP_EXECUTE) != 0) {
        const auto rights = kobj::access_of(value_of(mapping));
        const bool may = rights && (*rights & SECTION_MAP_EXECUTE) != 0;
        return refuse_handle(may ? ERROR_NOT_SUPPORTED : ERROR_ACCESS_DENIED);
    }
    return const_cast<std::byte*>(mapped->detach());
}
LPVOID MapViewOfFile(HANDLE mapping, DWORD access, DWORD high, DWORD low, SIZE_T size) {
    return MapViewOfFileEx(mapping, access, high, low, size, nullptr);
}

BOOL FlushViewOfFile(LPCVOID base, SIZE_T size) {
    return done(kobj::detail::mapped_bytes::flush_at(base, size));
}

BOOL UnmapViewOfFile(LPCVOID base) {
    return done(kobj::detail::mapped_bytes::unmap_at(base));
}
