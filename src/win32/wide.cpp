#include "wide.hpp"

#include "windows.hpp"

#include "common/explain.hpp"
#include "common/unicode.hpp"

#include <limits>

namespace kobj::detail {

result<std::wstring> to_wide(std::string_view utf8, std::string_view what) {
    const auto units = utf16_length(utf8);
    if (!units) return explain(errc::no_unicode_translation, {what, " is not valid UTF-8"});
    if (utf8.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return explain(errc::filename_exceeds_range, {what, " is too long"});
    std::wstring wide(*units, L'\0');
    if (!wide.empty())
        MultiByteToWideChar(CP_UTF8, 0, utf8.data(), static_cast<int>(utf8.size()), wide.data(),
                            static_cast<int>(wide.size()));
    return wide;
}

std::string to_utf8(std::wstring_view wide) {
    if (wide.empty()) return {};
    const int length = static_cast<int>(wide.size());
    const int bytes = WideCharToMultiByte(CP_UTF8, 0, wide.data(), length, nullptr, 0, nullptr, nullptr);
    std::string utf8(static_cast<std::size_t>(bytes), '\0');
    WideCharToMultiByte(CP_UTF8, 0, wide.data(), length, utf8.data(), bytes, nullptr, nullptr);
    return utf8;
}

}  // namespace kobj::detail
