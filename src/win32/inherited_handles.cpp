#include "inherited_handles.hpp"

#include "common/explain.hpp"
#include "native.hpp"

#include <algorithm>
#include <utility>

namespace kobj::detail {

result<inherited_handles> inherited_handles::choose(const process_options& options) {
    inherited_handles chosen;
    chosen.all_ = options.inherit == inherit::all;
    if (options.inherit == inherit::list)
        for (const auto each : options.handles)
            if (auto added = chosen.add_listed(each); !added) return std::move(added).error();
    chosen.add_stream(0, STD_INPUT_HANDLE);
    chosen.add_stream(1, STD_OUTPUT_HANDLE);
    chosen.add_stream(2, STD_ERROR_HANDLE);
    return chosen;
}

result<void> inherited_handles::add_listed(handle_value value) {
    const auto flags = get_flags(value);
    if (!flags || !flags->inheritable)
        return explain(errc::invalid_parameter, {"handle ", number_text(value), " of the list is not ",
                                                 flags ? std::string_view("inheritable") : "open"});
    add(native(value));
    return {};
}

// A stream that cannot be had is left out: the program may have closed it.
void inherited_handles::add_stream(std::size_t which, DWORD id) {
    const HANDLE stream = GetStdHandle(id);
    DWORD flags = 0;
    if (stream == nullptr || stream == INVALID_HANDLE_VALUE || GetHandleInformation(stream, &flags) == 0) return;
    HANDLE passed = stream;
    if ((flags & HANDLE_FLAG_INHERIT) == 0) {
        const HANDLE self = GetCurrentProcess();
        if (DuplicateHandle(self, stream, self, &passed, 0, TRUE, DUPLICATE_SAME_ACCESS) == 0) return;
        temporary_.push_back(handle(handle_value::from_native(passed)));
    }
    streams_[which] = passed;
    add(passed);
}

// CreateProcess refuses a list with the same handle twice.
void inherited_handles::add(HANDLE value) {
    if (std::find(list_.begin(), list_.end(), value) == list_.end()) list_.push_back(value);
}

}  // namespace kobj::detail
