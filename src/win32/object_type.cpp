#include "common/object_type.hpp"

#include "native.hpp"
#include "nt.hpp"

#include <utility>

namespace kobj {
namespace {

struct named_type {
    std::string_view name;
    object_type type;
};
constexpr named_type types[] = {
    {"Mutant", object_type::mutex},         {"Event", object_type::event},     {"Semaphore", object_type::semaphore},
    {"Timer", object_type::timer},          {"Process", object_type::process}, {"Thread", object_type::thread},
    {"Section", object_type::file_mapping}, {"File", object_type::file},       {"Job", object_type::job},
};

}  // namespace

result<object_type> type_of(handle_value value) {
    if (value == current_process()) return object_type::process;
    if (value == current_thread()) return object_type::thread;
    auto name = detail::nt::query_type(detail::native(value));
    if (!name) return std::move(name).error();
    for (const auto& each : types)
        if (each.name == std::string_view(*name)) return each.type;
    return object_type::other;
}

}  // namespace kobj
