#include <kobj/handle_value.hpp>

#include "explain.hpp"

#include <charconv>
#include <system_error>

namespace kobj {

std::string handle_value::to_string() const {
    return std::to_string(number_);
}

result<handle_value> handle_value::parse(std::string_view text) {
    std::string_view digits = text;
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        digits.remove_prefix(2);
        base = 16;
    }
    std::uintptr_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number, base);
    if (read.ec == std::errc::result_out_of_range)
        return detail::explain(errc::invalid_parameter, {"'", text, "' is too large for a handle"});
    if (read.ec != std::errc{} || read.ptr != end)
        return detail::explain(errc::invalid_parameter, {"'", text, "' is not a handle's number"});
    return handle_value(number);
}

}  // namespace kobj
