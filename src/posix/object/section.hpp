#pragma once

#include <kobj/file_mapping.hpp>

#include <string>

#include "posix/arena/transaction.hpp"

// A section is the object of a file mapping. Its file is made before the section can be found and removed after it has
// gone, both without the lock. In between its record is in limbo, in a list, so that whoever comes next can remove the
// file should this process be killed.
namespace kobj::posix {

/// What a section is, for as long as it lives.
struct section_facts {
    u64 size = 0;
    mapping_protection protection = mapping_protection::read_write;
    bool over_file = false;
};
section_facts facts_of(const object_record& section) noexcept;

/// A section in limbo, of the calling process, whose file exists: the memory, or the note when it is over a file of the
/// program. System calls. Throws failure.
u32 make_section_in_limbo(const context& me, const section_facts& facts, const std::string& note = {});
/// It is made: out of limbo, ready to get handles.
void finish_section(transaction& tx, u32 section);
/// It is not wanted after all, or its process has died. Its file goes with remove_dead_sections.
void abandon_section(transaction& tx, u32 section);

/// Removes the files of sections that have gone, and those that were to go with their last handle. Costs one load when
/// there are none.
void remove_listed_sections(const context& me);
inline void remove_dead_sections(const context& me) {
    if (the_arena().header().removed_sections.get() != 0) [[unlikely]]
        remove_listed_sections(me);
}

std::string section_file_name(const object_record& section);

}  // namespace kobj::posix
