#include <kobj/handle.hpp>

#include "explain.hpp"
#include "object_type.hpp"

namespace kobj {

result<handle> handle::adopt(handle_value value) {
    if (auto type = type_of(value); !type) return std::move(type).error();
    return handle(value);
}

result<void> handle::close() {
    auto done = kobj::close(value_);
    if (done) value_ = {};
    return done;
}

void handle::reset() noexcept {
    if (value_) (void)kobj::close(std::exchange(value_, {}));
}

result<handle> duplicate(handle_value source, const duplicate_options& options) {
    return duplicate_from(current_process(), source, options);
}

result<handle_value> duplicate_into(handle_value target_process, handle_value source,
                                    const duplicate_options& options) {
    return duplicate(current_process(), source, target_process, options);
}

result<handle> duplicate_from(handle_value source_process, handle_value source, const duplicate_options& options) {
    auto made = duplicate(source_process, source, current_process(), options);
    if (!made) return std::move(made).error();
    return handle(*made);
}

result<void> detail::expect_type(handle_value value, object_type type) {
    auto found = type_of(value);
    if (!found) return std::move(found).error();
    if (*found != type)
        return explain(errc::invalid_handle,
                       {"handle ", number_text(value), " is a ", type_name(*found), ", not a ", type_name(type)});
    return {};
}

}  // namespace kobj
