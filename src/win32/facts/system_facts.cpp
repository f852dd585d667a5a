#include "win32/facts/system_facts.hpp"

#include "win32/windows.hpp"

#include <tlhelp32.h>

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

#include "facts/unreadable.hpp"
#include "win32/facts/wait_chains.hpp"
#include "win32/nt.hpp"
#include "win32/object_path.hpp"
#include "win32/wide.hpp"

namespace kobj::detail {

using facts::handle_facts;
using facts::object_facts;
using facts::process_facts;
using facts::session_facts;
using facts::thread_facts;
using facts::u32;
using facts::u64;

namespace {

constexpr u64 nanoseconds_of_millisecond = 1'000'000;

struct closer {
    using pointer = HANDLE;
    void operator()(HANDLE handle) const noexcept { CloseHandle(handle); }
};
using own_handle = std::unique_ptr<HANDLE, closer>;

bool is_looked_at(object_type type) noexcept {
    return type != object_type::none && type != object_type::other;
}

class reader {
public:
    explicit reader(bool own) : own_(own) {}

    system_facts read(bool waits) {
        list_processes();
        list_threads();
        read_tables();
        nest_jobs();
        now_ = u64{GetTickCount64()} * nanoseconds_of_millisecond;
        const bool told = waits && read_waits();
        session_facts all(now_, [tables = std::move(tables_)](const process_facts& process) {
            const auto found = tables.find(process.record);
            return found == tables.end() ? std::vector<handle_facts>() : found->second;
        });
        for (process_facts& each : processes_) all.add(std::move(each));
        for (thread_facts& each : threads_) all.add(std::move(each));
        for (object_facts& each : objects_) all.add(std::move(each));
        return {std::move(all), told};
    }

private:
    static own_handle list_of(DWORD what) {
        const HANDLE made = CreateToolhelp32Snapshot(what, 0);
        if (made == INVALID_HANDLE_VALUE) throw facts::unreadable("the system does not list its processes and threads");
        return own_handle(made);
    }

    void list_processes() {
        DWORD session = 0;
        ProcessIdToSessionId(GetCurrentProcessId(), &session);
        const own_handle list = list_of(TH32CS_SNAPPROCESS);
        PROCESSENTRY32W entry{};
        entry.dwSize = sizeof entry;
        for (BOOL more = Process32FirstW(list.get(), &entry); more != FALSE;
             more = Process32NextW(list.get(), &entry)) {
            DWORD of = 0;
            const bool is_own = entry.th32ProcessID == GetCurrentProcessId();
            if (entry.th32ProcessID == 0 || (is_own && !own_) ||
                ProcessIdToSessionId(entry.th32ProcessID, &of) == FALSE || of != session)
                continue;
            process_facts one;
            one.id = entry.th32ProcessID;
            one.parent = entry.th32ParentProcessID;
            one.program = to_utf8(entry.szExeFile);
            one.system_threads = entry.cntThreads;
            processes_.push_back(std::move(one));
        }
        // The caller first, while it has none of the duplicates.
        std::stable_partition(processes_.begin(), processes_.end(),
                              [](const process_facts& each) { return each.id == GetCurrentProcessId(); });
        for (process_facts& each : processes_) {
            each.record = static_cast<u32>(&each - processes_.data()) + 1;
            process_of_id_[each.id] = each.record;
        }
    }

    void list_threads() {
        const own_handle list = list_of(TH32CS_SNAPTHREAD);
        THREADENTRY32 entry{};
        entry.dwSize = sizeof entry;
        for (BOOL more = Thread32First(list.get(), &entry); more != FALSE; more = Thread32Next(list.get(), &entry)) {
            const auto process = process_of_id_.find(entry.th32OwnerProcessID);
            if (process == process_of_id_.end()) continue;
            thread_facts one;
            one.record = static_cast<u32>(threads_.size()) + 1;
            one.id = entry.th32ThreadID;
            one.process = process->second;
            thread_of_id_[one.id] = one.record;
            threads_.push_back(std::move(one));
        }
    }

    void read_tables() {
        const auto listed = nt::query_handles();
        for (process_facts& process : processes_) {
            const own_handle opened(
                OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process.id));
            if (opened == nullptr) {
                process.is_opaque = true;
                continue;
            }
            for (const nt::open_handle& each : nt::handles_of(opened.get(), process.id, listed))
                read_handle(opened.get(), process, each);
        }
    }

