#include <kobj/native_event_fd.hpp>

namespace kobj {

result<native_event_fd> native_event_fd::open(handle_value) {
    return failure(errc::not_supported, "Windows has no file descriptors to wait with");
}

result<void> native_event_fd::rearm() {
    return failure(errc::invalid_handle, "there is no descriptor");
}

void native_event_fd::close() noexcept {}

}  // namespace kobj
