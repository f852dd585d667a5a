#include <kobj/command_line.hpp>
#include <kobj/process.hpp>

#include "common/access_rights.hpp"
#include "last_error.hpp"
#include "launch.hpp"
#include "native.hpp"
#include "wide.hpp"

#include <cstdlib>
#include <new>

namespace kobj {

using detail::last_error;
using detail::native;
using detail::number_text;

result<process> process::start(const std::vector<std::string>& arguments, const process_options& options) try {
    if (arguments.empty()) return failure(errc::invalid_parameter, "no arguments: the first is the program");
    auto made = detail::launch(arguments.front(), join_command_line(arguments), options);
    if (!made) return std::move(made).error();
    process started(std::move(made->process));
    started.primary_ = thread(std::move(made->primary_thread));
    return started;
} catch (const std::bad_alloc&) {
    return errc::not_enough_memory;
}

// The text reaches the child as it is, not split and joined again.
result<process> process::start_command_line(std::string_view text, const process_options& options) try {
    const auto arguments = split_command_line(text);
    if (arguments.empty()) return failure(errc::invalid_parameter, "an empty command line");
    auto made = detail::launch(arguments.front(), text, options);
    if (!made) return std::move(made).error();
    process started(std::move(made->process));
    started.primary_ = thread(std::move(made->primary_thread));
    return started;
} catch (const std::bad_alloc&) {
    return errc::not_enough_memory;
}

result<process> process::open(std::uint32_t id, const open_options& options) {
    if (auto rights = detail::resolve_access(type, options.access); !rights) return std::move(rights).error();
    const HANDLE opened = OpenProcess(options.access, options.inheritable ? TRUE : FALSE, id);
    if (opened == nullptr) return last_error({"OpenProcess of id ", number_text(id)});
    return process(handle(handle_value::from_native(opened)));
}

std::uint32_t process::current_id() noexcept {
    return GetCurrentProcessId();
}

std::string process::executable_path() {
    std::wstring path(MAX_PATH, L'\0');
    while (true) {
        const DWORD length = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
        if (length < path.size()) return detail::to_utf8(std::wstring_view(path).substr(0, length));
        path.resize(path.size() * 2);
    }
}

// ExitProcess alone would skip the atexit functions and leave buffered output unwritten.
void process::exit(std::uint32_t code) {
    std::exit(static_cast<int>(code));
}

result<std::uint32_t> process::id() const {
    const DWORD found = GetProcessId(native(get()));
    if (found == 0) return last_error({"GetProcessId of handle ", number_text(get())});
    return std::uint32_t{found};
}

result<std::uint32_t> process::exit_code() const {
    DWORD code = 0;
    if (GetExitCodeProcess(native(get()), &code) == 0)
        return last_error({"GetExitCodeProcess of handle ", number_text(get())});
    return std::uint32_t{code};
}

namespace {
bool has_ended(handle_value value) {
    // The type first: to wait for a mutex would take it.
    return type_of(value) == object_type::process && WaitForSingleObject(native(value), 0) == WAIT_OBJECT_0;
}
}  // namespace

result<void> process::terminate(std::uint32_t code) {
    // Windows refuses by itself, as documented; Wine does not. Without the right to wait the call alone decides.
    if (has_ended(get()))
        return detail::explain(errc::access_denied, {"the process of handle ", number_text(get()), " has ended"});
    if (TerminateProcess(native(get()), code) == 0)
        return last_error({"TerminateProcess of handle ", number_text(get())});
    return {};
}

}  // namespace kobj
