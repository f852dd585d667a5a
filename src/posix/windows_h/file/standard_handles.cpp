#include "posix/windows_h/file/standard_handles.hpp"

#include <mutex>
#include <optional>

#include "posix/arena/handle_history.hpp"
#include "posix/file.hpp"
#include "posix/os/stop_signal.hpp"
#include "posix/windows_h/call.hpp"

namespace kobj::windows_h {

namespace {

// A standard handle is what the program has set, or what it was told by its start-up information, or the one to the
// descriptor of that number, which is made when it is first asked for.
struct slot {
    std::optional<HANDLE> handle{};
    bool set_by_program = false;
};

struct standard_slots {
    kobj::posix::os::unstopped_mutex gate;
    std::array<slot, 3> all;
};
standard_slots& the_slots() {
    static standard_slots& only = *new standard_slots;
    return only;
}

std::optional<std::size_t> number_of(DWORD which) noexcept {
    switch (which) {
        case STD_INPUT_HANDLE:
            return 0;
        case STD_OUTPUT_HANDLE:
            return 1;
        case STD_ERROR_HANDLE:
            return 2;
        default:
            return std::nullopt;
    }
}

std::optional<HANDLE> told_handle(std::size_t number) {
    STARTUPINFOW told{};
    GetStartupInfoW(&told);
    if ((told.dwFlags & STARTF_USESTDHANDLES) == 0) return std::nullopt;
    const std::array<HANDLE, 3> handles{told.hStdInput, told.hStdOutput, told.hStdError};
    return handles[number];
}

posix::child_stream stream_of(HANDLE handle, posix::child_stream::from which) {
    constexpr posix::child_stream nowhere{posix::child_stream::from::nothing, {}};
    if (handle == nullptr || handle == INVALID_HANDLE_VALUE) return nowhere;
    // It may have come from another process, which has its descriptor still.
    const auto file = posix::find_file(value_of(handle));
    if (!file) return nowhere;
    return {which, value_of(handle)};
}

}  // namespace

std::array<posix::child_stream, 3> standard_streams() {
    std::array<posix::child_stream, 3> streams{};
    standard_slots& slots = the_slots();
    const std::lock_guard lock(slots.gate);
    for (std::size_t i = 0; i < streams.size(); ++i)
        if (slots.all[i].set_by_program)
            streams[i] = stream_of(*slots.all[i].handle, posix::child_stream::from::callers_handle);
    return streams;
}

std::array<posix::child_stream, 3> standard_streams(HANDLE input, HANDLE output, HANDLE error) {
    constexpr auto which = posix::child_stream::from::own_handle;
    return {stream_of(input, which), stream_of(output, which), stream_of(error, which)};
}

}  // namespace kobj::windows_h

using namespace kobj::windows_h;

HANDLE GetStdHandle(DWORD which) {
    const auto number = number_of(which);
    if (!number) {
        SetLastError(ERROR_INVALID_HANDLE);
        return INVALID_HANDLE_VALUE;
    }
    standard_slots& slots = the_slots();
    const std::lock_guard lock(slots.gate);
    slot& mine = slots.all[*number];
    if (!mine.handle) mine.handle = told_handle(*number);
    if (!mine.handle) {
        // Nobody has to close it.
        const kobj::posix::handle_history::own_work ours;
        const auto found = kobj::posix::standard_file(static_cast<int>(*number));
        if (!found) {
            SetLastError(found.error().value());
            return INVALID_HANDLE_VALUE;
        }
        // Closed: the program may open it yet.
        if (!*found) return nullptr;
        mine.handle = found->native();
    }
    return *mine.handle;
}

BOOL SetStdHandle(DWORD which, HANDLE handle) {
    const auto number = number_of(which);
    if (!number) return refuse(ERROR_INVALID_HANDLE);
    standard_slots& slots = the_slots();
    const std::lock_guard lock(slots.gate);
    slots.all[*number] = {handle, true};
    return TRUE;
}
