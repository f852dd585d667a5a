#include <kobj/file_mapping.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "posix/file.hpp"
#include "posix/handle/named.hpp"
#include "posix/handle/rights.hpp"
#include "posix/object/mapped_file.hpp"
#include "posix/object/section.hpp"
#include "posix/object/views.hpp"
#include "posix/os/section_file.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

namespace {

constexpr object_type section_type = object_type::file_mapping;

/// A handle to the mapping of that name, or to one that is made. `prepare` runs when its session file is there, and
/// before anybody can find it.
template <class Prepare>
new_handle open_or_make(const context& me, const std::string& key, const file_mapping_options& options,
                        const section_facts& facts, const std::string& note, Prepare prepare) {
    if (!key.empty()) {
        // Found without making anything, as is usual.
        if (const handle_value found = open_object(me, key, section_type, options.access, options.inheritable))
            return {found, true};
    }
    const u32 section = make_section_in_limbo(me, facts, note);
    const auto give_up = [&] {
        transact(me, [&](transaction& tx) { abandon_section(tx, section); });
        remove_dead_sections(me);
    };
    new_handle made;
    try {
        prepare();
        made = create_object(me, key, section_type, options.access, options.inheritable, [&](transaction& tx) {
            finish_section(tx, section);
            return section;
        });
    } catch (...) {
        give_up();
        throw;
    }
    if (made.existed) give_up();
    return made;
}

constexpr u64 most_bytes = INT64_MAX;

}  // namespace

result<file_mapping> file_mapping::create(std::uint64_t size, const file_mapping_options& options) {
    return guarded([&] {
        if (size == 0) fail(errc::invalid_parameter, "a file mapping of size 0");
        if (size > most_bytes) fail(errc::no_system_resources, "a file mapping of {} bytes", size);
        const std::string key = key_to_create(options.name);
        const new_handle made = open_or_make(enter(), key, options, {size, options.protection}, {}, [] {});
        file_mapping m{handle(made.value)};
        m.existed_ = made.existed;
        return m;
    });
}

namespace {

// Opens the file and makes a mapping over it.
new_handle create_over_path(const std::string& where, std::uint64_t size, const file_mapping_options& options) {
    const std::string key = key_to_create(options.name);
    // Before the file is made longer, which nobody takes back.
    (void)granted(options.access, section_type);
    const bool write = options.protection == mapping_protection::read_write;
    const context& me = enter();
    const os::opened_file opened = open_to_make(where, write);
    const u64 now = opened.facts.size;
    if (size == 0 && now == 0) fail(errc::file_invalid, "the file \"{}\" is empty", where);
    if (size > now && !write)
        fail(errc::not_enough_memory, "a mapping of {} bytes over \"{}\", which has {} and is not to be written", size,
             where, now);
    if (size > most_bytes) fail(errc::disk_full, "a mapping of {} bytes over \"{}\"", size, where);
    const section_facts facts{size == 0 ? now : size, options.protection, true};
    return open_or_make(me, key, options, facts, note_of(opened), [&] {
        if (facts.size > now) grow_mapped_file(opened, facts.size, where);
    });
}

}  // namespace

result<posix::made_mapping> posix::create_mapping_over(int fd, std::uint64_t size,
                                                       const file_mapping_options& options) noexcept {
    return guarded([&] {
        const new_handle made = create_over_path(text("/proc/self/fd/{}", fd), size, options);
        return made_mapping{made.value, made.existed};
    });
}

result<file_mapping> file_mapping::create_over(std::string_view path, std::uint64_t size,
                                               const file_mapping_options& options) {
    return guarded([&] {
        const new_handle made = create_over_path(std::string(path), size, options);
        file_mapping m{handle(made.value)};
        m.existed_ = made.existed;
        return m;
    });
}

result<file_mapping> file_mapping::open(std::string_view name, const open_options& options) {
    return guarded([&] {
        const std::string key = key_to_open(name);
        const handle_value found = open_object(enter(), key, type, options.access, options.inheritable);
        if (!found) fail(errc::file_not_found, "there is no object of the name \"{}\"", name);
        file_mapping m{handle(found)};
        m.existed_ = true;
        return m;
    });
}

result<std::uint64_t> file_mapping::size() const {
    return guarded([&] {
        const target t = look_up(enter(), get(), type, access::section_query);
        return std::uint64_t{t.object->extra.get()};
    });
}

