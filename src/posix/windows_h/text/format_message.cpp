#include <cstdarg>
#include <cstring>
#include <new>
#include <vector>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/text/conversion.hpp"
#include "posix/windows_h/text/messages.hpp"

using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-formatmessagew
namespace {

/// The message is no message.
struct malformed {};

// What the caller inserts, by number from 1 on: an array, or a list that can be read once and in order only.
class inserts {
public:
    inserts(va_list* arguments, bool is_array) noexcept : list_(arguments), is_array_(is_array) {}

    std::uintptr_t at(std::size_t number) {
        if (list_ == nullptr) throw malformed();
        if (is_array_) return reinterpret_cast<const DWORD_PTR*>(list_)[number - 1];
        while (read_.size() < number) read_.push_back(va_arg(*list_, DWORD_PTR));
        return read_[number - 1];
    }

private:
    va_list* list_;
    bool is_array_;
    std::vector<std::uintptr_t> read_;
};

// The text of a message as it grows, broken into lines of at most `width` units where that is not 0.
template <class Char>
class lines {
public:
    explicit lines(DWORD width) noexcept : width_(width) {}

    std::basic_string<Char> text;

    void put(Char unit) {
        text += unit;
        wrap();
    }
    void end_line() {
        text += '\r';
        text += '\n';
        line_ = text.size();
    }
    /// A break of the message's own: kept only where there is no width.
    void soft_break() {
        if (width_ == 0)
            end_line();
        else
            put(' ');
    }
    void wrap() {
        if (width_ == 0 || width_ == FORMAT_MESSAGE_MAX_WIDTH_MASK) return;
        while (text.size() - line_ > width_) {
            const std::size_t space = text.rfind(static_cast<Char>(' '), line_ + width_);
            if (space == text.npos || space < line_) return;
            static constexpr Char line_end[] = {'\r', '\n', 0};
            text.replace(space, 1, line_end);
            line_ = space + 2;
        }
    }

private:
    DWORD width_;
    std::size_t line_ = 0;
};

// The insert behind a percent sign: %1 to %99, with a conversion between exclamation marks.
template <class Char>
void insert(const Char*& at, lines<Char>& out, inserts& arguments) {
    std::size_t number = static_cast<std::size_t>(*at++ - '0');
    if (*at >= '0' && *at <= '9') number = number * 10 + static_cast<std::size_t>(*at++ - '0');
    static constexpr Char as_text[] = {'s', 0};
    const Char* how = as_text;
    std::basic_string<Char> between;
    if (*at == '!') {
        const Char* const begin = ++at;
        while (*at != 0 && *at != '!') ++at;
        if (*at == 0) throw malformed();
        between.assign(begin, at++);
        how = between.c_str();
    }
    // A star takes the insert, and the value is the one behind.
    const conversion<Char> convert(how, [&] { return arguments.at(number++); });
    if (!convert.takes_argument()) throw malformed();
    convert.append(out.text, arguments.at(number));
    out.wrap();
}

template <class Char>
std::basic_string<Char> expand(const Char* at, DWORD width, bool ignores, inserts arguments) {
    lines<Char> out(width);
    while (*at != 0) {
        if (*at == '\r' || *at == '\n') {
            if (*at == '\r' && at[1] == '\n') ++at;
            const bool lone = *at == '\r';
            ++at;
            if (lone && width == 0)
                out.put('\r');
            else
                out.soft_break();
            continue;
        }
        if (*at != '%') {
            out.put(*at++);
            continue;
        }
        const Char kind = *++at;
        if (kind == 0) throw malformed();
        if (kind == '0') break;
        if (kind == 'n') {
            out.end_line();
            ++at;
        } else if (kind >= '1' && kind <= '9') {
            if (ignores)
                out.put('%');
            else
                insert(at, out, arguments);
        } else {
            if (ignores) out.put('%');
            if (!ignores && kind == 'r')
                out.put('\r');
            else if (!ignores && kind == 't')
                out.put('\t');
            else
                out.put(kind);
            ++at;
        }
    }
    return std::move(out.text);
}

template <class Char>
DWORD format(DWORD flags, LPCVOID source, DWORD number, Char* buffer, DWORD room, va_list* arguments) noexcept {
    const auto fail = [](DWORD error) {
        SetLastError(error);
        return DWORD{0};
    };
    constexpr DWORD sources = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_FROM_HMODULE;
    const bool allocates = (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) != 0;
    if ((flags & sources) == 0 || buffer == nullptr) return fail(ERROR_INVALID_PARAMETER);
    const DWORD width = flags & FORMAT_MESSAGE_MAX_WIDTH_MASK;
    const bool ignores = (flags & FORMAT_MESSAGE_IGNORE_INSERTS) != 0;
    try {
        std::basic_string<Char> text;
        const inserts given(arguments, (flags & FORMAT_MESSAGE_ARGUMENT_ARRAY) != 0);
        if ((flags & FORMAT_MESSAGE_FROM_STRING) != 0) {
            if (source == nullptr) return fail(ERROR_INVALID_PARAMETER);
            text = expand(static_cast<const Char*>(source), width, ignores, given);
        } else {
            // No module has messages here; the system is asked behind it.
            if ((flags & FORMAT_MESSAGE_FROM_SYSTEM) == 0) return fail(ERROR_RESOURCE_DATA_NOT_FOUND);
            const char* const message = message_of(number);
            if (message == nullptr) return fail(ERROR_MR_MID_NOT_FOUND);
            text = expand(to_form<Char>(std::string(message) + "\r\n").c_str(), width, ignores, given);
        }
        if (text.empty()) return fail(ERROR_NO_WORK_DONE);
        Char* to = buffer;
        if (allocates) {
            const std::size_t units = text.size() + 1 > room ? text.size() + 1 : room;
            to = static_cast<Char*>(LocalAlloc(LMEM_FIXED, units * sizeof(Char)));
            if (to == nullptr) return 0;
            // The caller's buffer is a pointer then.
            std::memcpy(static_cast<void*>(buffer), &to, sizeof to);
        } else if (text.size() >= room) {
            return fail(ERROR_INSUFFICIENT_BUFFER);
        }
        std::memcpy(to, text.c_str(), (text.size() + 1) * sizeof(Char));
        return static_cast<DWORD>(text.size());
    } catch (const malformed&) {
        return fail(ERROR_INVALID_PARAMETER);
    } catch (...) {
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
}

}  // namespace

DWORD FormatMessageA(DWORD flags, LPCVOID source, DWORD number, DWORD, LPSTR buffer, DWORD room, va_list* arguments) {
    return format(flags, source, number, buffer, room, arguments);
}
DWORD FormatMessageW(DWORD flags, LPCVOID source, DWORD number, DWORD, LPWSTR buffer, DWORD room, va_list* arguments) {
    return format(flags, source, number, buffer, room, arguments);
}
