#pragma once

#include <kobj/result.hpp>

#include <string>
#include <string_view>

namespace kobj::detail {

/// The full path of the program that `program` means: with a slash, backslash or colon a path, otherwise looked up as
/// SearchPath does. `.exe` is added where there is no suffix and such a file exists.
///
/// Errors: file_not_found (2), path_not_found (3), access_denied (5) for a folder, bad_exe_format (193) for a batch
/// file: the command interpreter would read its arguments by other rules than those by which they are quoted.
/// https://learn.microsoft.com/windows/win32/api/processenv/nf-processenv-searchpathw
[[nodiscard]] result<std::wstring> find_program(std::string_view program);

/// The full path of what `path` names, relative to the caller's directory.
[[nodiscard]] result<std::wstring> full_path(const std::wstring& path, std::string_view shown);

}  // namespace kobj::detail
