#include "posix/process/inherit.hpp"

#include <algorithm>
#include <vector>

#include "posix/handle/descriptors.hpp"
#include "posix/handle/table.hpp"

namespace kobj::posix {

namespace {

void copy_descriptor(transaction& tx, u32 from, u32 to, u32 index) {
    if (const int fd = descriptors::of(from, index); fd >= 0) descriptors::set(tx, to, index, fd);
}

// The target is not reachable for anybody yet, so it may be filled step by step: killed in the middle, the caller is
// found dead and what was filled is emptied again.
template <class Pick>
void copy(const context& me, u32 from, u32 to, Pick which) {
    constexpr u32 at_a_time = 256;
    arena& a = the_arena();
    a.commit_table(to, std::max<u32>(1, a.process(from).high.get()));
    if (const u32 described = a.process(from).described.get(); described != 0) a.commit_descriptors(to, described);
    u32 next = 1;
    while (next != 0) {
        next = transact(me, [&](transaction& tx) -> u32 {
            const u32 high = a.process(from).high.get();
            // After a step that had to be begun anew, go on behind what is there.
            u32 i = std::max(next, a.process(to).high.get());
            for (u32 done = 0; i < high && done < at_a_time; ++i) {
                const u64 e = a.table_entry(from, i).get();
                if (entry::kind_of(e) == entry::kind::free || !which(e)) continue;
                add_entry_at(tx, to, i, e);
                copy_descriptor(tx, from, to, i);
                ++done;
                if (tx.is_long()) tx.checkpoint();
            }
            return i < high ? i : 0;
        });
    }
}

}  // namespace

void inherit_all(const context& me, u32 from, u32 to) {
    copy(me, from, to, [](u64 e) { return entry::kind_of(e) == entry::kind::handle && (e & entry::inheritable) != 0; });
}

void inherit_everything(const context& me, u32 from, u32 to) {
    copy(me, from, to, [](u64 e) { return entry::kind_of(e) != entry::kind::kept; });
}

void inherit_list(const context& me, u32 from, std::span<const handle_value> handles, u32 to) {
    arena& a = the_arena();
    std::vector<u64> places;
    places.reserve(handles.size());
    for (const handle_value h : handles) places.push_back(index_of(h));
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    for (const u64 place : places) {
        transact(me, [&](transaction& tx) {
            const word64* slot = place == 0 ? nullptr : a.find_table_entry(from, place);
            const u64 e = slot == nullptr ? 0 : slot->get();
            if (entry::kind_of(e) != entry::kind::handle)
                fail(errc::invalid_parameter, "handle {:#x} of the list to inherit is not open", place << 2U);
            if ((e & entry::inheritable) == 0)
                fail(errc::invalid_parameter, "handle {:#x} of the list to inherit is not inheritable", place << 2U);
            if (a.process(to).high.get() > place) return;
            add_entry_at(tx, to, static_cast<u32>(place), e);
            copy_descriptor(tx, from, to, static_cast<u32>(place));
        });
    }
}

}  // namespace kobj::posix
