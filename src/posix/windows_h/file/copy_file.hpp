#pragma once

#include <string>

#include <windows.h>

namespace kobj::windows_h {

/// Copies content, times and the attribute of being read-only. 0, or why not.
DWORD copy_file(const std::string& from, const std::string& to, bool fail_if_exists);

}  // namespace kobj::windows_h
