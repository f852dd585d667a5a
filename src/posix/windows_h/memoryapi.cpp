#include <kobj/file_mapping.hpp>

#include <map>
#include <mutex>
#include <new>

#include "posix/windows_h/call.hpp"

using namespace kobj::windows_h;

namespace {

template <class Char>
HANDLE create_mapping(HANDLE file, const SECURITY_ATTRIBUTES* attributes, DWORD protection, DWORD high, DWORD low,
                      const Char* name) noexcept {
    // No handle leads to a file.
    if (file != INVALID_HANDLE_VALUE && file != nullptr) return refuse_handle(ERROR_INVALID_HANDLE);
    kobj::file_mapping_options options{.inheritable = inheritable(attributes)};
    switch (protection & ~SEC_COMMIT) {
        case PAGE_READWRITE:
            break;
        case PAGE_READONLY:
            options.protection = kobj::mapping_protection::read_only;
            break;
        case PAGE_WRITECOPY:
            options.protection = kobj::mapping_protection::copy_on_write;
            break;
        default:
            return refuse_handle(ERROR_NOT_SUPPORTED);
    }
    const std::uint64_t size = std::uint64_t{high} << 32U | low;
    return with_name(name, [&](std::string_view text) {
        options.name = text;
        return created(kobj::file_mapping::create(size, options));
    });
}

template <class Char>
HANDLE open_mapping(DWORD access, BOOL inherit, const Char* name) noexcept {
    return with_name(name, [&](std::string_view text) {
        return opened(kobj::file_mapping::open(text, {.inheritable = inherit != FALSE, .access = access}));
    });
}

// The views that are mapped, by address. Never destroyed: they are of use until the process ends.
struct mapped_views {
    std::mutex gate;
    std::map<const void*, kobj::view<const std::byte>> by_base;
};
mapped_views& views() {
    static auto* const only = new mapped_views;
    return *only;
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

LPVOID MapViewOfFile(HANDLE mapping, DWORD access, DWORD high, DWORD low, SIZE_T size) {
    kobj::view_options options{.offset = std::uint64_t{high} << 32U | low, .count = size};
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
    try {
        void* const base = const_cast<std::byte*>(mapped->data());
        mapped_views& all = views();
        const std::lock_guard hold(all.gate);
        all.by_base.emplace(base, *std::move(mapped));
        return base;
    } catch (...) {
        return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
    }
}

BOOL UnmapViewOfFile(LPCVOID base) {
    try {
        mapped_views& all = views();
        const std::lock_guard hold(all.gate);
        return all.by_base.erase(base) != 0 ? TRUE : refuse(ERROR_INVALID_ADDRESS);
    } catch (...) {
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    }
}
