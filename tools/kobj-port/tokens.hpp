#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace port {

enum class token_kind { identifier, literal, punctuation };

struct token {
    token_kind kind;
    std::string_view text;
    std::size_t line;
    /// The number of the preprocessor's line in which it stands, with what is joined to it; 0 in code.
    std::size_t directive;
};

/// The tokens of C or C++ code, without comments. A string or a number is one token. Never fails: what is not code
/// gives tokens, too. The tokens point into the text.
std::vector<token> tokens_of(std::string_view text);

}  // namespace port
