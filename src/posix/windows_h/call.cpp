#include "posix/windows_h/call.hpp"

#include <new>

#include "posix/windows_h/unicode.hpp"

namespace kobj::windows_h {

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
