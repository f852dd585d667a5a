#include <kobj/handle.hpp>

#include "posix/handle/descriptors.hpp"
#include "posix/handle/lending.hpp"
#include "posix/handle/rights.hpp"
#include "posix/handle/target.hpp"
#include "posix/object/file.hpp"
#include "posix/object/section.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/job_end.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reap.hpp"

namespace kobj {

using namespace posix;

namespace {

/// The slot of an open handle of this process, under the lock.
word64& open_slot(transaction& tx, handle_value value, misuse::kind how = misuse::kind::not_open) {
    const u64 index = index_of(value);
    word64* slot = index == 0 ? nullptr : the_arena().find_table_entry(tx.me().process, index);
    if (slot == nullptr || entry::kind_of(slot->get()) != entry::kind::handle) fail_closed(value, how);
    return *slot;
}

int close_slot(transaction& tx, u32 process, u32 index, handle_value value) {
    if ((the_arena().table_entry(process, index).get() & entry::protect) != 0)
        fail(errc::invalid_handle, "handle {:#x} is protected from close", value.value());
    return close_entry(tx, process, index);
}

// What close_entry has given, of a handle of this process.
void drop_descriptor(const context& me, int fd) {
    if (fd == kept_for_others) return lending::look_after(me);
    descriptors::drop(fd);
    lending::look_again(me);
}

/// The table of a running process. Look at it under the lock only after check().
struct table_ref {
    u32 process = 0;
    u32 generation = 0;

