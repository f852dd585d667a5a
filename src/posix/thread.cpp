#include <kobj/thread.hpp>

#include <pthread.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <semaphore>

#include "posix/arena/session_lock.hpp"
#include "posix/handle/rights.hpp"
#include "posix/handle/target.hpp"
#include "posix/object/making.hpp"
#include "posix/os/futex.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/last_thread.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reap.hpp"
#include "posix/process/suspension.hpp"
#include "posix/process/thread_object.hpp"

namespace kobj {

using namespace posix;

namespace {

/// What a new thread needs, on the stack of the one that starts it, until it has said that it is there.
struct start_plan {
    std::unique_ptr<detail::thread_body> body;
    u32 object = 0;
    bool suspended = false;
    std::optional<failure> failed{};
    std::binary_semaphore attached{0};
};

void* run_thread(void* argument) {
    auto& plan = *static_cast<start_plan*>(argument);
    const context* me = nullptr;
    const auto there = guarded([&] {
        me = &enter();
        transact(*me, [&](transaction& tx) {
            take_from_making(tx, plan.object);
            bind_thread_object(tx, plan.object);
            drop_reference(tx, the_arena().object(plan.object));
        });
    });
    if (!there) {
        plan.failed = there.error();
        plan.attached.release();
        return nullptr;
    }
    const std::unique_ptr<detail::thread_body> body = std::move(plan.body);
    const bool suspended = plan.suspended;
    plan.attached.release();  // the plan is gone from here on
    if (suspended) suspension::stay(*me);
    const std::uint32_t code = body->run();
    me->record->exit_code.put(u64{1} << 32U | code);
    return nullptr;
}

void begin_thread(start_plan& plan, std::size_t stack_size) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack_size != 0) {
        const auto page_size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t least = static_cast<std::size_t>(PTHREAD_STACK_MIN) + page_size;
        const std::size_t wanted = std::max(stack_size, least);
        pthread_attr_setstacksize(&attributes, (wanted + page_size - 1) / page_size * page_size);
    }
    pthread_t thread{};
    const int error = pthread_create(&thread, &attributes, run_thread, &plan);
    pthread_attr_destroy(&attributes);
    if (error != 0) fail(errc::no_system_resources, "the system has no room for a thread: {}", std::strerror(error));
    plan.attached.acquire();
    if (plan.failed) throw *plan.failed;
}

target look_up_to_query(handle_value value) {
    const target t = look_up(enter(), value, object_type::thread, 0);
    if ((t.access() & (access::thread_query_information | access::thread_query_limited_information)) == 0)
        fail_access(value, object_type::thread, "the right to query");
    return t;
}

/// Until a process that is being killed is gone, and settled. Not for ever, should a thread of it have ended alone.
void await_end(u32 process) {
    constexpr i64 most = 1'000'000'000;
    const context& me = enter();
    const u32 generation = the_arena().process(process).generation.get();
    for (const i64 end = os::monotonic_now() + most; os::monotonic_now() < end; usleep(500)) {
        if (the_arena().process(process).generation.get() != generation || !runs_or_is_settled(me, process)) return;
    }
}

u32 find_thread(u32 id) {
    arena& a = the_arena();
    const u32 count = a.capacity(region::threads);
    for (u32 t = 1; t < count; ++t) {
        const u64 identity = a.thread(t).identity.get();
        if (thread_claimed(identity) && thread_id(identity) == id && a.thread(t).process.get() != 0 &&
            !thread_ended(t, true))
            return t;
    }
    return 0;
}

/// The object of an ended thread that somebody holds a handle to, or 0.
u32 find_ended(u32 id) {
    arena& a = the_arena();
    const u32 high = a.header().high_object.get();
    for (u32 o = 1; o < high; ++o) {
        const object_record& object = a.object(o);
        if (state::type(object.state.get()) == type_number(object_type::thread) && id != 0 &&
            static_cast<u32>(object.extra.get() >> 32U) == id && object.handles.get() != 0)
            return o;
    }
    return 0;
}

/// The first thread of a process that has not attached, by its id, as an object; or 0.
u32 find_primary(const context& me, u32 id) {
    arena& a = the_arena();
    const u32 high = a.header().high_process.get();
    for (u32 p = 1; p < high; ++p) {
        if (a.process(p).id.get() == id && a.process(p).state.get() == static_cast<u32>(process_state::foreign) &&
            process_runs(me, p))
            return a.process(p).primary_thread.get();
    }
    return 0;
}

}  // namespace

