#pragma once

#include "windows.hpp"

namespace test {

/// An open file, closed at the end of the test: as `owned`, but what could not be opened is INVALID_HANDLE_VALUE.
class open_file {
public:
    open_file(const std::string& path, DWORD access, DWORD share = 0, DWORD disposition = OPEN_EXISTING,
              DWORD flags = FILE_ATTRIBUTE_NORMAL, SECURITY_ATTRIBUTES* attributes = nullptr)
        : handle_(CreateFileA(path.c_str(), access, share, attributes, disposition, flags, nullptr)),
          error_(GetLastError()) {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() { close(); }

    operator HANDLE() const { return handle_; }
    explicit operator bool() const { return handle_ != INVALID_HANDLE_VALUE; }
    /// The last error behind CreateFile.
    DWORD error() const { return error_; }
    void close() {
        if (handle_ != INVALID_HANDLE_VALUE) CloseHandle(handle_);
        handle_ = INVALID_HANDLE_VALUE;
    }

private:
    HANDLE handle_;
    DWORD error_;
};

inline bool write_text(HANDLE file, const std::string& text) {
    DWORD done = 0;
    return WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &done, nullptr) && done == text.size();
}

/// What one ReadFile gives, "?" and the last error when it fails.
inline std::string read_text(HANDLE file, DWORD most = 4096) {
    std::string text(most, '\0');
    DWORD done = 0;
    if (!ReadFile(file, text.data(), most, &done, nullptr)) return "?" + std::to_string(GetLastError());
    text.resize(done);
    return text;
}

/// Everything up to the end.
inline std::string read_all(HANDLE file) {
    std::string all;
    for (;;) {
        const std::string part = read_text(file);
        if (part.empty() || part == "?109") return all;
        if (part[0] == '?') return all + part;
        all += part;
    }
}

/// Both ends of a pipe, closed at the end of the test.
class pipe_ends {
public:
    explicit pipe_ends(bool inherited = false, DWORD size = 0) {
        SECURITY_ATTRIBUTES attributes{sizeof attributes, nullptr, inherited};
        if (!CreatePipe(&reader, &writer, &attributes, size))
            throw std::runtime_error("CreatePipe: " + std::to_string(GetLastError()));
    }
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;
    ~pipe_ends() {
        close(reader);
        close(writer);
    }
    void close(HANDLE& end) {
        if (end != nullptr) CloseHandle(end);
        end = nullptr;
    }

    HANDLE reader = nullptr;
    HANDLE writer = nullptr;
};

}  // namespace test
