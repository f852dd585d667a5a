#include "posix/check/examination.hpp"

#include <algorithm>

#include "common/object_type.hpp"
#include "posix/arena/session_lock.hpp"
#include "posix/check/check.hpp"

namespace kobj::posix::check {

std::string_view name_of(rule which) noexcept {
    constexpr std::string_view names[] = {
        "header",          "undo log",    "session lock", "object state", "object list", "usage count",
        "reference count", "unreachable", "handle table", "free handles", "name",        "free names",
        "directory",       "process",     "thread",       "wait",         "queue",       "watch",
        "free watches",    "timer list",  "section",      "section file", "counter",     "account",
        "open files",      "trace",       "job"};
    return names[static_cast<std::size_t>(which)];
}

std::string to_text(const report& all) {
    std::string lines;
    for (const problem& p : all.problems) lines += text("{}: {}\n", name_of(p.which), p.text);
    return lines;
}

report examine(image& arena) {
    report out;
    examination e(arena, out);
    e.header();
    e.objects();
    e.files();
    e.processes();
    e.threads();
    e.queues();
    e.watches();
    e.names();
    e.accounts();
    e.traced();
    e.jobs();
    e.counts();
    return out;
}

examination::examination(image& arena, report& out) : a_(arena), out_(out) {}

void examination::mark(u32& high, const word32& word, region which, const char* what) {
    high = word.get();
    // Record 0 of a kind is never used: where there is none yet, the mark is 1 without memory.
    if (high <= std::max(a_.capacity(which), which == region::buckets ? 0U : 1U)) return;
    say(rule::header, static_cast<u64>(which), "{} {} are said to be in use, but there is memory for {} only", high,
        what, a_.capacity(which));
    high = a_.capacity(which);
}

void examination::lock_and_log() {
    const arena_header& h = a_.header();
    const u32 word = h.session_lock.get() & ~session_lock::sleepers_bit;
    const u32 holder = session_lock::holder_of(word);
    const u32 noted = h.undo_count.get();
    if (word == 0 && noted != 0)
        say(rule::undo_log, 0, "the undo log has {} entries, but nobody holds the session lock: nobody undoes them",
            noted);
    if (word != 0) {
        const thread_record* thread = a_.thread(holder);
        if (thread == nullptr || !thread_claimed(thread->identity.get()))
            say(rule::session_lock, holder,
                "the session lock is held by thread record {}, which no thread has: nobody takes it over", holder);
        else if ((thread->life.word().load() & FUTEX_OWNER_DIED) != 0)
            out_.debts.push_back(
                text("the session lock is held by {}, which has died: whoever takes it over undoes {} words",
                     describe_thread(holder), noted));
    }
    if (const std::string wrong = a_.undo(); !wrong.empty()) say(rule::undo_log, 1, "{}", wrong);
}

void examination::header() {
    const arena_header& h = a_.header();
    // The log first: what it takes back may be one of the marks.
    lock_and_log();
    mark(objects_, h.high_object, region::objects, "objects");
    mark(names_, h.high_name, region::names, "names");
    mark(processes_, h.high_process, region::processes, "processes");
    mark(watches_, h.high_watch, region::watches, "watches");
    mark(accounts_, h.high_account, region::accounts, "accounts");
    mark(jobs_, h.high_job, region::jobs, "jobs");
    mark(buckets_, h.bucket_count, region::buckets, "buckets of the directory");
    threads_ = a_.capacity(region::threads);
    tallies_.resize(objects_);
    watch_seen_.resize(watches_);
    name_owner_.resize(names_);
    in_bucket_.resize(names_);
    queued_.resize(std::min(a_.capacity(region::waits), threads_ * max_wait));
}

bool examination::is_live(u32 o) const {
    if (o == 0 || o >= objects_) return false;
    const u32 type = state::type(a_.object(o)->state.get());
    return type != 0 && type != state::section_limbo;
}

const object_record* examination::live(u32 o, rule which, u64 record, const std::string& whose) {
    if (is_live(o)) return a_.object(o);
    if (o == 0 || o >= objects_)
        say(which, record, "{} leads to object {}, of {}", whose, o, objects_);
    else
        say(which, record, "{} leads to {}", whose, describe(o));
    return nullptr;
}

u64 examination::number_of(u32 o) const {
    return u64{state::generation(a_.object(o)->state.get())} << 32U | o;
}

std::string examination::describe(u32 o) const {
    const object_record& object = *a_.object(o);
    const u32 type = state::type(object.state.get());
    if (type == 0) return text("free object {}", o);
    if (type == state::section_limbo)
        return text("object {}, a file mapping that is being made or removed, or a file to be removed", o);
    const std::string_view what = detail::type_name(object_type{static_cast<u8>(type)});
    if (object.name.get() == 0) return text("object {}, a {}", o, what);
    std::string shown;
    const std::string key = a_.key_of(object);
    for (const char c : key.empty() ? key : key.substr(1)) shown += c >= ' ' || c < 0 ? c : '?';
    return text("object {}, a {} named \"{}\"", o, what, shown);
}

std::string examination::describe_thread(u32 t) const {
    const thread_record& record = *a_.thread(t);
    const process_record* process = a_.process(record.process.get());
    if (record.process.get() == 0 || process == nullptr)
        return text("thread {} (record {})", thread_id(record.identity.get()), t);
    return text("thread {} of process {} (record {})", thread_id(record.identity.get()), process->id.get(), t);
}

std::string examination::describe_process(u32 p) const {
    const process_record* process = a_.process(p);
    if (process == nullptr) return text("a process of record {}, which there is not", p);
    return text("process {} (record {})", process->id.get(), p);
}

}  // namespace kobj::posix::check
