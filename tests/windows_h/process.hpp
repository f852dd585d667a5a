#pragma once

#include "support/role.hpp"
#include "windows.hpp"

#include <optional>
#include <vector>

/// Children started by CreateProcess: the test program itself, in a role.
namespace test {

/// A started process. Its handles are closed at the end of the test.
class child {
public:
    child() = default;
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child() {
        if (info.hProcess != nullptr) CloseHandle(info.hProcess);
        if (info.hThread != nullptr) CloseHandle(info.hThread);
    }

    /// The exit code, after the end.
    DWORD end() const {
        DWORD code = 0;
        if (WaitForSingleObject(info.hProcess, 60'000) != WAIT_OBJECT_0) throw std::runtime_error("a child runs on");
        if (!GetExitCodeProcess(info.hProcess, &code)) throw std::runtime_error("no exit code");
        return code;
    }

    PROCESS_INFORMATION info{};
};

/// How a child is started; what a test does not set is what most programs give.
struct launch {
    std::optional<std::wstring> application{};
    std::optional<std::wstring> command_line{};
    SECURITY_ATTRIBUTES* process_attributes = nullptr;
    SECURITY_ATTRIBUTES* thread_attributes = nullptr;
    BOOL inherit = FALSE;
    DWORD flags = 0;
    const void* environment = nullptr;
    std::optional<std::wstring> directory{};
    STARTUPINFOW* startup = nullptr;

    bool operator()(child& made) const {
        STARTUPINFOW plain{};
        plain.cb = sizeof plain;
        std::wstring line = command_line.value_or(L"");
        return CreateProcessW(application ? application->c_str() : nullptr, command_line ? line.data() : nullptr,
                              process_attributes, thread_attributes, inherit, flags, const_cast<void*>(environment),
                              directory ? directory->c_str() : nullptr, startup != nullptr ? startup : &plain,
                              &made.info) != FALSE;
    }
};

/// A list with room for `count` attributes.
class attribute_list {
public:
    explicit attribute_list(DWORD count = 1) {
        SIZE_T size = 0;
        (void)InitializeProcThreadAttributeList(nullptr, count, 0, &size);
        memory_.resize(size);
        if (!InitializeProcThreadAttributeList(get(), count, 0, &size)) throw std::runtime_error("no attribute list");
    }
    attribute_list(const attribute_list&) = delete;
    attribute_list& operator=(const attribute_list&) = delete;
    ~attribute_list() { DeleteProcThreadAttributeList(get()); }
    LPPROC_THREAD_ATTRIBUTE_LIST get() { return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data()); }
    /// The handles have to outlive it.
    BOOL set(DWORD_PTR number, std::vector<HANDLE>& handles) {
        return UpdateProcThreadAttribute(get(), 0, number, handles.data(), handles.size() * sizeof(HANDLE), nullptr,
                                         nullptr);
    }

private:
    alignas(16) std::vector<char> memory_;
};

inline std::wstring own_image() {
    return wide(kobj::process::executable_path());
}

/// `"program" --role NAME ARGUMENTS`, the arguments without quotes.
inline std::wstring role_line(const std::string& name, const std::wstring& arguments = {}) {
    return L'"' + own_image() + L"\" --role " + wide(name) + (arguments.empty() ? L"" : L" " + arguments);
}

/// Starts a role, gives its exit code.
inline DWORD run(const launch& how) {
    child made;
    if (!how(made)) throw std::runtime_error("CreateProcess: error " + std::to_string(GetLastError()));
    return made.end();
}

}  // namespace test