    void check() const {
        const process_record& record = the_arena().process(process);
        if (record.generation.get() != generation || record.state.get() == static_cast<u32>(process_state::detached))
            fail(errc::access_denied, "a process has ended and has no handles");
    }
};

/// The table that a process handle (or pseudo handle) leads to.
table_ref table_of(const context& me, handle_value value) {
    if (value == current_process()) return {me.process, the_arena().process(me.process).generation.get()};
    const target t = look_up(me, value, object_type::process, access::process_dup_handle);
    settle_if_ended(me, *t.object);
    const u64 body = t.object->body.get();
    if (running_process(*t.object) == 0 || body == 0)
        fail(errc::access_denied, "the process of handle {:#x} has ended and has no handles", value.value());
    return {static_cast<u32>(body), static_cast<u32>(body >> 32U)};
}

void change_flags(handle_value value, u64 mask, u64 flags) {
    if (is_pseudo(value)) fail(errc::invalid_handle, "a pseudo handle has no flags");
    transact(enter(), [&](transaction& tx) {
        word64& slot = open_slot(tx, value);
        tx.set(slot, (slot.get() & ~mask) | flags);
    });
}

}  // namespace

result<void> close(handle_value value) {
    return guarded([&] {
        if (is_pseudo(value)) return;
        const context& me = enter();
        const int fd = transact(me, [&](transaction& tx) {
            open_slot(tx, value, misuse::kind::close_of_not_open);
            return close_slot(tx, me.process, static_cast<u32>(index_of(value)), value);
        });
        if (fd != -1) [[unlikely]]
            drop_descriptor(me, fd);
        remove_dead_sections(me);
        end_requested_jobs(me);
    });
}

result<handle_value> duplicate(handle_value source_process, handle_value source, handle_value target_process,
                               const duplicate_options& options) {
    return guarded([&] {
        const context& me = enter();
        const table_ref from = table_of(me, source_process);
        failure bad_target(errc::success);
        const auto find_target = [&]() -> table_ref {
            try {
                return table_of(me, target_process);
            } catch (const failure& why) {
                if (!options.close_source) throw;
                bad_target = why;
                return {};
            }
        };
        table_ref to = find_target();
        // The pseudo handle of the current process means the source process, that of the thread the caller.
        const bool process_itself = source == current_process();
        const target pseudo = source == current_thread() ? look_up(me, source) : target{};
        handle_value made;
        failure bad_access(errc::success);
        descriptors::copy of_file;
        int dropped = -1;
        for (;;) {
            try {
                made = transact(me, [&](transaction& tx) -> handle_value {
                    arena& a = the_arena();
                    from.check();
                    if (to.process != 0) to.check();
                    const u64 index = index_of(source);
                    const word64* slot =
                        is_pseudo(source) || index == 0 ? nullptr : a.find_table_entry(from.process, index);
                    u64 old = slot == nullptr ? pseudo.entry : slot->get();
                    if (process_itself)
                        old = make_entry(a.object(process_object_of(tx, from.process)), access::process_all, false);
                    if (entry::kind_of(old) != entry::kind::handle) {
                        if (from.process == me.process) fail_closed(source);
                        fail(errc::invalid_handle, "handle {:#x} is not open in the source process", source.value());
                    }
                    object_record& object = a.object(entry::object(old));
                    const auto type = object_type{static_cast<u8>(state::type(object.state.get()))};
                    const bool is_own_file = type == object_type::file && to.process == me.process;
                    if (is_own_file && !of_file.is_of(old)) [[unlikely]] {
                        of_file.want(from.process, static_cast<u32>(index), old);
                        return {};
                    }
                    handle_value value;
                    if (to.process != 0) {
                        access_mask rights = entry::access(old);
                        if (options.access && bad_access.value() == 0) {
                            try {
                                rights = granted(*options.access, type);
                            } catch (const failure& why) {
                                if (!options.close_source) throw;
                                bad_access = why;
                            }
                        }
                        if (bad_access.value() == 0)
                            value = value_of(add_entry(tx, to.process, make_entry(object, rights, options.inheritable),
                                                       trace::what::duplicated));
                        if (value && type == object_type::file && !is_own_file) lending::lend(tx, object);
                        if (value && is_own_file) [[unlikely]]
                            descriptors::set(tx, me.process, static_cast<u32>(index_of(value)), of_file.get());
                    }
                    if (options.close_source && slot != nullptr && (old & entry::protect) == 0)
                        dropped = close_entry(tx, from.process, static_cast<u32>(index));
                    return value;
                });
                if (of_file.is_wanted()) {
                    of_file.make(me);
                    continue;
                }
                break;
            } catch (const failure& why) {
                // Without room for the copy the source is closed all the same.
                if (!options.close_source || to.process == 0 ||
                    why.value() != static_cast<u32>(errc::no_system_resources))
                    throw;
                bad_target = why;
                to = {};
            }
        }
        if (made) of_file.release();
        if (dropped != -1 && from.process == me.process) drop_descriptor(me, dropped);
        remove_dead_sections(me);
        end_requested_jobs(me);
        if (bad_target.value() != 0) throw bad_target;
        if (bad_access.value() != 0) throw bad_access;
        return made;
    });
}

result<handle_flags> get_flags(handle_value value) {
    return guarded([&] {
        const target t = look_up(enter(), value);
        return handle_flags{(t.entry & entry::inheritable) != 0, (t.entry & entry::protect) != 0};
    });
}

result<void> set_flags(handle_value value, handle_flags flags) {
    return guarded([&] {
        change_flags(value, entry::inheritable | entry::protect,
                     (flags.inheritable ? entry::inheritable : 0) | (flags.protect_from_close ? entry::protect : 0));
    });
}

result<void> set_inheritable(handle_value value, bool inheritable) {
    return guarded([&] { change_flags(value, entry::inheritable, inheritable ? entry::inheritable : 0); });
}

result<void> set_protect_from_close(handle_value value, bool protect) {
    return guarded([&] { change_flags(value, entry::protect, protect ? entry::protect : 0); });
}

result<bool> same_object(handle_value first, handle_value second) {
    return guarded([&] {
        const context& me = enter();
        return look_up(me, first).object == look_up(me, second).object;
    });
}

result<object_type> type_of(handle_value value) {
    return guarded([&] {
        const object_type type = look_up(enter(), value).type();
        return type == private_namespace_type ? object_type::other : type;
    });
}

result<access_mask> access_of(handle_value value) {
    return guarded([&] { return access_mask{look_up(enter(), value).access()}; });
}

}  // namespace kobj
