#include <kobj/file_mapping.hpp>

#include <cerrno>
#include <cstring>

#include "posix/handle/named.hpp"
#include "posix/object/section.hpp"
#include "posix/object/views.hpp"
#include "posix/os/section_file.hpp"
#include "posix/process/attach.hpp"

namespace kobj {

using namespace posix;

result<file_mapping> file_mapping::create(std::uint64_t size, const file_mapping_options& options) {
    return guarded([&] {
        if (size == 0) fail(errc::invalid_parameter, "a file mapping of size 0");
        if (size > static_cast<std::uint64_t>(INT64_MAX))
            fail(errc::no_system_resources, "a file mapping of {} bytes", size);
        const std::string key = key_to_create(options.name);
        const context& me = enter();
        if (!key.empty()) {
            // Found without making anything, as is usual.
            if (const handle_value found = open_object(me, key, type, options.access, options.inheritable)) {
                file_mapping m{handle(found)};
                m.existed_ = true;
                return m;
            }
        }
        const u32 section = make_section_in_limbo(me, size);
        const auto give_up = [&] {
            transact(me, [&](transaction& tx) { abandon_section(tx, section); });
            remove_dead_sections(me);
        };
        new_handle made;
        try {
            made = create_object(me, key, type, options.access, options.inheritable, [&](transaction& tx) {
                finish_section(tx, section);
                return section;
            });
        } catch (...) {
            give_up();
            throw;
        }
        if (made.existed) give_up();
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

result<detail::mapped_bytes> file_mapping::map_bytes(std::size_t at_least) const {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up(me, get(), type, access::section_map_read | access::section_map_write);
        u64 size = 0;
        std::string name;
        // The entry comes first: from then on the memory stays, whatever happens to the handle.
        const u32 place = transact(me, [&](transaction& tx) {
            if (!t.is_still_there()) fail_closed(get());
            const object_record& section = *t.object;
            size = section.extra.get();
            if (size < at_least)
                fail(errc::access_denied, "a view of {} bytes of a file mapping of {} bytes", at_least, size);
            name = section_file_name(section);
            return add_entry(tx, me.process,
                             entry::make(entry::kind::view, the_arena().index_of(section), 0, 0,
                                         state::generation(section.state.get())));
        });
        const os::mapped_section mapped = os::map_section_file(name, size);
        if (mapped.base == nullptr) {
            transact(me, [&](transaction& tx) { remove_entry(tx, me.process, place); });
            remove_dead_sections(me);
            if (mapped.error == ENOENT)
                fail(errc::file_corrupt, "{}: the memory of a file mapping has been removed", name);
            if (mapped.error == EMFILE || mapped.error == ENFILE)
                fail(errc::too_many_open_files, "no descriptor is left to map {}", name);
            fail(errc::not_enough_memory, "{}: {} bytes cannot be mapped: {}", name, size, std::strerror(mapped.error));
        }
        views::add(mapped.base, place);
        return detail::mapped_bytes(mapped.base, size);
    });
}

void detail::mapped_bytes::unmap() noexcept {
    if (base_ == nullptr) return;
    (void)guarded([&] {
        const u32 place = views::take(base_);
        os::unmap_section(base_);
        if (place == 0) return;
        const context& me = enter();
        transact(me, [&](transaction& tx) {
            if (entry::kind_of(the_arena().table_entry(me.process, place).get()) == entry::kind::view)
                remove_entry(tx, me.process, place);
        });
        remove_dead_sections(me);
    });
    base_ = nullptr;
    size_ = 0;
}

}  // namespace kobj
