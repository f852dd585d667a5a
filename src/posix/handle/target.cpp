#include "posix/handle/target.hpp"

#include "common/object_type.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/thread_object.hpp"

namespace kobj::posix {

void fail_closed(handle_value value, misuse::kind how) {
    throw misuse(
        how, value.value(), errc::invalid_handle,
        !value ? std::string("the null handle") : text("handle {:#x} is not open in this process", value.value()));
}

void fail_type(handle_value value, object_type type, std::string_view instead) {
    throw misuse(misuse::kind::wrong_type, value.value(), errc::invalid_handle,
                 text("handle {:#x} is a {}, {}", value.value(), detail::type_name(type), instead));
}

void fail_access(handle_value value, object_type type, std::string_view right) {
    fail(errc::access_denied, "handle {:#x} to a {} does not grant {}", value.value(), detail::type_name(type), right);
}

target look_up(const context& me, handle_value value) {
    target found;
    if (is_pseudo(value)) {
        const bool process = value == current_process();
        found.object = process ? &own_process_object(me) : &own_thread_object(me);
        found.entry = make_entry(*found.object, access::process_all, false);
        found.seen = found.object->state.get();
        return found;
    }
    const u64 index = index_of(value);
    found.slot = index == 0 ? nullptr : the_arena().find_table_entry(me.process, index);
    if (found.slot == nullptr) fail_closed(value);
    me.table_mark = the_arena().table_mark(me.process);
    for (;;) {
        found.entry = found.slot->get();
        if (entry::kind_of(found.entry) != entry::kind::handle) fail_closed(value);
        found.object = &the_arena().object(entry::object(found.entry));
        found.seen = found.object->state.get();
        if ((state::generation(found.seen) & 0xFFFF) == entry::generation(found.entry) && state::type(found.seen) != 0)
            return found;
        // Closed and freed between the two looks, or damaged.
        if (found.slot->get() == found.entry) fail_corrupt("the object of a handle");
    }
}

target look_up(const context& me, handle_value value, object_type type, access_mask needed) {
    const target found = look_up(me, value);
    if (found.type() != type) fail_type(value, found.type(), text("not a {}", detail::type_name(type)));
    if ((found.access() & needed) != needed)
        fail(errc::access_denied, "handle {:#x} to a {} grants {:#x}, not {:#x}", value.value(),
             detail::type_name(type), found.access(), needed);
    return found;
}

}  // namespace kobj::posix
