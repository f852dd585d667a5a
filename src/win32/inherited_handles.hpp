#pragma once

#include "windows.hpp"

#include <kobj/process.hpp>

#include <array>
#include <vector>

namespace kobj::detail {

/// What a child is to find in its handle table: what the options say, and the standard streams. For a stream that is
/// not inheritable an inheritable duplicate lives as long as this object: a child started meanwhile with all handles
/// would get it, too, so the caller holds a lock.
class inherited_handles {
public:
    /// Error: invalid_parameter (87) for a handle of the list that is not open or not inheritable.
    [[nodiscard]] static result<inherited_handles> choose(const process_options& options);

    /// Is anything inherited at all?
    [[nodiscard]] bool any() const noexcept { return all_ || !list_.empty(); }
    /// Is only the list inherited?
    [[nodiscard]] bool limited() const noexcept { return !all_ && !list_.empty(); }
    [[nodiscard]] std::vector<HANDLE>& list() noexcept { return list_; }

    [[nodiscard]] bool has_streams() const noexcept { return streams_ != decltype(streams_){}; }
    /// Input, output, error; null: closed.
    [[nodiscard]] const std::array<HANDLE, 3>& streams() const noexcept { return streams_; }

private:
    result<void> add_listed(handle_value value);
    void add_stream(std::size_t which, DWORD id);
    void add(HANDLE value);

    bool all_ = false;
    std::vector<HANDLE> list_;
    std::array<HANDLE, 3> streams_{};
    std::vector<handle> temporary_;
};

}  // namespace kobj::detail
