#include "object_type.hpp"

namespace kobj::detail {

std::string_view type_name(object_type type) noexcept {
    switch (type) {
        case object_type::none:
            return "free entry";
        case object_type::mutex:
            return "mutex";
        case object_type::event:
            return "event";
        case object_type::semaphore:
            return "semaphore";
        case object_type::timer:
            return "timer";
        case object_type::process:
            return "process";
        case object_type::thread:
            return "thread";
        case object_type::file_mapping:
            return "file mapping";
        case object_type::file:
            return "file";
        case object_type::job:
            return "job";
        case object_type::other:
            break;
    }
    return "object of another kind";
}

}  // namespace kobj::detail
