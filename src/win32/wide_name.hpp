#pragma once

#include "common/object_name.hpp"

#include <array>

namespace kobj::detail {

/// An object's name, checked, in UTF-16. Does not allocate.
class wide_name {
public:
    [[nodiscard]] static result<wide_name> to_create(std::string_view text) noexcept;
    [[nodiscard]] static result<wide_name> to_open(std::string_view text) noexcept;

    /// Null: unnamed.
    [[nodiscard]] const wchar_t* c_str() const noexcept { return text_[0] == L'\0' ? nullptr : text_.data(); }

private:
    explicit wide_name(std::string_view checked) noexcept;

    std::array<wchar_t, longest_object_name + 1> text_{};
};

}  // namespace kobj::detail
