#include "posix/handle/verify.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <span>

#include "common/object_type.hpp"
#include "posix/arena/handle_history.hpp"
#include "posix/handle/table.hpp"
#include "posix/os/shared_file.hpp"
#include "posix/os/stack.hpp"

namespace kobj::posix::verify {

namespace {

constexpr std::size_t most_leaks = 1000;

std::string* log_path = nullptr;
bool breaks = false;

std::string quoted(std::string_view words) {
    std::string out = "\"";
    for (const char c : words) {
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (static_cast<unsigned char>(c) < ' ')
            out += text("\\u{:04x}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out + '"';
}

std::string program() {
    std::array<char, 4096> path{};
    const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
    return {path.data(), length < 0 ? 0 : static_cast<std::size_t>(length)};
}

// One write, so that lines of several processes do not mix.
void write_line(const std::string& line) {
    os::descriptor log(open(log_path->c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!log) return;
    const std::string whole = line + '\n';
    for (std::size_t done = 0; done < whole.size();) {
        const ssize_t n = write(log.get(), whole.data() + done, whole.size() - done);
        if (n < 0 && errno != EINTR) return;
        if (n > 0) done += static_cast<std::size_t>(n);
    }
}

std::string head(std::string_view kind, handle_value value, std::string_view words) {
    return text("{{\"kind\":\"{}\",\"process\":{},\"thread\":{},\"program\":{},\"handle\":\"{:#x}\",\"text\":{}", kind,
                getpid(), gettid(), quoted(program()), value.value(), quoted(words));
}

// `call(i)` is an address, 0 behind the last one.
template <class Calls>
std::string stack(std::string_view what, u64 thread, Calls call, std::size_t most) {
    std::string frames;
    for (std::size_t i = 0; i < most && call(i) != 0; ++i) {
        const u64 address = call(i);
        const os::module_place module = os::module_of(address);
        frames += text("{}{{\"module\":{},\"base\":{},\"address\":{}}}", frames.empty() ? "" : ",", quoted(module.path),
                       module.base, address);
    }
    return text("{{\"what\":\"{}\",\"thread\":{},\"frames\":[{}]}}", what, thread, frames);
}

std::string kept_stack(std::string_view what, u64 thread, const word64 (&calls)[handle_history::record::depth]) {
    return stack(
        what, thread, [&](std::size_t i) { return calls[i].get(); }, handle_history::record::depth);
}

// Of a handle that is not open: what was it once?
std::string_view kind_of(const misuse& what, const handle_history::record* known) {
    switch (what.which) {
        case misuse::kind::wrong_type:
            return "wrong_type";
        case misuse::kind::not_owner:
            return "not_owner";
        case misuse::kind::not_open:
        case misuse::kind::close_of_not_open:
            break;
    }
    if (what.handle == 0) return "null_handle";
    if (known == nullptr) return "never_opened";
    return what.which == misuse::kind::close_of_not_open ? "double_close" : "use_after_close";
}

// A loop makes the same mistake over and over: it is told once for each way to it.
bool is_new(std::string_view kind, std::span<const u64> calls) noexcept {
    static std::array<std::atomic<u64>, 1024> told;
    u64 hash = std::hash<std::string_view>()(kind);
    for (const u64 call : calls) hash = (hash ^ call) * 1099511628211U;
    hash |= 1;  // 0: a place that is free
    for (std::size_t i = 0; i < told.size(); ++i) {
        u64 seen = 0;
        if (told[(hash / 2 + i) % told.size()].compare_exchange_strong(seen, hash)) return true;
        if (seen == hash) return false;
    }
    return true;
}

void tell(const misuse& what) noexcept {
    if (handle_history::own_work::is_on()) return;
    (void)guarded([&] {
        std::array<u64, handle_history::record::depth> calls{};
        const std::size_t count = os::walk_stack(calls);
        const handle_value value(what.handle);
        const handle_history::record* known = handle_history::find(index_of(value));
        const std::string_view kind = kind_of(what, known);
        if (!is_new(kind, std::span(calls).first(count))) return;
        std::string line = head(kind, value, what.detail());
        if (known != nullptr)
            line += text(",\"type\":\"{}\"", detail::type_name(object_type{static_cast<u8>(known->type.get())}));
        line += ",\"stacks\":[";
        line += stack(
            "used", static_cast<u64>(gettid()), [&](std::size_t i) { return calls[i]; }, count);
        if (known != nullptr && (known->what.get() & handle_history::is_closed) != 0)
            line += ',' + kept_stack("closed", known->closed_by.get(), known->closed);
        if (known != nullptr && known->opened_by.get() != 0)
            line += ',' + kept_stack("opened", known->opened_by.get(), known->opened);
        write_line(line + "]}");
        if (breaks) raise(SIGTRAP);
    });
}

}  // namespace

void begin() noexcept {
    const char* path = secure_getenv("KOBJ_VERIFY");
    if (path == nullptr || *path != '/') return;
    (void)guarded([&] {
        delete log_path;
        log_path = new std::string(path);
        breaks = secure_getenv("KOBJ_VERIFY_BREAK") != nullptr;
        on_misuse = &tell;
        write_line(head("begin", {}, "") + '}');
    });
}

void tell_leaks(const context& me) noexcept {
    if (on_misuse == nullptr) return;
    (void)guarded([&] {
        arena& a = the_arena();
        const u32 high = std::min(a.process(me.process).high.get(), a.table_mark(me.process));
        std::size_t told = 0;
        for (u32 i = 1; i < high; ++i) {
            const u64 e = a.table_entry(me.process, i).get();
            const handle_history::record* known = handle_history::find(i);
            // What was inherited, or put there by another process, this one did not open.
            if (entry::kind_of(e) != entry::kind::handle || known == nullptr ||
                known->what.get() != handle_history::is_open ||
                static_cast<u32>(known->object.get()) != entry::object(e))
                continue;
            if (++told > most_leaks) return write_line(head("more_leaks", value_of(i), "and more") + '}');
            write_line(head("leak", value_of(i), "") +
                       text(",\"type\":\"{}\",\"stacks\":[",
                            detail::type_name(object_type{static_cast<u8>(known->type.get())})) +
                       kept_stack("opened", known->opened_by.get(), known->opened) + "]}");
        }
    });
}

}  // namespace kobj::posix::verify
