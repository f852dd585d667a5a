#pragma once

#include <windows.h>

namespace kobj::windows_h {

/// The system's text for an error number, without the line break at its end; null when there is none.
const char* message_of(DWORD number) noexcept;

}  // namespace kobj::windows_h
