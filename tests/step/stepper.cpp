#include "stepper.hpp"

#include "posix/arena/arena.hpp"
#include "posix/arena/regions.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

namespace test {

using namespace kobj::posix;

namespace {

/// So many records behind those in use are compared after each instruction.
constexpr u64 some = 32;

}  // namespace

shared_state::shared_state() {
    arena& a = the_arena();
    const arena_header& h = a.header();
    const u32 processes = h.high_process.get();
    size_ = tables_at + u64{processes} * table_size;
    base_ = static_cast<char*>(mmap(nullptr, size_, PROT_READ, MAP_SHARED | MAP_NORESERVE, a.file(), 0));
    if (base_ == MAP_FAILED) throw std::runtime_error("the arena cannot be mapped");
    u64 threads = a.capacity(region::threads);
    while (threads > 1 && !thread_claimed(a.thread(static_cast<u32>(threads) - 1).identity.get())) --threads;
    const auto in_use = [&](region r) -> u64 {
        switch (r) {
            case region::processes:
                return processes;
            case region::objects:
                return h.high_object.get();
            case region::names:
                return h.high_name.get();
            case region::buckets:
                return h.bucket_count.get();
            case region::watches:
                return h.high_watch.get();
            case region::accounts:
                return h.high_account.get();
            case region::trace:
                return std::min<u64>(h.traced.get(), max_traced);
            case region::jobs:
                return h.high_job.get();
            default:
                return threads;
        }
    };
    // What is committed and no more: to read a hole would fill it.
    add(0, header_size, header_size);
    for (std::size_t r = 0; r < shapes.size(); ++r) {
        if (region(r) != region::waits)
            add(shapes[r].start, h.committed[r].get(), (in_use(region(r)) + some) * shapes[r].record);
    }
    // Of each thread, no operation here waits for more than a few.
    constexpr u64 of_thread = max_wait * sizeof(wait_block);
    for (u64 t = 0; t < a.capacity(region::waits) / max_wait; ++t)
        add(waits_at + t * of_thread, of_thread, t < threads + some ? 4 * sizeof(wait_block) : 0);
    for (u32 p = 1; p < processes; ++p) {
        const u64 near = a.process(p).high.get() + some;
        add(tables_at + u64{p} * table_size, u64{a.process(p).committed.get()} * sizeof(word64), near * sizeof(word64));
        add(tables_at + u64{p} * table_size + descriptors_in_table, u64{a.process(p).described.get()} * sizeof(word32),
            near * sizeof(word32));
    }
}

shared_state::~shared_state() {
    munmap(base_, size_);
}

void shared_state::add(std::uint64_t from, std::uint64_t length, std::uint64_t near) {
    near = std::min(near, length);
    const auto part = [&](std::vector<range>& list, u64 begin, u64 end) {
        if (begin != end) list.push_back({base_ + begin, std::vector<char>(base_ + begin, base_ + end)});
    };
    part(ranges_, from, from + near);
    part(rest_, from + near, from + length);
}

bool shared_state::range::differs() const {
    return std::memcmp(live, seen.data(), seen.size()) != 0;
}

bool shared_state::has_changed() {
    bool changed = false;
    for (range& r : ranges_) {
        if (!r.differs()) continue;
        std::memcpy(r.seen.data(), r.live, r.seen.size());
        changed = true;
    }
    return changed;
}

void shared_state::check_the_rest() {
    for (const range& r : rest_) {
        if (r.differs()) {
            std::size_t i = 0;
            while (r.live[i] == r.seen[i]) ++i;
            throw std::runtime_error("the operation changed more of the session's memory than is watched, at byte " +
                                     std::to_string(r.live + i - base_));
        }
    }
}

void trail::prepare() {
    // Running to an address costs a stop for each time that the thread comes by there.
    constexpr std::size_t stop_cost = 2;
    std::unordered_map<std::uint64_t, std::uint32_t> seen;
    visits.assign(at.size(), 0);
    meeting.assign(at.size(), 0);
    std::size_t cost = 0;
    for (std::size_t i = 1; i < at.size(); ++i) {
        // A repeated string instruction stays where it is for a while, and counts as one visit.
        const bool repeated = at[i] == at[i - 1];
        if (!repeated) visits[i] = ++seen[at[i]];
        const std::size_t direct = stop_cost * (std::size_t{visits[i]} + 1);
        if (!repeated && at[i] != at[0] && direct < cost + 1) {
            meeting[i] = i;
            cost = direct;
        } else {
            meeting[i] = meeting[i - 1];
            ++cost;
        }
    }
}

namespace {

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, __WALL) < 0) {
        if (errno != EINTR) throw std::runtime_error("waitpid: " + std::string(std::strerror(errno)));
    }
    return status;
}

void set_debug_register(pid_t child, std::size_t number, std::uint64_t value) {
    const std::size_t offset = offsetof(struct user, u_debugreg) + number * sizeof(std::uint64_t);
    if (ptrace(PTRACE_POKEUSER, child, offset, value) != 0) throw std::runtime_error("a breakpoint cannot be set");
}

// The child is a fork, so its text is this process's.
bool is_system_call(std::uint64_t address) {
    constexpr unsigned char syscall_instruction[] = {0x0F, 0x05};
    return std::memcmp(reinterpret_cast<const void*>(address), syscall_instruction, sizeof syscall_instruction) == 0;
}

}  // namespace

