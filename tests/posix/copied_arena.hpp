#pragma once

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/session.hpp"
#include "support/shared.hpp"
#include "support/state.hpp"
#include "whole.hpp"

#include "posix/alertable.hpp"
#include "posix/arena/arena.hpp"
#include "posix/arena/regions.hpp"
#include "posix/check/check.hpp"
#include "posix/check/look.hpp"
#include "posix/object/event.hpp"
#include "posix/os/shared_file.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

// For the tests of the checker: a session in which everything is in use, and copies of an arena to be damaged.

namespace test {

using namespace kobj::posix;

/// A copy of an arena in a file without a name, to be damaged.
class copied_arena {
public:
    explicit copied_arena(int from) : file_(memfd_create("arena", MFD_CLOEXEC)) {
        REQUIRE(file_);
        const off_t size = lseek(from, 0, SEEK_END);
        REQUIRE(ftruncate(file_.get(), size) == 0);
        std::vector<char> bytes;
        for (off_t at = lseek(from, 0, SEEK_DATA); at >= 0 && at < size; at = lseek(from, at, SEEK_DATA)) {
            const off_t end = lseek(from, at, SEEK_HOLE);
            bytes.resize(static_cast<std::size_t>(end - at));
            REQUIRE(pread(from, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size()));
            REQUIRE(pwrite(file_.get(), bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size()));
            at = end;
        }
        size_ = static_cast<u64>(size);
        base_ = static_cast<char*>(mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0));
        REQUIRE(base_ != MAP_FAILED);
    }
    copied_arena(const copied_arena&) = delete;
    copied_arena& operator=(const copied_arena&) = delete;
    ~copied_arena() { munmap(base_, size_); }

    [[nodiscard]] int file() const { return file_.get(); }
    [[nodiscard]] u64 size() const { return size_; }
    [[nodiscard]] char* bytes() const { return base_; }

    arena_header& header() { return *reinterpret_cast<arena_header*>(base_); }
    process_record& process(u32 i) { return at<process_record>(processes_at, i); }
    thread_record& thread(u32 i) { return at<thread_record>(threads_at, i); }
    object_record& object(u32 i) { return at<object_record>(objects_at, i); }
    name_record& name(u32 i) { return at<name_record>(names_at, i); }
    wait_block& wait(u32 i) { return at<wait_block>(waits_at, i); }
    watch_record& watch(u32 i) { return at<watch_record>(watches_at, i); }
    job_record& job(u32 i) { return at<job_record>(jobs_at, i); }
    /// Of a session in which somebody has traced.
    trace_record& trace(u32 i) {
        header().committed[static_cast<std::size_t>(region::trace)].put(u64{max_traced} * sizeof(trace_record));
        return at<trace_record>(trace_at, i);
    }
    word32& bucket(u32 i) { return at<word32>(buckets_at, i); }
    word64& entry(u32 process, u32 i) { return at<word64>(tables_at + u64{process} * table_size, i); }
    word32& descriptor(u32 process, u32 i) {
        return at<word32>(tables_at + u64{process} * table_size + descriptors_in_table, i);
    }

private:
    template <class T>
    T& at(u64 start, u32 i) {
        REQUIRE(start + (u64{i} + 1) * sizeof(T) <= size_);
        return reinterpret_cast<T*>(base_ + start)[i];
    }
    os::descriptor file_;
    char* base_ = nullptr;
    u64 size_ = 0;
};

/// Something of everything in this process's session.
struct furnished {
    kobj::mutex held = kobj::mutex::create({.name = "check: held", .initially_owned = true}).value();
    kobj::mutex unnamed = kobj::mutex::create().value();
    kobj::event event = kobj::event::create({.name = std::string(200, 'n')}).value();
    kobj::event gate = kobj::event::create({.manual_reset = true}).value();
    kobj::semaphore units = kobj::semaphore::create(2, 3).value();
    kobj::timer timer = kobj::timer::create().value();
    kobj::file_mapping memory = kobj::file_mapping::create(4096).value();
    kobj::view<char> view = memory.map<char>().value();
    kobj::wait_set set = kobj::wait_set::create().value();
    kobj::process self = kobj::process::open(kobj::process::current_id()).value();
    std::thread first, second;

    furnished() {
        (void)kobj::mutex::create({.name = "check: closed"}).value();
        set.add(units.get(), 1).value();
        set.add(held.get(), 2).value();
        set.add(unnamed.get(), 3).value();
        set.remove(3).value();
        first = std::thread([this] { (void)kobj::wait(gate.get()).value(); });
        test::until_waiting(gate, 1);
        second = std::thread([this] {
            const kobj::handle_value both[] = {gate.get(), timer.get()};
            (void)kobj::wait_any(both).value();
        });
        test::until_waiting(gate, 2);
    }
    ~furnished() {
        gate.set().value();
        first.join();
        second.join();
        held.release().value();
    }
    furnished(const furnished&) = delete;
    furnished& operator=(const furnished&) = delete;
};

inline u32 own_process() {
    for (u32 p = 1; p < the_arena().header().high_process.get(); ++p)
        if (the_arena().process(p).id.get() == static_cast<u32>(getpid()) &&
            the_arena().process(p).state.get() == static_cast<u32>(process_state::attached))
            return p;
    return 0;
}

inline u32 place_of(kobj::handle_value value) {
    return static_cast<u32>(value.value() >> 2U);
}

template <class Object>
u32 record_of(const Object& object) {
    return kobj::posix::entry::object(the_arena().table_entry(own_process(), place_of(object.get())).get());
}

inline check::report examine(const copied_arena& copy) {
    image bytes;
    bytes.read(copy.file());
    return check::examine(bytes);
}

/// Other tests may change the session while it is copied: a torn copy is thrown away.
inline std::unique_ptr<copied_arena> whole_copy() {
    std::unique_ptr<copied_arena> copy;
    REQUIRE(test::eventually([&] {
        copy = std::make_unique<copied_arena>(the_arena().file());
        return check::to_text(examine(*copy)).empty();
    }));
    return copy;
}

inline bool reports(const check::report& all, check::rule which) {
    return std::any_of(all.problems.begin(), all.problems.end(),
                       [&](const check::problem& p) { return p.which == which; });
}

/// A kind of damage, and a part of what is said about it, where one rule finds several kinds.
struct kind_of_damage {
    const char* what;
    check::rule found;
    const char* said;
    std::function<void(copied_arena&)> make;
};
inline void check_each(const std::vector<kind_of_damage>& kinds) {
    for (const kind_of_damage& each : kinds) {
        INFO(each.what);
        const auto copy = whole_copy();
        each.make(*copy);
        const check::report found = examine(*copy);
        INFO(check::to_text(found));
        CHECK(std::any_of(found.problems.begin(), found.problems.end(), [&](const check::problem& p) {
            return p.which == each.found && p.text.find(each.said) != std::string::npos;
        }));
    }
}

}  // namespace test
