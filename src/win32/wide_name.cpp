#include "wide_name.hpp"

#include "windows.hpp"

#include <utility>

namespace kobj::detail {

wide_name::wide_name(std::string_view checked) noexcept {
    if (!checked.empty())
        MultiByteToWideChar(CP_UTF8, 0, checked.data(), static_cast<int>(checked.size()), text_.data(),
                            static_cast<int>(longest_object_name));
}

result<wide_name> wide_name::to_create(std::string_view text) noexcept {
    if (auto name = name_to_create(text); !name) return std::move(name).error();
    return wide_name(text);
}

result<wide_name> wide_name::to_open(std::string_view text) noexcept {
    if (auto name = name_to_open(text); !name) return std::move(name).error();
    return wide_name(text);
}

}  // namespace kobj::detail
