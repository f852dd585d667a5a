#pragma once

#include <kobj/handle.hpp>
#include <kobj/open_options.hpp>

#include <string_view>

namespace kobj {

struct event_options {
    /// As mutex_options::name.
    std::string_view name{};
    bool inheritable = false;
    /// True: once set it stays signaled, for all who wait, until it is reset. False: one wait takes the signal.
    bool manual_reset = false;
    bool initially_signaled = false;
    access_mask access = access::event_all;
};

/// An event that threads of several processes share. https://learn.microsoft.com/windows/win32/sync/event-objects
class KOBJ_API event : public basic_object<event, object_type::event> {
public:
    event() noexcept = default;
    explicit event(handle owned) noexcept : basic_object(std::move(owned)) {}

    /// Makes an event, or opens the one of that name, which stays as it is; existed() tells which.
    /// Errors and cost: as mutex::create.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createeventexw
    static result<event> create(const event_options& options = {});

    /// Errors and cost: as mutex::open. https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-openeventw
    static result<event> open(std::string_view name, const open_options& options = {});

    /// Did create() find the object instead of making it? True after open().
    [[nodiscard]] bool existed() const noexcept { return existed_; }

    /// Signals the event. A manual-reset one lets every waiting thread go on, also those that a reset() right behind
    /// this call would stop; an auto-reset one lets one thread go on, which has the signal before this call returns.
    /// Errors: invalid_handle (6); access_denied (5) without access::event_modify_state.
    /// Costs one compare-and-swap and no system call when nobody waits.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-setevent
    result<void> set() { return set(get()); }
    static result<void> set(handle_value value);

    /// Takes the signal back. Errors and cost: as set().
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-resetevent
    result<void> reset() { return reset(get()); }
    static result<void> reset(handle_value value);

    /// Lets those go on that wait at this moment, of an auto-reset event one, and leaves the event unsignaled.
    /// Microsoft advises against it, since on Windows a thread can be out of its wait for a moment; here it is exact on
    /// POSIX. Errors and cost: as set(). https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-pulseevent
    result<void> pulse() { return pulse(get()); }
    static result<void> pulse(handle_value value);

    /// Waits until the event is signaled; takes the signal of an auto-reset one. Errors: as kobj::wait.
    result<wait_status> wait(timeout limit = infinite) { return kobj::wait(get(), limit); }

private:
    bool existed_ = false;
};

}  // namespace kobj
