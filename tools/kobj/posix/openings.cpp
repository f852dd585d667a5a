#include "openings.hpp"

#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "arena_session.hpp"
#include "call_stack.hpp"
#include "posix/arena/handle_history.hpp"
#include "posix/arena/session_path.hpp"

namespace kobj::tool {

using namespace posix;
using handle_history::record;

namespace {

/// The history of a process's handles, if it keeps one.
class history {
public:
    explicit history(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {
        handle_history::header head{};
        if (file_ && (!read(0, head) || head.magic.get() != handle_history::file_magic ||
                      head.version.get() != handle_history::file_version))
            file_.reset();
    }
    [[nodiscard]] bool is_there() const { return static_cast<bool>(file_); }

    [[nodiscard]] std::optional<opening> find(u64 value, u64 object) const {
        constexpr int most_looks = 100;
        const auto found = std::make_unique<record>();
        for (int look = 0; file_ && look < most_looks; ++look) {
            word32 after{};
            const u64 at = handle_history::place_of(value >> 2U);
            if (!read(at, *found) || !read(at, after)) return std::nullopt;
            if ((found->changes.get() & 1U) != 0 || found->changes.get() != after.get()) continue;
            if ((found->what.get() & handle_history::is_open) == 0 || found->object.get() != object)
                return std::nullopt;
            opening one{found->number.get(), (found->what.get() & handle_history::is_own) != 0, {}};
            for (const word64& call : found->opened)
                if (call.get() != 0) one.calls.push_back(call.get());
            return one;
        }
        return std::nullopt;
    }

private:
    template <class T>
    bool read(u64 at, T& into) const {
        return pread(file_.get(), static_cast<void*>(&into), sizeof into, static_cast<off_t>(at)) ==
               static_cast<ssize_t>(sizeof into);
    }
    os::descriptor file_;
};

}  // namespace

opened_handles read_openings(const source& where, std::uint32_t id) {
    const arena_session read = read_arena(where);
    const facts::process_facts* process = read.facts->process_of_id(id);
    if (process == nullptr) throw facts::unreadable(fmt::format("{}: there is no process {}", read.path, id));
    const process_record& in_arena = *read.copy->process(process->record);
    const auto kept = std::make_shared<const history>(
        read.arena.is_session ? history_path(read.path, process->record, in_arena.generation.get()) : std::string());
    return {read,
            process,
            in_arena.start_time.get(),
            kept->is_there(),
            "Where they were opened is known of programs that were started with KOBJ_HANDLE_TRACE=1.",
            [kept](u64 value, u64 object) { return kept->find(value, object); }};
}

call_namer namer_of(std::uint32_t process) {
    const auto modules = std::make_shared<const module_map>(process);
    const auto names = std::make_shared<call_stacks>();
    return [modules, names](const std::vector<u64>& calls) {
        std::vector<frame> stack;
        for (const u64 call : calls) stack.push_back(modules->place(call));
        return names->lines(stack);
    };
}

}  // namespace kobj::tool