stepped_child::stepped_child(const std::function<void()>& setup, const std::function<void()>& act, bool bare) {
    pid_ = bare ? _Fork() : fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        try {
            setup();
            raise(SIGSTOP);
            act();
            raise(SIGSTOP);
        } catch (const std::exception& why) {
            std::fprintf(stderr, "stepped child: %s\n", why.what());
            _exit(1);
        }
        _exit(0);
    }
    int status = wait_for(pid_);
    ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC);
    // On its way it may be told of the end of a child.
    while (WIFSTOPPED(status) && WSTOPSIG(status) == SIGCHLD) {
        ptrace(PTRACE_CONT, pid_, nullptr, 0);
        status = wait_for(pid_);
    }
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGSTOP) {
        if (WIFSTOPPED(status)) kill_now();
        throw std::runtime_error("a child did not come to its operation, status " + std::to_string(status));
    }
    void* head = nullptr;
    std::size_t length = 0;
    if (syscall(SYS_get_robust_list, pid_, &head, &length) != 0) throw std::runtime_error("get_robust_list");
    robust_list_ = reinterpret_cast<std::uint64_t>(head);
    (void)has_changed_robust_list();
}

trail stepped_child::walk() {
    trail found;
    shared_state shared;
    found.at.push_back(where());
    found.places.push_back(0);
    for (;;) {
        const std::size_t done = found.instructions();
        const bool calls = is_system_call(found.at.back());
        // Before a call and behind it.
        if (calls && found.places.back() != done) found.places.push_back(done);
        if (!step()) break;
        found.at.push_back(where());
        const bool changed = shared.has_changed();
        if (has_changed_robust_list() || changed || calls) found.places.push_back(done + 1);
    }
    shared.check_the_rest();
    found.prepare();
    return found;
}

bool stepped_child::lead(const trail& known, std::size_t instruction) {
    std::size_t done = known.meeting[instruction];
    if (done != 0 && !stop_at(known.at[done], known.visits[done])) return false;
    for (; done < instruction; ++done) {
        if (!step()) return false;
    }
    return where() == known.at[instruction];
}

bool stepped_child::step() {
    if (ptrace(PTRACE_SINGLESTEP, pid_, nullptr, 0) != 0) return false;
    return stopped_in_operation();
}

bool stepped_child::stop_at(std::uint64_t address, std::uint32_t visit) {
    set_debug_register(pid_, 0, address);
    set_debug_register(pid_, 7, 1);
    bool there = true;
    for (; there && visit > 0; --visit) {
        do {
            there = ptrace(PTRACE_CONT, pid_, nullptr, 0) == 0 && stopped_in_operation();
        } while (there && where() != address);
    }
    set_debug_register(pid_, 7, 0);
    return there;
}

bool stepped_child::step_until(const std::function<bool()>& holds) {
    while (!holds()) {
        if (!step()) return false;
    }
    return true;
}

bool stepped_child::fall_asleep() {
    const auto is_about_to = [this] {
        user_regs_struct registers{};
        ptrace(PTRACE_GETREGS, pid_, nullptr, &registers);
        const bool on_several = registers.rax == SYS_futex_waitv;
        const bool on_one = registers.rax == SYS_futex && registers.rsi == FUTEX_WAIT_BITSET;
        return is_system_call(registers.rip) && (on_several || on_one);
    };
    return step_until(is_about_to) && ptrace(PTRACE_SINGLESTEP, pid_, nullptr, 0) == 0;
}

long stepped_child::wake_up() {
    if (!stopped_in_operation()) throw std::runtime_error("a sleeping child is over");
    user_regs_struct registers{};
    ptrace(PTRACE_GETREGS, pid_, nullptr, &registers);
    return static_cast<long>(registers.rax);
}

void stepped_child::run() {
    while (ptrace(PTRACE_CONT, pid_, nullptr, 0) == 0 && stopped_in_operation()) {
    }
}

bool stepped_child::stopped_in_operation() {
    const int status = wait_for(pid_);
    if (!WIFSTOPPED(status)) {
        pid_ = -1;
        throw std::runtime_error("a stepped child ended by itself, status " + std::to_string(status));
    }
    // What runs behind exec is another program.
    if (WSTOPSIG(status) == SIGSTOP || status >> 16 == PTRACE_EVENT_EXEC) return false;
    if (WSTOPSIG(status) == SIGTRAP || WSTOPSIG(status) == SIGCHLD) return true;
    throw std::runtime_error("a stepped child got signal " + std::to_string(WSTOPSIG(status)));
}

std::uint64_t stepped_child::where() const {
    user_regs_struct registers{};
    if (ptrace(PTRACE_GETREGS, pid_, nullptr, &registers) != 0) throw std::runtime_error("a child has no registers");
    return registers.rip;
}

bool stepped_child::has_changed_robust_list() {
    if (robust_list_ == 0) return false;
    std::array<std::uint64_t, 3> now{};
    const iovec here{now.data(), sizeof now};
    const iovec there{reinterpret_cast<void*>(robust_list_), sizeof now};
    if (process_vm_readv(pid_, &here, 1, &there, 1, 0) < 0) throw std::runtime_error("a robust list cannot be read");
    return std::exchange(robust_, now) != now;
}

void stepped_child::kill_now() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    // A stop that was under way may be told first.
    while (!WIFSIGNALED(wait_for(pid_))) kill(pid_, SIGKILL);
    pid_ = -1;
}

}  // namespace test
