#pragma once

#include <kobj/handle.hpp>
#include <kobj/open_options.hpp>

#include <cstdint>
#include <string_view>

namespace kobj {

struct semaphore_options {
    /// As mutex_options::name.
    std::string_view name{};
    bool inheritable = false;
    access_mask access = access::semaphore_all;
};

/// A count that threads of several processes share: a wait takes one unit, release() puts units back, up to a maximum.
/// https://learn.microsoft.com/windows/win32/sync/semaphore-objects
class KOBJ_API semaphore : public basic_object<semaphore, object_type::semaphore> {
public:
    semaphore() noexcept = default;
    explicit semaphore(handle owned) noexcept : basic_object(std::move(owned)) {}

    /// Makes a semaphore of `initial` units, or opens the one of that name, which keeps its counts; existed() tells
    /// which. Errors: invalid_parameter (87) unless 0 <= initial <= maximum and maximum > 0, also when the name exists;
    /// the errors of mutex::create. Cost: as mutex::create.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-createsemaphoreexw
    static result<semaphore> create(std::int32_t initial, std::int32_t maximum, const semaphore_options& options = {});

    /// Errors and cost: as mutex::open.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-opensemaphorew
    static result<semaphore> open(std::string_view name, const open_options& options = {});

    /// Did create() find the object instead of making it? True after open().
    [[nodiscard]] bool existed() const noexcept { return existed_; }

    /// Puts `units` back and gives the count before that. Waiting threads get theirs before this call returns, first
    /// come first served on POSIX.
    /// Errors: invalid_parameter (87) for 0 or less; too_many_posts (298) beyond the maximum; invalid_handle (6);
    /// access_denied (5) without access::semaphore_modify_state. After an error nothing has changed.
    /// Costs one compare-and-swap and no system call when nobody waits.
    /// https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-releasesemaphore
    result<std::int32_t> release(std::int32_t units = 1) { return release(get(), units); }
    static result<std::int32_t> release(handle_value value, std::int32_t units = 1);

    /// Waits for one unit and takes it. Errors: as kobj::wait.
    result<wait_status> acquire(timeout limit = infinite) { return kobj::wait(get(), limit); }

private:
    bool existed_ = false;
};

}  // namespace kobj