namespace {

/// The part of a section that a view is to show. Throws failure.
std::size_t length_of_view(const section_facts& section, u64 offset, std::size_t length, std::size_t at_least) {
    const u64 behind = offset < section.size ? section.size - offset : 0;
    const u64 wanted = length == 0 ? behind : length;
    if (wanted < at_least || wanted > behind)
        fail(errc::access_denied, "a view of {} bytes from {} of a file mapping of {} bytes",
             std::max<u64>(wanted, at_least), offset, section.size);
    if (wanted > SIZE_MAX) fail(errc::not_enough_memory, "a view of {} bytes", wanted);
    return static_cast<std::size_t>(wanted);
}

/// Maps it. Throws failure.
void* map_section(const section_facts& section, const std::string& name, view_access how, u64 offset,
                  std::size_t length, void* address) {
    const os::map_request request{static_cast<os::map_access>(how), offset, length, address};
    os::mapped_section mapped;
    if (section.over_file) {
        std::string note;
        mapped.error = os::read_section_note(name, note);
        if (mapped.error == 0) {
            mapped = os::map_user_file(open_to_map(note, how == view_access::write, offset + length), request);
            if (mapped.base == nullptr && mapped.error == ENODEV)
                fail(errc::not_supported, "the file system of a file cannot map it");
        }
    } else {
        mapped = os::map_section_file(name, request);
    }
    if (mapped.base != nullptr) return mapped.base;
    if (mapped.error == EEXIST)
        fail(errc::invalid_address, "there are no {} bytes free at the address {}", length, address);
    if (mapped.error == ENOENT || mapped.error == EBADMSG)
        fail(errc::file_corrupt, "{}: the session file of a file mapping has been removed or changed", name);
    if (mapped.error == EMFILE || mapped.error == ENFILE)
        fail(errc::too_many_open_files, "no descriptor is left to map {}", name);
    fail(errc::not_enough_memory, "{}: {} bytes cannot be mapped: {}", name, length, std::strerror(mapped.error));
}

}  // namespace

result<detail::mapped_bytes> file_mapping::map_bytes(view_access how, std::uint64_t offset, std::size_t length,
                                                     std::size_t at_least, void* address) const {
    return guarded([&] {
        const bool write = how == view_access::write;
        const context& me = enter();
        const target t = look_up(me, get(), type, write ? access::section_map_write : access::section_map_read);
        if (offset % view_granularity != 0)
            fail(errc::mapped_alignment, "a view from {}, which is no multiple of {}", offset, view_granularity);
        if (reinterpret_cast<std::uintptr_t>(address) % view_granularity != 0)
            fail(errc::mapped_alignment, "a view at {}, which is no multiple of {}", address, view_granularity);
        section_facts section;
        std::string name;
        std::size_t size = 0;
        // The entry comes first: from then on the section stays, whatever happens to the handle.
        const u32 place = transact(me, [&](transaction& tx) {
            if (!t.is_still_there()) fail_closed(get());
            const object_record& object = *t.object;
            section = facts_of(object);
            if (write && section.protection != mapping_protection::read_write)
                fail(errc::access_denied, "a view to write of a file mapping that is only to be read or copied");
            size = length_of_view(section, offset, length, at_least);
            name = section_file_name(object);
            return add_entry(tx, me.process,
                             entry::make(entry::kind::view, the_arena().index_of(object), 0, 0,
                                         state::generation(object.state.get())));
        });
        void* base = nullptr;
        try {
            base = map_section(section, name, how, offset, size, address);
            views::add({base, size, place});
            return detail::mapped_bytes(base, size);
        } catch (...) {
            if (base != nullptr) os::unmap_section(base);
            transact(me, [&](transaction& tx) { remove_entry(tx, me.process, place); });
            remove_dead_sections(me);
            throw;
        }
    });
}

namespace {

void unmap_view(const views::view& gone) {
    os::unmap_section(gone.base);
    const context& me = enter();
    transact(me, [&](transaction& tx) {
        if (entry::kind_of(the_arena().table_entry(me.process, gone.place).get()) == entry::kind::view)
            remove_entry(tx, me.process, gone.place);
    });
    remove_dead_sections(me);
}

void flush_view(void* base, std::size_t size) {
    const int error = os::flush_section(base, size);
    if (error == 0) return;
    const errc code = error == ENOMEM                      ? errc::invalid_address
                      : error == ENOSPC || error == EDQUOT ? errc::disk_full
                                                           : errc::write_fault;
    fail(code, "{} bytes cannot be written to the disk: {}", size, std::strerror(error));
}

}  // namespace

void detail::mapped_bytes::unmap() noexcept {
    if (base_ == nullptr) return;
    (void)guarded([&] {
        if (const views::view gone = views::take(base_); gone.place != 0) unmap_view(gone);
    });
    base_ = nullptr;
    size_ = 0;
}

result<void> detail::mapped_bytes::unmap_at(const void* inside) noexcept {
    return guarded([&] {
        const views::view gone = views::take_with(inside);
        if (gone.place == 0) fail(errc::invalid_address, "there is no view at {}", inside);
        unmap_view(gone);
    });
}

result<void> detail::mapped_bytes::flush() const noexcept {
    return guarded([&] {
        if (base_ == nullptr) fail(errc::invalid_address, "nothing is mapped");
        flush_view(base_, size_);
    });
}

result<void> detail::mapped_bytes::flush_at(const void* from, std::size_t size) noexcept {
    return guarded([&] {
        const views::view found = views::find_with(from);
        if (found.base == nullptr) fail(errc::invalid_address, "there is no view at {}", from);
        const auto begin = static_cast<std::size_t>(static_cast<const char*>(from) - static_cast<char*>(found.base));
        if (size > found.size - begin)
            fail(errc::invalid_address, "{} bytes from {} reach beyond the end of the view", size, from);
        flush_view(static_cast<char*>(found.base) + begin, size == 0 ? found.size - begin : size);
    });
}

}  // namespace kobj
