#pragma once

#include <kobj/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace kobj {

struct file_mapping_options {
    /// As mutex_options::name.
    std::string_view name{};
    bool inheritable = false;
    access_mask access = access::section_all;
};

namespace detail {
/// The bytes of one mapped view; unmaps them at its end.
class KOBJ_API mapped_bytes {
public:
    mapped_bytes() noexcept = default;
    mapped_bytes(void* base, std::size_t size) noexcept : base_(base), size_(size) {}
    mapped_bytes(mapped_bytes&& other) noexcept
        : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    mapped_bytes& operator=(mapped_bytes&& other) noexcept {
        std::swap(base_, other.base_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~mapped_bytes() { unmap(); }

    [[nodiscard]] void* base() const noexcept { return base_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    void unmap() noexcept;

private:
    void* base_ = nullptr;
    std::size_t size_ = 0;
};
}  // namespace detail

/// A mapped view of a file mapping, seen as one or more T. Valid after the mapping's handles are closed. Move-only.
template <class T = std::byte>
requires std::is_trivially_copyable_v<T>
class view {
public:
    view() noexcept = default;
    explicit view(detail::mapped_bytes bytes) noexcept : bytes_(std::move(bytes)) {}

    explicit operator bool() const noexcept { return bytes_.base() != nullptr; }
    [[nodiscard]] T* data() const noexcept { return static_cast<T*>(bytes_.base()); }
    /// How many whole T the view has.
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() / sizeof(T); }
    [[nodiscard]] std::size_t size_bytes() const noexcept { return bytes_.size(); }
    T& operator*() const noexcept { return *data(); }
    T* operator->() const noexcept { return data(); }
    T& operator[](std::size_t i) const noexcept { return data()[i]; }
    T* begin() const noexcept { return data(); }
    T* end() const noexcept { return data() + size(); }
    /// Unmaps before the end of the scope.
    /// https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-unmapviewoffile
    void unmap() noexcept { bytes_.unmap(); }

private:
    detail::mapped_bytes bytes_;
};

/// Memory that processes share, zero at first. https://learn.microsoft.com/windows/win32/memory/file-mapping
class KOBJ_API file_mapping : public basic_object<file_mapping, object_type::file_mapping> {
public:
    file_mapping() noexcept = default;
    explicit file_mapping(handle owned) noexcept : basic_object(std::move(owned)) {}

    /// Makes memory of `size` bytes, readable and writable, or opens the mapping of that name, which keeps its size.
    /// The memory is set aside by this call. The name lives until the last handle, the memory until the last handle and
    /// view. Errors: invalid_parameter (87) for size 0; no_system_resources (1450) when the memory cannot be had; the
    /// name and access errors of mutex::create. Costs system calls.
    /// https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-createfilemappingw
    static result<file_mapping> create(std::uint64_t size, const file_mapping_options& options = {});

    /// Errors: as mutex::open. https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-openfilemappingw
    static result<file_mapping> open(std::string_view name, const open_options& options = {});

    [[nodiscard]] bool existed() const noexcept { return existed_; }

    /// The size in bytes; on Windows rounded up to whole pages. Errors: invalid_handle (6), access_denied (5) without
    /// section_query.
    [[nodiscard]] result<std::uint64_t> size() const;

    /// Maps all of it, readable and writable.
    /// Errors: access_denied (5) when it is smaller than one T or the handle lacks section_map_read or
    /// section_map_write; invalid_handle (6); not_enough_memory (8) when the address space is full. Costs system calls.
    /// https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-mapviewoffile
    template <class T = std::byte>
    [[nodiscard]] result<view<T>> map() const {
        auto bytes = map_bytes(sizeof(T));
        if (!bytes) return std::move(bytes).error();
        return view<T>(*std::move(bytes));
    }

private:
    [[nodiscard]] result<detail::mapped_bytes> map_bytes(std::size_t at_least) const;

    bool existed_ = false;
};

}  // namespace kobj
