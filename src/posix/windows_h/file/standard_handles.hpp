#pragma once

#include <array>

#include "posix/process/start.hpp"

#include <windows.h>

namespace kobj::windows_h {

/// What a child gets for standard streams that is told nothing about them.
std::array<posix::child_stream, 3> standard_streams();
/// A child that is told.
std::array<posix::child_stream, 3> standard_streams(HANDLE input, HANDLE output, HANDLE error);

}  // namespace kobj::windows_h
