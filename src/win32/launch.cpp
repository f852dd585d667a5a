#include "launch.hpp"

#include "environment_block.hpp"
#include "inherited_handles.hpp"
#include "last_error.hpp"
#include "native.hpp"
#include "program_path.hpp"
#include "security.hpp"
#include "wide.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace kobj::detail {
namespace {

// Held from making inheritable duplicates of the standard streams until they are closed again: a concurrent start would
// hand them to its child. Starts by others than kobj cannot be kept from that.
std::mutex starting;

/// The attribute list of a start: what it limits inheritance to, and the jobs. Both must outlive it.
class attribute_list {
public:
    attribute_list() {
        constexpr DWORD most = 2;
        SIZE_T size = 0;
        InitializeProcThreadAttributeList(nullptr, most, 0, &size);
        room_.resize(size);
        if (InitializeProcThreadAttributeList(get(), most, 0, &size) == 0) room_.clear();
    }
    attribute_list(const attribute_list&) = delete;
    attribute_list& operator=(const attribute_list&) = delete;
    ~attribute_list() {
        if (!room_.empty()) DeleteProcThreadAttributeList(get());
    }

    [[nodiscard]] bool add(DWORD_PTR which, std::vector<HANDLE>& handles) {
        return !room_.empty() && UpdateProcThreadAttribute(get(), 0, which, handles.data(),
                                                           handles.size() * sizeof(HANDLE), nullptr, nullptr) != 0;
    }
    [[nodiscard]] LPPROC_THREAD_ATTRIBUTE_LIST get() noexcept {
        return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(room_.data());
    }

private:
    std::vector<std::byte> room_;
};

/// Null, or the text.
wchar_t* pointer_to(std::optional<std::wstring>& text) noexcept {
    return text ? text->data() : nullptr;
}

result<std::wstring> working_directory(const std::string& name) {
    if (name.find('\0') != std::string::npos) return failure(errc::directory, "a NUL in the working directory");
    auto wide = to_wide(name, "the working directory");
    if (!wide) return wide;
    auto path = full_path(*wide, name);
    const DWORD attributes = path ? GetFileAttributesW(path->c_str()) : INVALID_FILE_ATTRIBUTES;
    if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
        return explain(errc::directory, {"the working directory '", name, "'"});
    return path;
}

result<launched> create(const std::wstring& path, std::wstring& command_line, wchar_t* environment,
                        const wchar_t* directory, const process_options& options, std::string_view shown) {
    const std::lock_guard alone(starting);
    auto handles = inherited_handles::choose(options);
    if (!handles) return std::move(handles).error();

    STARTUPINFOEXW startup{};
    startup.StartupInfo.cb = sizeof(startup);
    if (handles->has_streams()) {
        startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        startup.StartupInfo.hStdInput = handles->streams()[0];
        startup.StartupInfo.hStdOutput = handles->streams()[1];
        startup.StartupInfo.hStdError = handles->streams()[2];
    }
    DWORD flags = CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    if (options.suspended) flags |= CREATE_SUSPENDED;
    if (options.break_away) flags |= CREATE_BREAKAWAY_FROM_JOB;
    std::vector<HANDLE> jobs;
    for (const handle_value each : options.jobs) jobs.push_back(native(each));
    std::optional<attribute_list> list;
    if (handles->limited() || !jobs.empty()) {
        list.emplace();
        if (handles->limited() && !list->add(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles->list()))
            return last_error({"the list of inherited handles for '", shown, "'"});
        if (!jobs.empty() && !list->add(PROC_THREAD_ATTRIBUTE_JOB_LIST, jobs))
            return last_error({"the list of jobs for '", shown, "'"});
        startup.lpAttributeList = list->get();
    }

    auto security = attributes(options.inheritable);
    PROCESS_INFORMATION made{};
    if (CreateProcessW(path.c_str(), command_line.data(), &security, nullptr, handles->any() ? TRUE : FALSE, flags,
                       environment, directory, &startup.StartupInfo, &made) == 0) {
        const DWORD error = GetLastError();
        // An empty file is no program either.
        return explain(error == ERROR_FILE_INVALID ? DWORD{ERROR_BAD_EXE_FORMAT} : error,
                       {"CreateProcess of '", shown, "'"});
    }
    launched child{handle(handle_value::from_native(made.hProcess)), handle(handle_value::from_native(made.hThread))};
    // Wine ignores the security attributes. Under the lock still: this child must not be passed to a concurrent one.
    if (options.inheritable) (void)set_inheritable(child.process.get(), true);
    return child;
}

}  // namespace

result<launched> launch(std::string_view program, std::string_view command_line, const process_options& options) {
    if (command_line.find('\0') != std::string_view::npos)
        return failure(errc::invalid_parameter, "there is a NUL in an argument");
    auto path = find_program(program);
    if (!path) return std::move(path).error();
    auto wide_command_line = to_wide(command_line, "an argument");
    if (!wide_command_line) return std::move(wide_command_line).error();

    std::optional<std::wstring> environment;
    if (options.environment) {
        auto block = environment_block(*options.environment);
        if (!block) return std::move(block).error();
        environment = *std::move(block);
    }
    std::optional<std::wstring> directory;
    if (!options.working_directory.empty()) {
        auto found = working_directory(options.working_directory);
        if (!found) return std::move(found).error();
        directory = *std::move(found);
    }
    return create(*path, *wide_command_line, pointer_to(environment), pointer_to(directory), options, program);
}

}  // namespace kobj::detail
