#include "tokens.hpp"

#include <algorithm>
#include <string>

namespace port {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 128;
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

class lexer {
public:
    explicit lexer(std::string_view text) : text_(text) {}

    std::vector<token> run() {
        while (at_ < text_.size()) step();
        return std::move(tokens_);
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    // How long the end of line behind a backslash is; 0 when there is none.
    [[nodiscard]] std::size_t joined_line() const {
        if (peek() != '\\') return 0;
        if (peek(1) == '\n') return 2;
        return peek(1) == '\r' && peek(2) == '\n' ? 3 : 0;
    }

    void step() {
        const char c = peek();
        if (c == '\n') {
            ++line_;
            ++at_;
            directive_ = 0;
            fresh_ = true;
        } else if (const auto length = joined_line(); length != 0) {
            ++line_;
            at_ += length;
        } else if (is_blank(c)) {
            ++at_;
        } else if (c == '/' && peek(1) == '/') {
            skip_line();
        } else if (c == '/' && peek(1) == '*') {
            skip_comment();
        } else {
            if (c == '#' && fresh_) directive_ = ++directives_;
            fresh_ = false;
            take();
        }
    }

    void skip_line() {
        while (at_ < text_.size() && peek() != '\n') {
            const auto length = joined_line();
            if (length != 0) ++line_;
            at_ += length != 0 ? length : 1;
        }
    }

    void skip_comment() {
        const auto end = text_.find("*/", at_ + 2);
        const auto next = end == text_.npos ? text_.size() : end + 2;
        count_lines(at_, next);
        at_ = next;
    }

    void count_lines(std::size_t from, std::size_t to) {
        line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(from),
                                                     text_.begin() + static_cast<std::ptrdiff_t>(to), '\n'));
    }

    void add(token_kind kind, std::size_t from, std::size_t line) {
        tokens_.push_back({kind, text_.substr(from, at_ - from), line, directive_});
    }

    void take() {
        const auto from = at_;
        const auto line = line_;
        if (is_letter(peek())) {
            while (is_letter(peek()) || is_digit(peek())) ++at_;
            const auto word = text_.substr(from, at_ - from);
            const bool prefix = word == "L" || word == "u" || word == "U" || word == "u8";
            if (peek() == '"' && is_raw_prefix(word)) return take_raw(from, line);
            if (prefix && (peek() == '"' || peek() == '\'')) return take_quoted(from, line);
            return add(token_kind::identifier, from, line);
        }
        if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return take_number(from, line);
        if (peek() == '"' || peek() == '\'') return take_quoted(from, line);
        const bool two = (peek() == ':' && peek(1) == ':') || (peek() == '-' && peek(1) == '>');
        at_ += two ? 2U : 1U;
        add(token_kind::punctuation, from, line);
    }

    static bool is_raw_prefix(std::string_view word) {
        return word == "R" || word == "LR" || word == "uR" || word == "UR" || word == "u8R";
    }

    // 0x1p-3 and 1'000'000, too.
    void take_number(std::size_t from, std::size_t line) {
        while (is_letter(peek()) || is_digit(peek()) || peek() == '.' ||
               (peek() == '\'' && (is_letter(peek(1)) || is_digit(peek(1)))) ||
               ((peek() == '+' || peek() == '-') &&
                std::string_view("eEpP").find(text_[at_ - 1]) != std::string_view::npos))
            ++at_;
        add(token_kind::literal, from, line);
    }

    // Ends at the end of the line at the latest: an apostrophe in a text that is not code must not swallow the rest.
    void take_quoted(std::size_t from, std::size_t line) {
        const char quote = peek();
        ++at_;
        while (at_ < text_.size() && peek() != quote && peek() != '\n') {
            if (peek() == '\\') {
                const auto length = joined_line();
                if (length != 0) ++line_;
                at_ += length != 0 ? length : peek(1) == '\n' || at_ + 1 == text_.size() ? 1 : 2;
            } else {
                ++at_;
            }
        }
        if (peek() == quote) ++at_;
        add(token_kind::literal, from, line);
    }

    void take_raw(std::size_t from, std::size_t line) {
        const auto open = text_.find('(', at_);
        if (open == text_.npos || open - at_ > 17) return take_quoted(from, line);
        std::string close(1, ')');
        close += text_.substr(at_ + 1, open - at_ - 1);
        close += '"';
        const auto end = text_.find(close, open);
        const auto next = end == text_.npos ? text_.size() : end + close.size();
        count_lines(at_, next);
        at_ = next;
        add(token_kind::literal, from, line);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    bool fresh_ = true;
    std::size_t directive_ = 0;
    std::size_t directives_ = 0;
    std::vector<token> tokens_;
};

}  // namespace

std::vector<token> tokens_of(std::string_view text) {
    return lexer(text).run();
}

}  // namespace port
