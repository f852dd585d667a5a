#pragma once

#include <kobj/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace kobj {

/// What views a mapping allows: PAGE_READWRITE, PAGE_READONLY, PAGE_WRITECOPY. Reading and copying always work.
enum class mapping_protection : std::uint8_t {
    read_write = 0,
    read_only = 1,
    copy_on_write = 2,  ///< as read_only: what is written into copies never reaches the mapping
};

struct file_mapping_options {
    /// As mutex_options::name.
    std::string_view name{};
    bool inheritable = false;
    access_mask access = access::section_all;
    mapping_protection protection = mapping_protection::read_write;
};

/// What a view is for: FILE_MAP_READ, FILE_MAP_WRITE (reads, too), FILE_MAP_COPY.
enum class view_access : std::uint8_t {
    read = 0,   ///< a store into it ends the program
    write = 1,  ///< all views, of all processes, see what is stored
    copy = 2,   ///< a page that is written becomes this view's own, and is lost with it
};

struct view_options {
    /// Nothing: read for a const type, else write.
    std::optional<view_access> access{};
    /// Where in the mapping the view begins, in bytes: a multiple of view_granularity.
    std::uint64_t offset = 0;
    /// How many T it has; 0: as many as there are from the offset to the end of the mapping.
    std::size_t count = 0;
    /// Where in the address space the view is to be: a multiple of view_granularity; null: the system chooses.
    void* address = nullptr;
};

/// 64 KiB. https://learn.microsoft.com/windows/win32/memory/creating-a-view-within-a-file
inline constexpr std::uint64_t view_granularity = 65'536;

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
    [[nodiscard]] result<void> flush() const noexcept;
    /// The view stays; it is unmapped by its address.
    [[nodiscard]] void* detach() noexcept {
        size_ = 0;
        return std::exchange(base_, nullptr);
    }
    /// For a view of which only an address is known, any within it: unmaps it, or writes a part of it to its file; 0
    /// bytes: up to its end. Error: invalid_address (487) when no view is there, or it is not that long.
    static result<void> unmap_at(const void* inside) noexcept;
    static result<void> flush_at(const void* from, std::size_t size) noexcept;

private:
    void* base_ = nullptr;
    std::size_t size_ = 0;
};
}  // namespace detail

/// A mapped view of a file mapping, seen as one or more T; of a const T, when it is only read. Valid after the
/// mapping's handles are closed. Move-only. A file that somebody makes shorter while it is mapped takes memory away
/// from its views (Windows does not allow it): using that ends the program (SIGBUS).
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
    /// Writes what has changed in the view to the file, if the mapping is over one; on POSIX returns when it is on the
    /// disk. Does nothing to the pages that a copy has made its own.
    /// Errors: invalid_address (487) when nothing is mapped; disk_full (112); write_fault (29). Costs a system call.
    /// https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-flushviewoffile
    [[nodiscard]] result<void> flush() const noexcept { return bytes_.flush(); }
    /// Gives up ownership: the view stays mapped until the process ends.
    [[nodiscard]] T* detach() noexcept { return static_cast<T*>(bytes_.detach()); }

private:
    detail::mapped_bytes bytes_;
};

/// Memory that processes share: zero at first, or the content of a file.
/// https://learn.microsoft.com/windows/win32/memory/file-mapping
class KOBJ_API file_mapping : public basic_object<file_mapping, object_type::file_mapping> {
public:
    file_mapping() noexcept = default;
    explicit file_mapping(handle owned) noexcept : basic_object(std::move(owned)) {}

    /// Makes memory of `size` bytes, zero at first, or opens the mapping of that name, which keeps its size and
    /// protection. The memory is set aside by this call. The name lives until the last handle, the memory until the
    /// last handle and view. Errors: invalid_parameter (87) for size 0; no_system_resources (1450) when the memory
    /// cannot be had; the name and access errors of mutex::create. Costs system calls.
    /// https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-createfilemappingw
    static result<file_mapping> create(std::uint64_t size, const file_mapping_options& options = {});

    /// Makes a mapping over the file at `path` (UTF-8; on POSIX any bytes), or opens the mapping of that name, which
    /// keeps its file, size and protection. This call opens the file: for reading, and for writing, too, when the
    /// protection is read_write. `size` is in bytes; 0: the size that the file has now. A larger size than that makes
    /// the file longer, by zeros, before anything can be mapped; it stays so.
    /// Errors: file_not_found (2); path_not_found (3) for a missing folder or an empty path; access_denied (5) when the
    /// file may not be opened in this way, or is a folder; invalid_parameter (87) for a NUL in the path; file_invalid
    /// (1006) for size 0 and an empty file; not_enough_memory (8) for a size beyond the file's when the protection is
    /// not read_write; disk_full (112) when the file cannot be made longer; too_many_open_files (4); on Windows
    /// no_unicode_translation (1113); and those of create.
    /// On POSIX the file must keep its path for as long as somebody wants to map it: see map(). Costs system calls.
    /// https://learn.microsoft.com/windows/win32/memory/creating-a-file-mapping-object
    static result<file_mapping> create_over(std::string_view path, std::uint64_t size = 0,
                                            const file_mapping_options& options = {});

    /// Errors: as mutex::open. https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-openfilemappingw
    static result<file_mapping> open(std::string_view name, const open_options& options = {});

    [[nodiscard]] bool existed() const noexcept { return existed_; }

    /// The size in bytes; on Windows that of memory without a file is rounded up to whole pages. Errors: invalid_handle
    /// (6), access_denied (5) without section_query.
    [[nodiscard]] result<std::uint64_t> size() const;

    /// Maps a view: all of it, or the part that the options name. map<const T>() is for reading, map<T>() for writing.
    /// A view without a count ends where the mapping ends, on Windows at the end of that page; one with a count has
    /// exactly that many T. What a view shows behind the end of a file, up to the end of the page, is not kept.
    /// Errors: access_denied (5) when it would go beyond the mapping's end or hold less than one T, when the mapping is
    /// not read_write and the view is to write, and when the handle lacks section_map_write to write, or
    /// section_map_read for the others; mapped_alignment (1132) for an offset or an address that is no multiple of
    /// view_granularity; invalid_address (487) when the address is not free for all of the view;
    /// invalid_parameter (87) for access read and a T that is not const; invalid_handle (6); not_enough_memory (8) when
    /// the address space is full. On POSIX over a file also file_invalid (1006) when the path no longer leads to the
    /// file that was mapped, or that has become too short; too_many_open_files (4). Costs system calls.
    /// https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-mapviewoffile
    template <class T = std::byte>
    [[nodiscard]] result<view<T>> map(const view_options& options = {}) const {
        constexpr bool only_read = std::is_const_v<T>;
        const view_access access = options.access.value_or(only_read ? view_access::read : view_access::write);
        if (access == view_access::read && !only_read)
            return failure(errc::invalid_parameter, "a view that is only read needs a const type: map<const T>()");
        // More than there can be is beyond the end.
        constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
        const std::size_t length = options.count > most / sizeof(T) ? most : options.count * sizeof(T);
        auto bytes = map_bytes(access, options.offset, length, sizeof(T), options.address);
        if (!bytes) return std::move(bytes).error();
        return view<T>(*std::move(bytes));
    }

private:
    /// `length` 0: to the end, which must be `at_least` bytes away.
    [[nodiscard]] result<detail::mapped_bytes> map_bytes(view_access access, std::uint64_t offset, std::size_t length,
                                                         std::size_t at_least, void* address) const;

    bool existed_ = false;
};

}  // namespace kobj
