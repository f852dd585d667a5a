#include <kobj/handle.hpp>

#include "last_error.hpp"
#include "native.hpp"
#include "wait_in_steps.hpp"

namespace kobj {
namespace {

failure wait_failure(handle_value value) noexcept {
    const DWORD error = GetLastError();
    // Windows looks at the rights first, and a file mapping's handle has none to wait: say what the matter is.
    const auto type = type_of(value);
    const bool waitable = !type || *type != object_type::file_mapping;
    return detail::explain(waitable ? error : DWORD{ERROR_INVALID_HANDLE},
                           {"WaitForSingleObject on handle ", detail::number_text(value),
                            waitable ? std::string_view() : ", a file mapping"});
}

}  // namespace

result<wait_status> wait(handle_value value, timeout limit) {
    const HANDLE object = detail::native(value);
    switch (detail::wait_in_steps(limit, [&](DWORD ms) { return WaitForSingleObject(object, ms); })) {
        case WAIT_OBJECT_0:
            return wait_status::signaled;
        case WAIT_ABANDONED:
            return wait_status::abandoned;
        case WAIT_TIMEOUT:
            return wait_status::timed_out;
        default:
            return wait_failure(value);
    }
}

}  // namespace kobj
