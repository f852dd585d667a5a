#include <kobj/wait.hpp>

#include "common/explain.hpp"
#include "native.hpp"
#include "wait_in_steps.hpp"

#include <array>
#include <utility>

namespace kobj {
namespace {

using detail::explain;
using detail::is_pseudo;
using detail::native;
using detail::number_text;

static_assert(max_wait_objects == MAXIMUM_WAIT_OBJECTS);

// Why a wait for this object is refused. Windows looks at the rights before the type, and the handle of a file mapping
// has none to wait: here the type decides.
result<void> check_waitable(handle_value value) {
    const auto type = type_of(value);
    if (!type) return type.error();
    if (*type == object_type::file_mapping)
        return explain(errc::invalid_handle, {"a wait on handle ", number_text(value), ", a file mapping"});
    const auto rights = access_of(value);
    if (!rights) return rights.error();
    if ((*rights & access::synchronize) == 0)
        return explain(errc::access_denied, {"handle ", number_text(value), " does not grant synchronize"});
    return {};
}

// The first object of the list that cannot be waited for decides, as it does on Windows.
failure wait_failure(std::span<const handle_value> objects, DWORD error) {
    for (const handle_value each : objects) {
        if (is_pseudo(each)) return failure(errc::invalid_handle, "a pseudo handle in a wait for several");
        if (auto fits = check_waitable(each); !fits) return std::move(fits).error();
    }
    return explain(error, {"WaitForMultipleObjects on ", number_text(objects.size()), " handles"});
}

result<wait_outcome> wait_several(std::span<const handle_value> objects, bool all, timeout limit) {
    if (objects.empty() || objects.size() > max_wait_objects)
        return explain(errc::invalid_parameter,
                       {"a wait for ", number_text(objects.size()), " objects; 1 to 64 are possible"});
    if (objects.data() == nullptr) return failure(errc::invalid_parameter, "a list of handles at the null address");
    std::array<HANDLE, max_wait_objects> handles;
    for (std::size_t i = 0; i < objects.size(); ++i) handles[i] = is_pseudo(objects[i]) ? nullptr : native(objects[i]);

    const auto count = static_cast<DWORD>(objects.size());
    const DWORD how = detail::wait_in_steps(
        limit, [&](DWORD ms) { return WaitForMultipleObjects(count, handles.data(), all ? TRUE : FALSE, ms); });
    if (how < WAIT_OBJECT_0 + count)
        return wait_outcome{wait_status::signaled, all ? 0 : std::size_t{how - WAIT_OBJECT_0}};
    if (how >= WAIT_ABANDONED_0 && how < WAIT_ABANDONED_0 + count)
        return wait_outcome{wait_status::abandoned, std::size_t{how - WAIT_ABANDONED_0}};
    if (how == WAIT_TIMEOUT) return wait_outcome{};
    return wait_failure(objects, GetLastError());
}

failure signal_failure(handle_value to_signal, handle_value to_wait, DWORD error) {
    auto as_told = explain(
        error, {"SignalObjectAndWait of handle ", number_text(to_signal), " and handle ", number_text(to_wait)});
    if (error != ERROR_ACCESS_DENIED) return as_told;
    // As for the other waits: what is refused for its rights may be of a type that cannot be waited for.
    const auto type = type_of(to_signal);
    const auto rights = access_of(to_signal);
    const bool needs_right = type && (*type == object_type::event || *type == object_type::semaphore);
    if (needs_right && rights && (*rights & access::event_modify_state) == 0) return as_told;
    if (auto fits = check_waitable(to_wait); !fits) return std::move(fits).error();
    return as_told;
}

}  // namespace

result<wait_outcome> wait_any(std::span<const handle_value> objects, timeout limit) {
    return wait_several(objects, false, limit);
}

result<wait_outcome> wait_all(std::span<const handle_value> objects, timeout limit) {
    return wait_several(objects, true, limit);
}

result<wait_status> signal_and_wait(handle_value to_signal, handle_value to_wait, timeout limit) {
    const HANDLE object = native(to_wait);
    const DWORD how = detail::wait_in_steps(
        limit, [&](DWORD ms) { return SignalObjectAndWait(native(to_signal), object, ms, FALSE); },
        [&](DWORD ms) { return WaitForSingleObject(object, ms); });
    switch (how) {
        case WAIT_OBJECT_0:
            return wait_status::signaled;
        case WAIT_ABANDONED:
            return wait_status::abandoned;
        case WAIT_TIMEOUT:
            return wait_status::timed_out;
        default:
            break;
    }
    return signal_failure(to_signal, to_wait, GetLastError());
}

}  // namespace kobj
