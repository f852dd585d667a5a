#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "posix/arena/layout.hpp"

namespace kobj::posix::check {

/// What can be wrong with an arena. docs/check.md says what each means.
enum class rule : u8 {
    header,
    undo_log,
    session_lock,
    object_state,
    object_list,
    usage_count,
    reference_count,
    unreachable,
    handle_table,
    handle_list,
    name,
    name_list,
    directory,
    process,
    thread,
    wait,
    queue,
    watch,
    watch_list,
    timer_list,
    section,
    section_file,
    counter,
    account,
    open_files,
    trace,
    job,
};
std::string_view name_of(rule which) noexcept;

struct problem {
    rule which;
    u64 record;        ///< which record it is about, so that the same one is known again in the next look
    std::string text;  ///< in words
};

struct report {
    std::vector<problem> problems;
    /// What the dead have left and the next process puts in order: no damage.
    std::vector<std::string> debts;
    bool cut = false;  ///< there are more problems than are listed

    u32 looks = 1;
    /// Whether the arena stood still in a look, and what is listed was seen in each such look. Otherwise it was seen,
    /// in the same words, in every look.
    bool stood_still = true;

    struct {
        u32 processes = 0, threads = 0, objects = 0, names = 0, handles = 0, views = 0, waits = 0, watches = 0;
    } counted;

    [[nodiscard]] bool is_whole() const noexcept { return problems.empty(); }
};

/// One line for each problem, for a test's message.
std::string to_text(const report& all);

}  // namespace kobj::posix::check
