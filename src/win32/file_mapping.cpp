#include <kobj/file_mapping.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "nt.hpp"
#include "security.hpp"
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

failure creation_failure(DWORD error, std::uint64_t size, std::string_view name) noexcept {
    const auto code = is_lack_of_memory(error) ? static_cast<std::uint32_t>(errc::no_system_resources) : error;
    return explain(
        code, {"CreateFileMapping of ", number_text(size), " bytes, name '", name, "', error ", number_text(error)});
}

}  // namespace

result<file_mapping> file_mapping::create(std::uint64_t size, const file_mapping_options& options) {
    auto name = detail::wide_name::to_create(options.name);
    if (!name) return std::move(name).error();
    auto rights = detail::resolve_access(type, options.access);
    if (!rights) return std::move(rights).error();
    if (size == 0) return failure(errc::invalid_parameter, "a file mapping of size 0");

    // Windows counts in a signed number.
    if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return creation_failure(ERROR_NOT_ENOUGH_MEMORY, size, options.name);

    SetLastError(ERROR_SUCCESS);
    const HANDLE made = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE,
                                           static_cast<DWORD>(size >> 32U), static_cast<DWORD>(size), name->c_str());
    const DWORD error = GetLastError();
    if (made == nullptr) return creation_failure(error, size, options.name);
    file_mapping created{handle(handle_value::from_native(made))};

    // CreateFileMapping takes no access mask, and gives less than all rights to a mapping that cannot be executed.
    auto exact = created.duplicate({.access = *rights, .inheritable = options.inheritable, .close_source = true});
    (void)created.detach();
    if (exact) exact->existed_ = error == ERROR_ALREADY_EXISTS;
    return exact;
}

result<file_mapping> file_mapping::open(std::string_view name, const open_options& options) {
    auto wide = detail::wide_name::to_open(name);
    if (!wide) return std::move(wide).error();
    if (auto rights = detail::resolve_access(type, options.access); !rights) return std::move(rights).error();

    const HANDLE opened = OpenFileMappingW(options.access, options.inheritable ? TRUE : FALSE, wide->c_str());
    if (opened == nullptr) return last_error({"OpenFileMapping of '", name, "'"});
    return file_mapping(handle(handle_value::from_native(opened)));
}

result<std::uint64_t> file_mapping::size() const {
    return detail::nt::query_section_size(native(get()));
}

result<detail::mapped_bytes> file_mapping::map_bytes(std::size_t at_least) const {
    if (auto fits = detail::expect_type(get(), type); !fits) return std::move(fits).error();
    // Windows asks for the right to write only.
    constexpr access_mask needed = access::section_map_read | access::section_map_write;
    auto granted = access_of(get());
    if (!granted) return std::move(granted).error();
    if ((*granted & needed) != needed)
        return explain(errc::access_denied,
                       {"handle ", number_text(get()), " lacks the right to map for reading or writing"});

    void* const base = MapViewOfFile(native(get()), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (base == nullptr) return last_error({"MapViewOfFile of handle ", number_text(get())});
    MEMORY_BASIC_INFORMATION region{};
    VirtualQuery(base, &region, sizeof(region));
    detail::mapped_bytes bytes(base, region.RegionSize);
    if (bytes.size() < at_least)
        return explain(errc::access_denied, {"the file mapping has ", number_text(bytes.size()), " bytes, ",
                                             number_text(at_least), " are needed"});
    return bytes;
}

void detail::mapped_bytes::unmap() noexcept {
    if (base_ != nullptr) UnmapViewOfFile(base_);
    base_ = nullptr;
    size_ = 0;
}

}  // namespace kobj
