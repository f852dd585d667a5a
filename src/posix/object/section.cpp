#include "posix/object/section.hpp"

#include <cerrno>
#include <cstring>

#include "posix/arena/bytes.hpp"
#include "posix/arena/session_path.hpp"
#include "posix/object/file.hpp"
#include "posix/object/making.hpp"
#include "posix/object/object.hpp"
#include "posix/os/section_file.hpp"
#include "posix/os/shared_file.hpp"

namespace kobj::posix {

namespace {

std::string file_name(u64 number) {
    // Without the folder: that is how shared memory objects are named.
    return text("{}{}{:x}", arena_path().substr(std::strlen(os::shared_folder) + 1), section_mark, number);
}

void push_removed(transaction& tx, u32 section) {
    word32& list = the_arena().header().removed_sections;
    tx.set(the_arena().object(section).link, list.get());
    tx.set(list, section);
}

}  // namespace

std::string section_file_name(const object_record& section) {
    return file_name(section.body.get());
}

section_facts facts_of(const object_record& section) noexcept {
    const u64 seen = section.state.get();
    return {section.extra.get(), mapping_protection{static_cast<u8>(seen & state::protection_mask)},
            (seen & state::over_file) != 0};
}

u32 make_section_in_limbo(const context& me, const section_facts& facts, const std::string& note) {
    arena& a = the_arena();
    const u64 value = static_cast<u64>(facts.protection) | (facts.over_file ? state::over_file : 0);
    const u32 section = transact(me, [&](transaction& tx) {
        arena_header& h = a.header();
        const u64 number = h.next_section.get();
        tx.set(h.next_section, number + 1);
        const u32 made = make_object(tx, state::section_limbo, value, facts.size, number);
        object_record& object = a.object(made);
        object.witness.put(me.process);
        add_to_making(tx, made);
        return made;
    });
    const std::string name = section_file_name(a.object(section));
    const int error = facts.over_file ? os::make_section_note(name, note) : os::make_section_file(name, facts.size);
    if (error != 0) {
        transact(me, [&](transaction& tx) { abandon_section(tx, section); });
        remove_dead_sections(me);
        if (error == EMFILE || error == ENFILE)
            fail(errc::too_many_open_files, "no descriptor is left for a file mapping");
        fail(errc::no_system_resources, "{}/{}: no memory for {} bytes: {}", os::shared_folder, name,
             facts.over_file ? note.size() : facts.size, std::strerror(error));
    }
    return section;
}

void finish_section(transaction& tx, u32 section) {
    take_from_making(tx, section);
    object_record& object = the_arena().object(section);
    tx.set(object.witness, 0);
    const u64 limbo = object.state.get();
    tx.set(object.state,
           state::make(state::generation(limbo), type_number(object_type::file_mapping), state::value(limbo)));
}

void abandon_section(transaction& tx, u32 section) {
    take_from_making(tx, section);
    push_removed(tx, section);
}

void remove_listed_sections(const context& me) {
    arena& a = the_arena();
    arena_header& h = a.header();
    while (const u32 section = h.removed_sections.get()) {
        object_record& object = a.object(section);
        const u64 number = object.body.get();
        // Removed by somebody else meanwhile, and perhaps another one in the making by now.
        if (h.removed_sections.get() != section) continue;
        if (state::type(object.state.get()) != state::section_limbo) {
            if (h.removed_sections.get() == section) fail_corrupt("the list of sections to be removed");
            continue;
        }
        // Numbers are not used again: to remove a file twice, or one that somebody else has removed, does no harm.
        if (object.account.get() != 0)
            file_object::remove_from_disk(me, object);
        else
            os::remove_section_file(file_name(number));
        transact(me, [&](transaction& tx) {
            if (h.removed_sections.get() != section || object.body.get() != number) return;
            tx.set(h.removed_sections, object.link.get());
            if (const u32 path = object.account.get(); path != 0) {
                tx.set(object.account, 0);
                free_name_records(tx, path);
            }
            tx.set(object.state, state::freed(object.state.get()));
            tx.set(object.link, h.free_object.get());
            tx.set(h.free_object, section);
        });
    }
}

}  // namespace kobj::posix
