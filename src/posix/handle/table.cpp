#include "posix/handle/table.hpp"

#include <unistd.h>

#include "posix/handle/descriptors.hpp"
#include "posix/handle/lending.hpp"
#include "posix/object/file.hpp"

namespace kobj::posix {

namespace {

void append_free(transaction& tx, u32 process_index, u32 index) {
    process_record& process = the_arena().process(process_index);
    const u32 tail = process.free_tail.get();
    if (tail == 0)
        tx.set(process.free_head, index);
    else
        tx.set(the_arena().table_entry(process_index, tail), u64{index});
    tx.set(process.free_tail, index);
}

[[gnu::cold, gnu::noinline]] void note(transaction& tx, trace::what how, const object_record& object, u32 process_index,
                                       u32 index) {
    const u32 handle = static_cast<u32>(value_of(index).value());
    if (process_index == tx.me().process)
        tx.happened(how, &object, handle);
    else
        tx.happened_to(the_arena().process(process_index).id.get(), how, &object, handle);
}

void count(transaction& tx, u32 process_index, u32 index, u64 entry, trace::what how) {
    process_record& process = the_arena().process(process_index);
    object_record& object = the_arena().object(entry::object(entry));
    if (entry::kind_of(entry) == entry::kind::view) {
        add_reference(tx, object);
    } else {
        if (tx.traces()) [[unlikely]] {
            const bool is_first = how == trace::what::opened && object.handles.get() == 0;
            note(tx, is_first ? trace::what::created : how, object, process_index, index);
        }
        add_handle(tx, object, process_index);
        tx.set(process.used, process.used.get() + 1);
    }
}

// The same handle, as the history of handles knows it.
void remember(transaction& tx, u32 process_index, u32 index, u64 entry, bool opened) {
    if (!handle_history::is_kept() || process_index != tx.me().process || entry::kind_of(entry) != entry::kind::handle)
        return;
    const object_record& object = the_arena().object(entry::object(entry));
    const u64 seen = object.state.get();
    tx.remember({index, state::type(seen), u64{state::generation(seen)} << 32U | entry::object(entry), opened});
}

}  // namespace

u32 add_entry(transaction& tx, u32 process_index, u64 entry, trace::what how) {
    arena& a = the_arena();
    process_record& process = a.process(process_index);
    if (process.state.get() == static_cast<u32>(process_state::detached))
        fail(errc::access_denied, "process {} is ending and takes no more handles", process.id.get());
    u32 index = process.high.get();
    if (index == 0 || index > max_handles) fail_corrupt("the length of a handle table");
    if (index < process.committed.get()) {
        // Never used: free for longer than all others.
        tx.set(process.high, index + 1);
    } else if (index = process.free_head.get(); index != 0) {
        const u64 free = a.table_entry(process_index, index).get();
        if (entry::kind_of(free) != entry::kind::free) fail_corrupt("a list of free handles");
        const u32 next = entry::next_free(free);
        tx.set(process.free_head, next);
        if (next == 0) tx.set(process.free_tail, 0);
    } else {
        throw needs_room{region::count, process.high.get() + 1, process_index};
    }
    count(tx, process_index, index, entry, how);
    tx.set(a.table_entry(process_index, index), entry);
    remember(tx, process_index, index, entry, true);
    return index;
}

void add_entry_at(transaction& tx, u32 process_index, u32 index, u64 entry) {
    arena& a = the_arena();
    process_record& process = a.process(process_index);
    if (index >= process.committed.get()) throw needs_room{region::count, index + 1, process_index};
    u32 high = process.high.get();
    if (high == 0) fail_corrupt("the length of a handle table");
    while (high < index) {
        // A hole stays a hole.
        tx.set(a.table_entry(process_index, high), 0);
        append_free(tx, process_index, high);
        tx.set(process.high, ++high);
        if (tx.is_long()) tx.checkpoint();
    }
    count(tx, process_index, index, entry, trace::what::opened);
    tx.set(a.table_entry(process_index, index), entry);
    tx.set(process.high, index + 1);
}

namespace {

/// An entry that is in use, looked up once.
struct used_entry {
    used_entry(u32 process_index, u32 entry_index)
        : process(process_index),
          index(entry_index),
          slot(the_arena().table_entry(process, index)),
          value(slot.get()),
          object(the_arena().object(entry::object(value))),
          is_file(state::type(object.state.get()) == type_number(object_type::file)) {}

    u32 process;
    u32 index;
    word64& slot;
    u64 value;
    object_record& object;
    bool is_file;
};

// What a handle that goes was to its object and its process.
void uncount(transaction& tx, const used_entry& it) {
    process_record& process = the_arena().process(it.process);
    if (tx.traces()) [[unlikely]]
        note(tx, trace::what::closed, it.object, it.process, it.index);
    tx.set(process.used, process.used.get() - 1);
    drop_handle(tx, it.object, it.process);
}

int take_descriptor(transaction& tx, const used_entry& it) {
    const int fd = descriptors::of(it.process, it.index);
    if (fd >= 0) descriptors::set(tx, it.process, it.index, -1);
    return fd;
}

int remove(transaction& tx, const used_entry& it) {
    const entry::kind kind = entry::kind_of(it.value);
    remember(tx, it.process, it.index, it.value, false);
    tx.set(it.slot, 0);
    int fd = -1;
    if (it.is_file || kind == entry::kind::kept) [[unlikely]]
        fd = take_descriptor(tx, it);
    append_free(tx, it.process, it.index);
    if (kind != entry::kind::handle) [[unlikely]] {
        if (kind == entry::kind::view) drop_reference(tx, it.object);
        return fd;
    }
    if (it.is_file && (it.object.state.get() & file_object::lent) != 0) [[unlikely]]
        lending::changed(tx);
    uncount(tx, it);
    return fd;
}

/// Of a handle to a file that goes: may somebody still need its descriptor?
bool keeps_descriptor(const transaction& tx, const used_entry& it) {
    const bool is_lent = (it.object.state.get() & file_object::lent) != 0 && it.object.handles.get() > 1;
    // Only a process itself can close a descriptor of its.
    const bool is_foreign = it.process != tx.me().process;
    // The standard streams stay open in any case, and are handed out anew.
    return (is_lent || is_foreign) && descriptors::of(it.process, it.index) > STDERR_FILENO;
}

}  // namespace

int remove_entry(transaction& tx, u32 process_index, u32 index) {
    return remove(tx, {process_index, index});
}

int close_entry(transaction& tx, u32 process_index, u32 index) {
    const used_entry it(process_index, index);
    if (!it.is_file || !keeps_descriptor(tx, it)) [[likely]]
        return remove(tx, it);
    remember(tx, process_index, index, it.value, false);
    tx.set(it.slot, entry::make(entry::kind::kept, entry::object(it.value), 0, 0, entry::generation(it.value)));
    lending::changed(tx);
    uncount(tx, it);
    return kept_for_others;
}

u64 make_entry(const object_record& object, access_mask access, bool inheritable) {
    return entry::make(entry::kind::handle, the_arena().index_of(object), access, inheritable ? entry::inheritable : 0,
                       state::generation(object.state.get()));
}

}  // namespace kobj::posix
