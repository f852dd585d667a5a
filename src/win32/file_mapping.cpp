#include <kobj/file_mapping.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "nt.hpp"
#include "security.hpp"
#include "wide.hpp"
#include "wide_name.hpp"

#include <limits>

namespace kobj {

using detail::explain;
using detail::last_error;
using detail::native;
using detail::number_text;

namespace {

// The ways in which Windows says that the memory cannot be had.
bool is_lack_of_memory(DWORD error) noexcept {
    return error == ERROR_COMMITMENT_LIMIT || error == ERROR_NOT_ENOUGH_MEMORY || error == ERROR_OUTOFMEMORY ||
           error == ERROR_DISK_FULL || error == ERROR_INVALID_PARAMETER;
}

/// What to map: memory, when there is no file.
struct source {
    HANDLE file = INVALID_HANDLE_VALUE;
    std::string_view path{};
    std::uint64_t size = 0;
};

failure creation_failure(DWORD error, const source& from, std::string_view name) noexcept {
    const bool memory = from.file == INVALID_HANDLE_VALUE;
    const auto code =
        memory && is_lack_of_memory(error) ? static_cast<std::uint32_t>(errc::no_system_resources) : error;
    return explain(code, {"CreateFileMapping of ", number_text(from.size), memory ? " bytes" : " bytes over '",
                          from.path, memory ? "" : "'", ", name '", name, "', error ", number_text(error)});
}

DWORD page_protection(mapping_protection protection) noexcept {
    switch (protection) {
        case mapping_protection::read_only:
            return PAGE_READONLY;
        case mapping_protection::copy_on_write:
            return PAGE_WRITECOPY;
        case mapping_protection::read_write:
            break;
    }
    return PAGE_READWRITE;
}

result<file_mapping> create_from(const source& from, const wchar_t* name, access_mask rights,
                                 const file_mapping_options& options, bool& existed) {
    // Windows counts in a signed number.
    if (from.size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return creation_failure(from.file == INVALID_HANDLE_VALUE ? ERROR_NOT_ENOUGH_MEMORY : ERROR_DISK_FULL, from,
                                options.name);
    SetLastError(ERROR_SUCCESS);
    const HANDLE made = CreateFileMappingW(from.file, nullptr, page_protection(options.protection),
                                           static_cast<DWORD>(from.size >> 32U), static_cast<DWORD>(from.size), name);
    const DWORD error = GetLastError();
    if (made == nullptr) return creation_failure(error, from, options.name);
    file_mapping created{handle(handle_value::from_native(made))};
    existed = error == ERROR_ALREADY_EXISTS;

    // CreateFileMapping takes no access mask, and gives less than all rights to a mapping that cannot be executed.
    auto exact = created.duplicate({.access = rights, .inheritable = options.inheritable, .close_source = true});
    (void)created.detach();
    return exact;
}

}  // namespace

result<file_mapping> file_mapping::create(std::uint64_t size, const file_mapping_options& options) {
    auto name = detail::wide_name::to_create(options.name);
    if (!name) return std::move(name).error();
    auto rights = detail::resolve_access(type, options.access);
    if (!rights) return std::move(rights).error();
    if (size == 0) return failure(errc::invalid_parameter, "a file mapping of size 0");

    bool existed = false;
    auto made = create_from({.size = size}, name->c_str(), *rights, options, existed);
    if (made) made->existed_ = existed;
    return made;
}

result<file_mapping> file_mapping::create_over(std::string_view path, std::uint64_t size,
                                               const file_mapping_options& options) {
    auto name = detail::wide_name::to_create(options.name);
    if (!name) return std::move(name).error();
    auto rights = detail::resolve_access(type, options.access);
    if (!rights) return std::move(rights).error();
    if (path.find('\0') != std::string_view::npos)
        return failure(errc::invalid_parameter, "the path of a file has a NUL in it");
    auto wide = detail::to_wide(path, "the path of a file");
    if (!wide) return std::move(wide).error();

    const DWORD access =
        options.protection == mapping_protection::read_write ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ;
    // Others may open it, too: kobj takes nothing away from them.
    const HANDLE file = CreateFileW(wide->c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                    nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE) return last_error({"CreateFile of '", path, "'"});
    bool existed = false;
    auto made = create_from({.file = file, .path = path, .size = size}, name->c_str(), *rights, options, existed);
    CloseHandle(file);
    if (made) made->existed_ = existed;
    return made;
}

result<file_mapping> file_mapping::open(std::string_view name, const open_options& options) {
    auto wide = detail::wide_name::to_open(name);
    if (!wide) return std::move(wide).error();
    if (auto rights = detail::resolve_access(type, options.access); !rights) return std::move(rights).error();

    const HANDLE opened = OpenFileMappingW(options.access, options.inheritable ? TRUE : FALSE, wide->c_str());
    if (opened == nullptr) return last_error({"OpenFileMapping of '", name, "'"});
    file_mapping found{handle(handle_value::from_native(opened))};
    found.existed_ = true;
    return found;
}

result<std::uint64_t> file_mapping::size() const {
    return detail::nt::query_section_size(native(get()));
}

namespace {

DWORD map_access(view_access access) noexcept {
    switch (access) {
        case view_access::read:
            return FILE_MAP_READ;
        case view_access::copy:
            return FILE_MAP_COPY;
        case view_access::write:
            break;
    }
    return FILE_MAP_WRITE;
}

failure mapping_failure(DWORD error, handle_value mapping, std::uint64_t offset, std::size_t length) noexcept {
    // The call is well formed. So what Windows does not like is a view that its protection forbids, or one beyond the
    // end, which other calls and systems name access denied.
    if (error == ERROR_INVALID_PARAMETER) error = ERROR_ACCESS_DENIED;
    return explain(error, {"MapViewOfFile of handle ", number_text(mapping), " from ", number_text(offset), ", ",
                           number_text(length), " bytes"});
}

}  // namespace

result<detail::mapped_bytes> file_mapping::map_bytes(view_access access, std::uint64_t offset, std::size_t length,
                                                     std::size_t at_least, void* address) const {
    if (auto fits = detail::expect_type(get(), type); !fits) return std::move(fits).error();
    void* const base = MapViewOfFileEx(native(get()), map_access(access), static_cast<DWORD>(offset >> 32U),
                                       static_cast<DWORD>(offset), length, address);
    if (base == nullptr) return mapping_failure(GetLastError(), get(), offset, length);
    if (length != 0) return detail::mapped_bytes(base, length);
    MEMORY_BASIC_INFORMATION region{};
    VirtualQuery(base, &region, sizeof(region));
    detail::mapped_bytes bytes(base, region.RegionSize);
    if (bytes.size() < at_least)
        return explain(errc::access_denied, {"the file mapping has ", number_text(bytes.size()), " bytes from ",
                                             number_text(offset), ", ", number_text(at_least), " are needed"});
    return bytes;
}

void detail::mapped_bytes::unmap() noexcept {
    if (base_ != nullptr) UnmapViewOfFile(base_);
    base_ = nullptr;
    size_ = 0;
}

result<void> detail::mapped_bytes::unmap_at(const void* inside) noexcept {
    if (UnmapViewOfFile(inside) == 0) return last_error({"UnmapViewOfFile"});
    return {};
}

result<void> detail::mapped_bytes::flush_at(const void* from, std::size_t size) noexcept {
    if (FlushViewOfFile(from, size) == 0) return last_error({"FlushViewOfFile of ", number_text(size), " bytes"});
    return {};
}

result<void> detail::mapped_bytes::flush() const noexcept {
    if (base_ == nullptr) return failure(errc::invalid_address, "nothing is mapped");
    if (FlushViewOfFile(base_, size_) == 0) return last_error({"FlushViewOfFile of ", number_text(size_), " bytes"});
    return {};
}

}  // namespace kobj
