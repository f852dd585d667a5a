#pragma once

#include <string>
#include <string_view>

namespace port {

/// A file's bytes as text in which code can be looked for: what is UTF-16 becomes UTF-8. False when it is not text.
bool make_text(std::string& bytes);

/// A text as JSON has it, with quotes. What is not valid UTF-8 becomes U+FFFD.
std::string json_quoted(std::string_view text);

}  // namespace port
