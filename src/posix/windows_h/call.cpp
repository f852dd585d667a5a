#include "posix/windows_h/call.hpp"

#include <new>

#include "posix/windows_h/text/unicode.hpp"

namespace kobj::windows_h {

name_text::name_text(LPCSTR name) noexcept {
    if (name == nullptr) return;
    view_ = name;
    const auto next = [this](std::size_t at) { return decode_utf8(view_.data() + at, view_.size() - at); };
    std::size_t good = 0;
    while (good < view_.size() && next(good).valid) good += next(good).length;
    if (good == view_.size()) return;
    try {
        for (std::size_t at = 0; at < view_.size();) {
            const decoded character = next(at);
            char bytes[4] = {};
            text_.append(bytes, encode_utf8(character.code, bytes));
            at += character.length;
        }
        view_ = text_;
    } catch (const std::bad_alloc&) {
        error_ = ERROR_NOT_ENOUGH_MEMORY;
    }
}

name_text::name_text(LPCWSTR name) noexcept {
    if (name == nullptr) return;
    try {
        for (; *name != 0; ++name) {
            const auto code = static_cast<char32_t>(*name);
            if (!is_scalar(code)) {
                error_ = ERROR_NO_UNICODE_TRANSLATION;
                return;
            }
            char bytes[4] = {};
            text_.append(bytes, encode_utf8(code, bytes));
        }
        view_ = text_;
    } catch (const std::bad_alloc&) {
        error_ = ERROR_NOT_ENOUGH_MEMORY;
    }
}

}  // namespace kobj::windows_h