result<thread> thread::start_body(std::unique_ptr<detail::thread_body> body, const thread_options& options) {
    return guarded([&] {
        const context& me = enter();
        const access_mask rights = granted(options.access, type);
        start_plan plan;
        plan.body = std::move(body);
        plan.suspended = options.suspended;
        const handle_value value = transact(me, [&](transaction& tx) {
            plan.object = make_object(tx, type_number(type), 0, still_active_code, 0);
            object_record& object = the_arena().object(plan.object);
            object.suspended.put(options.suspended ? 1 : 0);
            object.witness.put(me.process);
            // Until the thread has bound itself to it.
            add_reference(tx, object);
            add_to_making(tx, plan.object);
            return value_of(add_entry(tx, me.process, make_entry(object, rights, options.inheritable)));
        });
        try {
            begin_thread(plan, options.stack_size);
        } catch (...) {
            transact(me, [&](transaction& tx) {
                remove_entry(tx, me.process, static_cast<u32>(index_of(value)));
                take_from_making(tx, plan.object);
                drop_reference(tx, the_arena().object(plan.object));
            });
            throw;
        }
        return thread(handle(value));
    });
}

result<thread> thread::open(std::uint32_t id, const open_options& options) {
    return guarded([&] {
        const context& me = enter();
        const access_mask rights = granted(options.access, type);
        const u32 running = find_thread(id);
        const u32 primary = running == 0 ? find_primary(me, id) : 0;
        return thread(handle(transact(me, [&](transaction& tx) {
            // Found without the lock: are they still what they were?
            arena& a = the_arena();
            const bool runs = running != 0 && thread_claimed(a.thread(running).identity.get()) &&
                              thread_id(a.thread(running).identity.get()) == id && !thread_ended(running, false);
            const bool first = primary != 0 && a.object(primary).handles.get() != 0 &&
                               static_cast<u32>(a.object(primary).extra.get() >> 32U) == id;
            const u32 other = runs ? 0 : first ? primary : find_ended(id);
            if (!runs && other == 0) fail(errc::invalid_parameter, "there is no thread {} in this session", id);
            const u32 object = runs ? thread_object_of(tx, running) : other;
            return value_of(
                add_entry(tx, me.process, make_entry(the_arena().object(object), rights, options.inheritable)));
        })));
    });
}

std::uint32_t thread::current_id() noexcept {
    return static_cast<std::uint32_t>(gettid());
}

void thread::exit(std::uint32_t code) {
    (void)guarded([&] { enter().record->exit_code.put(u64{1} << 32U | code); });
    if (gettid() == getpid()) last_thread::first_thread_leaves();
    pthread_exit(nullptr);
}

result<std::uint32_t> thread::id() const {
    return guarded([&] { return static_cast<std::uint32_t>(look_up_to_query(get()).object->extra.get() >> 32U); });
}

result<std::uint32_t> thread::exit_code() const {
    return guarded([&] {
        const target t = look_up_to_query(get());
        const u32 index = thread_record_of(*t.object);
        if (index != 0 && (t.object->state.get() & state::ended) == 0 && thread_ended(index, false)) {
            // Ended and not settled yet.
            const u64 given = the_arena().thread(index).exit_code.get();
            if ((given >> 32U) != 0) return static_cast<std::uint32_t>(given);
            // It left no code: it has been killed, and its process is about to follow.
            const u32 process = the_arena().thread(index).process.get();
            if (process != 0 && process != enter().process) await_end(process);
        }
        return static_cast<std::uint32_t>(t.object->extra.get());
    });
}

result<std::uint32_t> thread::suspend() {
    return guarded([&] {
        const context& me = enter();
        return std::uint32_t{suspension::suspend(me, look_up(me, get(), type, access::thread_suspend_resume))};
    });
}

result<std::uint32_t> thread::resume() {
    return guarded([&] {
        const context& me = enter();
        return std::uint32_t{suspension::resume(me, look_up(me, get(), type, access::thread_suspend_resume))};
    });
}

}  // namespace kobj
