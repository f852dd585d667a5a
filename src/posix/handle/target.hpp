#pragma once

#include <kobj/handle.hpp>

#include "posix/arena/context.hpp"
#include "posix/handle/table.hpp"

namespace kobj::posix {

/// What a handle of this process led to when it was looked up.
///
/// Nothing is held: another thread may close the handle at any moment. A compare-and-swap on the state as it was seen
/// fails if the record has become another object since, for the state holds the generation. Under the lock, ask
/// is_still_there() before anything else.
struct target {
    object_record* object = nullptr;
    u64 seen = 0;            ///< its state
    word64* slot = nullptr;  ///< null for a pseudo handle
    u64 entry = 0;

    [[nodiscard]] object_type type() const noexcept { return object_type{static_cast<u8>(state::type(seen))}; }
    [[nodiscard]] access_mask access() const noexcept { return entry::access(entry); }
    /// Whatever has become of the entry's flags.
    [[nodiscard]] bool is_still_there() const noexcept {
        return slot == nullptr || ((slot->get() ^ entry) & ~(posix::entry::inheritable | posix::entry::protect)) == 0;
    }
};

/// The quick case: an open handle in a part of the table that this thread has looked at before. Leaves `object` null
/// otherwise. With `wanted` other than none also for an object of another type.
template <object_type Wanted = object_type::none>
[[gnu::always_inline]] inline target peek(const context& me, handle_value value) noexcept {
    target found;
    const u64 index = index_of(value);
    if (index >= me.table_mark) return found;
    found.slot = me.table + index;
    found.entry = found.slot->get();
    if (entry::kind_of(found.entry) != entry::kind::handle) return found;
    object_record* object = the_arena().peek_object(found.entry);
    if (object == nullptr) return found;
    found.seen = object->state.get();
    // The low bits of the generation stand right above the type: one comparison for both.
    constexpr unsigned type_bits = state::generation_shift - state::type_shift;
    constexpr u64 compared = Wanted == object_type::none ? u64{0xFFFF} << type_bits : (u64{1} << (16 + type_bits)) - 1;
    const u64 differs = found.seen >> state::type_shift ^ found.entry << type_bits ^ static_cast<u64>(Wanted);
    if ((differs & compared) == 0) found.object = object;
    return found;
}

/// Looks a handle of the calling process up. Throws failure (invalid_handle). Pseudo handles give the process and
/// thread object of the caller, which are made if need be.
target look_up(const context& me, handle_value value);
/// As look_up, and checks the type (invalid_handle) and the access (access_denied): all of `needed`.
target look_up(const context& me, handle_value value, object_type type, access_mask needed);

[[noreturn]] void fail_closed(handle_value value, misuse::kind how = misuse::kind::not_open);
[[noreturn]] void fail_type(handle_value value, object_type type, std::string_view instead);
[[noreturn]] void fail_access(handle_value value, object_type type, std::string_view right);

inline bool is_pseudo(handle_value value) noexcept {
    return value == current_process() || value == current_thread();
}

}  // namespace kobj::posix
