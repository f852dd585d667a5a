#include "damaged_session.hpp"

#include "posix/object/security.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/fork.hpp"
#include "posix/process/process_object.hpp"
#include "posix/process/reap.hpp"
#include "posix/process/thread_record.hpp"

#include <chrono>
#include <thread>

// The calls that are made on a damaged session.
namespace fuzz {

using namespace kobj::posix;
using namespace std::chrono_literals;
using kobj::handle_value;

handle_value damaged_session::pick(input& in) {
    const std::uint8_t which = in.byte();
    if (which >= 240) return handle_value(std::uintptr_t{in.word()});
    return handles_[which % handles_.size()];
}

void damaged_session::call(input& in) {
    switch (in.byte() % 12) {
        case 0:
        case 1:
            return call_object(in);
        case 2:
        case 3:
            return call_wait(in);
        case 4:
        case 5:
            return call_handle(in);
        case 6:
            return call_named(in);
        case 7:
            return call_inspect(in);
        case 8:
            return call_process(in);
        case 9:
            return call_section(in);
        case 10:
            return call_set(in);
        default:
            return call_session(in);
    }
}

void damaged_session::call_object(input& in) {
    const handle_value h = pick(in);
    switch (in.byte() % 9) {
        case 0:
            return void(kobj::mutex::release(h));
        case 1:
            return void(kobj::event::set(h));
        case 2:
            return void(kobj::event::reset(h));
        case 3:
            return void(kobj::event::pulse(h));
        case 4:
            return void(kobj::semaphore::release(h, in.byte()));
        case 5:
            return void(kobj::timer::set(h, kobj::due_time(std::chrono::milliseconds(in.byte() % 3)),
                                         std::chrono::milliseconds(in.byte())));
        case 6:
            return void(kobj::timer::cancel(h));
        case 7:
            return void(read_descriptor(h, 0));
        default:
            return void(change_descriptor(h, 0, [&](const descriptor_bytes& old) {
                descriptor_bytes made = old;
                made.resize(std::size_t{in.byte()} * 4);
                return made;
            }));
    }
}

void damaged_session::call_wait(input& in) {
    const auto limit = std::chrono::milliseconds(in.byte() % 2);
    const unsigned how = in.byte() % 4;
    if (how == 0) return void(kobj::wait(pick(in), limit));
    const handle_value several[] = {pick(in), pick(in), pick(in)};
    const std::span<const handle_value> some(several, 1 + in.byte() % 3);
    if (how == 1) return void(kobj::wait_any(some, limit));
    if (how == 2) return void(kobj::wait_all(some, limit));
    (void)kobj::signal_and_wait(several[0], several[1], limit);
}

void damaged_session::call_handle(input& in) {
    const handle_value h = pick(in);
    switch (in.byte() % 9) {
        case 0:
            return void(kobj::close(h));
        case 1:
            return void(kobj::duplicate(h));
        case 2:
            return void(kobj::duplicate_into(pick(in), h));
        case 3:
            return void(kobj::duplicate_from(pick(in), h, {.close_source = in.byte() % 2 == 0}));
        case 4:
            return void(kobj::get_flags(h));
        case 5:
            return void(kobj::set_flags(h, {.inheritable = true}));
        case 6:
            return void(kobj::type_of(h));
        case 7:
            return void(kobj::access_of(h));
        default:
            return void(kobj::same_object(h, pick(in)));
    }
}

void damaged_session::call_named(input& in) {
    const std::string name = in.byte() % 8 == 0 ? "" : names[in.byte() % std::size(names)];
    switch (in.byte() % 7) {
        case 0:
            return void(kobj::mutex::create({.name = name, .initially_owned = true}));
        case 1:
            return void(kobj::event::create({.name = name}));
        case 2:
            return void(kobj::semaphore::create(1, 2, {.name = name}));
        case 3:
            return void(kobj::timer::create({.name = name}));
        case 4:
            return void(kobj::mutex::open(name));
        case 5:
            return void(kobj::event::open(name));
        default: {
            std::vector<kobj::result<kobj::mutex>> many;
            for (unsigned n = in.byte(); n > 0; --n)
                many.push_back(kobj::mutex::create({.name = "damage: many " + std::to_string(n)}));
        }
    }
}

void damaged_session::call_inspect(input& in) {
    switch (in.byte() % 5) {
        case 0:
            return void(kobj::inspect::usage_count(pick(in)));
        case 1:
            return void(kobj::inspect::handle_table());
        case 2:
            return void(kobj::inspect::handle_table(static_cast<u32>(other_id_)));
        case 3:
            return void(kobj::inspect::blocked_threads());
        default:
            return void(kobj::inspect::take_snapshot());
    }
}

// Nothing that signals or kills: the id that a damaged record names may be anybody's.
void damaged_session::call_process(input& in) {
    const bool dead = in.byte() % 2 == 0;
    switch (in.byte() % 6) {
        case 0:
            return void((dead ? dead_ : other_).exit_code());
        case 1:
            return void((dead ? dead_ : other_).id());
        case 2:
            return void(kobj::process::open(static_cast<u32>(other_id_)));
        case 3:
            return void(kobj::thread::open(dead ? in.word() : static_cast<u32>(other_id_)));
        case 4:
            return void(thread_.exit_code());
        default:
            return void(thread_.id());
    }
}

void damaged_session::call_section(input& in) {
    made_files_ = true;
    switch (in.byte() % 3) {
        case 0:
            return void(memory_.map<char>());
        case 1:
            return void(memory_.size());
        default: {
            const auto made = kobj::file_mapping::create(4096, {.name = names[in.byte() % std::size(names)]});
            if (made) (void)made->map<char>();
        }
    }
}

void damaged_session::call_set(input& in) {
    switch (in.byte() % 4) {
        case 0:
            return void(set_.wait(std::chrono::milliseconds(in.byte() % 2)));
        case 1:
            return void(set_.wait_and_pause(0s));
        case 2:
            return void(set_.resume(1 + in.byte() % 3));
        default: {
            auto made = kobj::wait_set::create();
            if (!made) return;
            for (unsigned n = 1 + in.byte() % 3; n > 0; --n) (void)made->add(handles_[in.byte() % 8], n);
            (void)made->wait(0s);
            (void)made->remove(1);
        }
    }
}

void damaged_session::call_session(input& in) {
    switch (in.byte() % 4) {
        case 0:
            return void(guarded([] { settle_all(enter()); }));
        case 1:
            return void(guarded([] { sweep_threads(enter()); }));
        case 2:
            // What a fork does that the system refuses.
            return void(guarded([] {
                const context& me = enter();
                forks::settle_failed(me);
                make_room_for_process(me);
                const u32 record = forks::prepare(me);
                forks::lock();
                forks::parent_goes_on(record);
            }));
        default:
            std::thread([&] {
                (void)kobj::event::create();
                (void)kobj::wait(pick(in), 0s);
            }).join();
    }
}

}  // namespace fuzz
