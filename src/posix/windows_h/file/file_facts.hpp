#pragma once

#include <string>

#include <windows.h>

namespace kobj::windows_h {

/// What Windows tells of a file, whoever asks by which structure.
struct file_facts {
    DWORD attributes = 0;
    FILETIME created{}, read{}, written{};
    std::uint64_t size = 0;
    std::uint64_t inode = 0;
    DWORD device = 0;
    DWORD links = 0;
    DWORD error = 0;  ///< of the last error, when there is no such file
};

/// Of a path in a folder, or of the folder's descriptor itself with an empty path. A link is followed, but said to be
/// one.
file_facts facts_of_file(int folder, const std::string& path) noexcept;

template <class Data>
void fill(Data& data, const file_facts& facts) noexcept {
    data.dwFileAttributes = facts.attributes;
    data.ftCreationTime = facts.created;
    data.ftLastAccessTime = facts.read;
    data.ftLastWriteTime = facts.written;
    data.nFileSizeHigh = static_cast<DWORD>(facts.size >> 32U);
    data.nFileSizeLow = static_cast<DWORD>(facts.size);
}

}  // namespace kobj::windows_h