    void read_handle(HANDLE from, process_facts& process, const nt::open_handle& each) {
        own_handle seen(nt::duplicate_from(from, each.value));
        if (seen == nullptr) return;
        const auto value = handle_value::from_native(seen.get());
        const auto type = type_of(value);
        const auto basics = nt::query_basics(seen.get());
        if (!type || !is_looked_at(*type) || !basics) return;
        // The duplicate, and the handle by which it was made.
        const bool of_itself = *type == object_type::process && GetProcessId(seen.get()) == process.id;
        const u32 object = record_of(std::move(seen), *type, each.object, basics->handle_count - (of_itself ? 2 : 1));
        const handle_flags flags{each.inheritable, each.protect_from_close};
        tables_[process.record].push_back({handle_value(each.value), object, basics->granted_access, flags});
        ++process.handles;
    }

    /// The duplicate is kept where others have to be compared with it.
    u32 record_of(own_handle seen, object_type type, u64 address, u32 handles) {
        // Not the names of files: the question may not come back.
        const std::string name = type == object_type::file ? std::string() : name_at(nt::query_name(seen.get()));
        const bool compare = address == 0 && name.empty() && handles > 1;
        if (const u32 known = find(seen.get(), type, address, name, compare); known != 0) {
            // By another handle, which may grant more.
            if (object_facts& there = objects_[known - 1]; !there.state_known) describe(seen.get(), there);
            return known;
        }
        object_facts one;
        one.record = static_cast<u32>(objects_.size()) + 1;
        one.number = address;
        one.type = type;
        one.name = name;
        one.handles = handles;
        describe(seen.get(), one);
        if (address != 0) by_address_[address] = one.record;
        if (!name.empty()) by_name_[{type, name}] = one.record;
        if (compare) shared_[type].push_back({one.record, std::move(seen)});
        objects_.push_back(std::move(one));
        return objects_.back().record;
    }

    u32 find(HANDLE seen, object_type type, u64 address, const std::string& name, bool compare) const {
        if (address != 0) {
            const auto known = by_address_.find(address);
            return known == by_address_.end() ? 0 : known->second;
        }
        if (!name.empty()) {
            const auto known = by_name_.find({type, name});
            return known == by_name_.end() ? 0 : known->second;
        }
        const auto shared = shared_.find(type);
        if (!compare || shared == shared_.end()) return 0;
        for (const auto& [record, kept] : shared->second)
            if (nt::are_same_object(kept.get(), seen)) return record;
        return 0;
    }

    void describe(HANDLE object, object_facts& one) {
        switch (one.type) {
            case object_type::mutex: {
                const auto state = nt::query_mutex(object);
                one.state_known = state.has_value();
                if (!state) return;
                one.abandoned = state->abandoned;
                one.signaled = state->count > 0;
                if (!one.signaled) one.recursion = static_cast<u32>(1 - state->count);
                if (const auto owner = thread_of_id_.find(state->owner_thread_id);
                    !one.signaled && owner != thread_of_id_.end())
                    one.owner = owner->second;
                return;
            }
            case object_type::event: {
                const auto state = nt::query_event(object);
                one.state_known = state.has_value();
                if (!state) return;
                one.signaled = state->signaled;
                one.manual_reset = state->manual_reset;
                return;
            }
            case object_type::semaphore: {
                const auto state = nt::query_semaphore(object);
                one.state_known = state.has_value();
                if (!state) return;
                one.signaled = state->count != 0;
                one.count = state->count;
                one.maximum = state->maximum;
                return;
            }
            case object_type::timer: {
                const auto state = nt::query_timer(object);
                one.state_known = state.has_value();
                if (!state) return;
                one.signaled = state->signaled;
                constexpr u64 nanoseconds = 100;
                if (!state->signaled && state->remaining > 0)
                    one.due_in = static_cast<u64>(state->remaining) * nanoseconds;
                return;
            }
            case object_type::file_mapping: {
                const auto size = nt::query_section_size(object);
                one.state_known = size.has_value();
                if (size) one.size = *size;
                return;
            }
            case object_type::process:
                one.id = GetProcessId(object);
                describe_end(GetExitCodeProcess, object, process_of_id_, one);
                return;
            case object_type::thread:
                one.id = GetThreadId(object);
                describe_end(GetExitCodeThread, object, thread_of_id_, one);
                return;
            case object_type::job:
                describe_job(object, one);
                return;
            case object_type::file:
                one.signaled = true;
                return;
            default:
                return;
        }
    }

    void describe_end(BOOL(WINAPI* ask)(HANDLE, DWORD*), HANDLE object, const std::unordered_map<u32, u32>& running,
                      object_facts& one) {
        DWORD code = STILL_ACTIVE;
        if (one.id == 0 || ask(object, &code) == FALSE) {
            one.state_known = false;
            return;
        }
        const auto runs = running.find(one.id);
        one.ended = one.signaled = code != STILL_ACTIVE || WaitForSingleObject(object, 0) == WAIT_OBJECT_0;
        if (one.ended)
            one.exit_code = code;
        else if (runs != running.end())
            one.runs = runs->second;
    }

