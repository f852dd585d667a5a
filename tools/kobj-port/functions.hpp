#pragma once

#include <string_view>

namespace port {

/// A function of Win32; the forms with A and W are one.
struct function {
    std::string_view name;
    /// The library of Windows that has it. Empty when it is a macro or an intrinsic there.
    std::string_view library;
    /// The header of kobj that declares it. Empty when kobj has none.
    std::string_view header;
    /// What is missing of kobj's. Empty when nothing is.
    std::string_view missing;

    [[nodiscard]] bool there() const { return !header.empty(); }
    [[nodiscard]] bool partial() const { return !missing.empty(); }
};

/// The function of that name, with or without the letter; null when Win32 has none.
const function* find_function(std::string_view name);

}  // namespace port
