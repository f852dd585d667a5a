#include <kobj/kobj.hpp>

// What the debugger is shown: see run.

void look_here() {}

int main() {
    auto gate = kobj::mutex::create({.name = "debugged gate", .inheritable = true, .initially_owned = true}).value();
    const kobj::handle plain(kobj::event::create().value().detach());
    const kobj::handle_value value = gate.get();
    const kobj::handle_value nothing;
    const kobj::handle_value itself = kobj::current_process();
    const auto closed = kobj::semaphore::create(1, 1).value().get();
    const auto good = gate.duplicate();
    const auto bad = kobj::mutex::open("nobody has this name");
    const auto done = gate.acquire();
    const auto refused = kobj::close(closed);
    const auto strange = kobj::failure(4711U);
    try {
        kobj::close(closed).value();
    } catch (const kobj::error& thrown) {
        look_here();
    }
    return good && !bad && done && !refused && value && !nothing && itself && plain && strange.value() != 0 ? 0 : 1;
}
