#pragma once

#include <string>

#include <windows.h>

namespace kobj::windows_h {

/// What STARTUPINFO tells the child, its texts as UTF-8.
struct startup_facts {
    STARTUPINFOA numbers{};  ///< its pointers unused
    std::string desktop;
    std::string title;
};

/// As a text for the child; empty when nothing is told.
std::string pack(const startup_facts& facts);
startup_facts unpack(const std::string& text);

}  // namespace kobj::windows_h
