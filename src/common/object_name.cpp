#include "object_name.hpp"

#include "explain.hpp"
#include "unicode.hpp"

#include <utility>

namespace kobj::detail {
namespace {

struct prefix {
    std::string_view text;
    name_space where;
};
constexpr prefix prefixes[] = {{"Local\\", name_space::local}, {"Global\\", name_space::global}};

}  // namespace

result<object_name> name_to_create(std::string_view text) noexcept {
    if (text.empty()) return object_name{};

    const auto units = utf16_length(text);
    if (!units) return failure(errc::no_unicode_translation, "the object name is not valid UTF-8");
    if (text.find('\0') != std::string_view::npos)
        return failure(errc::invalid_name, "there is a NUL in the object name");
    if (*units > longest_object_name)
        return explain(errc::filename_exceeds_range, {"the object name has ", number_text(*units),
                                                      " UTF-16 units, more than ", number_text(longest_object_name)});
    if (text.front() == '\\')
        return explain(errc::bad_pathname, {"the object name '", text, "' begins with a backslash"});

    object_name name{name_space::local, text};
    for (const auto& known : prefixes) {
        if (!text.starts_with(known.text)) continue;
        name = {known.where, text.substr(known.text.size())};
        if (name.bare.empty()) return explain(errc::invalid_name, {"there is no name behind '", text, "'"});
    }
    if (name.bare.find('\\') != std::string_view::npos) {
        const std::string_view why = name.bare.size() == text.size()
                                         ? "' has a backslash, but not behind Local or Global"
                                         : "' has a second backslash";
        return explain(errc::path_not_found, {"the object name '", text, why});
    }
    return name;
}

result<object_name> name_to_open(std::string_view text) noexcept {
    if (text.data() == nullptr) return failure(errc::invalid_parameter, "open needs an object name");
    if (text.empty()) return failure(errc::invalid_handle, "the object name is empty");
    return name_to_create(text);
}

}  // namespace kobj::detail