    void describe_job(HANDLE job, object_facts& one) {
        JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
        if (QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits, nullptr) != FALSE)
            one.kill_on_close = (limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) != 0;
        std::vector<std::byte> room(1U << 16U);
        if (QueryInformationJobObject(job, JobObjectBasicProcessIdList, room.data(), static_cast<DWORD>(room.size()),
                                      nullptr) == FALSE) {
            one.state_known = false;
            return;
        }
        const auto& list = *reinterpret_cast<const JOBOBJECT_BASIC_PROCESS_ID_LIST*>(room.data());
        std::vector<u32>& members = members_[one.record];
        for (DWORD i = 0; i < list.NumberOfProcessIdsInList; ++i)
            if (const auto member = process_of_id_.find(static_cast<u32>(list.ProcessIdList[i]));
                member != process_of_id_.end())
                members.push_back(member->second);
        std::sort(members.begin(), members.end());
    }

    // The system tells the members of each job, those of nested ones among them. The smallest one is the innermost.
    void nest_jobs() {
        std::vector<u32> jobs;
        for (const auto& [job, members] : members_)
            if (!members.empty()) jobs.push_back(job);
        std::stable_sort(jobs.begin(), jobs.end(),
                         [&](u32 a, u32 b) { return members_[a].size() < members_[b].size(); });
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            const std::vector<u32>& members = members_[jobs[i]];
            for (const u32 member : members)
                if (processes_[member - 1].job == 0) processes_[member - 1].job = jobs[i];
            for (std::size_t outer = i + 1; outer < jobs.size(); ++outer) {
                const std::vector<u32>& around = members_[jobs[outer]];
                if (!std::includes(around.begin(), around.end(), members.begin(), members.end())) continue;
                objects_[jobs[i] - 1].outer_job = jobs[outer];
                break;
            }
        }
    }

    bool read_waits() {
        const wait_chains chains;
        if (!chains.are_told()) return false;
        for (thread_facts& thread : threads_) {
            const auto wait = chains.ask(thread.id);
            if (!wait) continue;
            object_facts& object = awaited(*wait);
            object.waiters.push_back(thread.record);
            thread.waits_for.push_back(object.record);
            thread.waits_since = now_ - std::min(now_, wait->waited);
        }
        return true;
    }

    // What nobody has a handle to that may be looked at is made up.
    object_facts& awaited(const chained_wait& wait) {
        const auto owner = thread_of_id_.find(wait.owner_thread_id);
        const u32 thread = owner == thread_of_id_.end() ? 0 : owner->second;
        const auto fits = [&](const object_facts& o) {
            if (o.type != wait.type) return false;
            if (o.type == object_type::thread) return o.id == wait.owner_thread_id;
            if (o.type == object_type::process) return o.id == wait.owner_process_id;
            return wait.name.empty() ? o.name.empty() && thread != 0 && o.owner == thread : o.name == wait.name;
        };
        auto found =
            wait.type == object_type::none ? objects_.end() : std::find_if(objects_.begin(), objects_.end(), fits);
        if (found == objects_.end()) {
            object_facts one;
            one.record = static_cast<u32>(objects_.size()) + 1;
            one.type = wait.type;
            one.name = wait.name;
            if (wait.type == object_type::thread) {
                one.id = wait.owner_thread_id;
                one.runs = thread;
            }
            if (wait.type == object_type::process) {
                one.id = wait.owner_process_id;
                const auto process = process_of_id_.find(one.id);
                if (process != process_of_id_.end()) one.runs = process->second;
            }
            objects_.push_back(std::move(one));
            found = std::prev(objects_.end());
        }
        if (found->type == object_type::mutex || found->type == object_type::none) {
            if (thread != 0) found->owner = thread;
            found->abandoned = found->signaled = wait.abandoned;
        }
        return *found;
    }

    bool own_;  ///< the calling process, too
    u64 now_ = 0;
    std::vector<process_facts> processes_;
    std::vector<thread_facts> threads_;
    std::vector<object_facts> objects_;
    std::unordered_map<u32, u32> process_of_id_;
    std::unordered_map<u32, u32> thread_of_id_;
    std::unordered_map<u64, u32> by_address_;
    std::map<std::pair<object_type, std::string>, u32> by_name_;
    /// Without address or name, with several handles: one is kept of each.
    std::map<object_type, std::vector<std::pair<u32, own_handle>>> shared_;
    std::map<u32, std::vector<handle_facts>> tables_;
    std::map<u32, std::vector<u32>> members_;
};

}  // namespace

system_facts read_system(const to_read& what) {
    return reader(what.own).read(what.waits);
}

}  // namespace kobj::detail
