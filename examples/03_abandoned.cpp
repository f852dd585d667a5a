// A child is ended by force while it owns a mutex and has done half of its work. The next to acquire owns the mutex and
// is told, once, that it was abandoned: what it protects may be half done.

#include <kobj/kobj.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

namespace {

struct accounts {
    int first;
    int second;
    int half_done;  // atomic: read without the mutex
};

int child(const char* gate_number, const char* accounts_number) {
    auto gate = kobj::mutex::adopt(kobj::handle_value::parse(gate_number).value()).value();
    const auto memory = kobj::file_mapping::adopt(kobj::handle_value::parse(accounts_number).value()).value();
    const auto bank = memory.map<accounts>().value();
    const auto held = gate.acquire_guard().value();
    bank->first -= 10;
    std::atomic_ref(bank->half_done).store(1);
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));  // never comes to the other half
}

const char* text_of(kobj::wait_status how) {
    return how == kobj::wait_status::abandoned ? "abandoned" : "signaled";
}

int parent() {
    auto gate = kobj::mutex::create({.inheritable = true}).value();
    auto memory = kobj::file_mapping::create(sizeof(accounts), {.inheritable = true}).value();
    const auto bank = memory.map<accounts>().value();
    bank->first = 100;

    auto mover =
        kobj::process::start({kobj::process::executable_path(), gate.get().to_string(), memory.get().to_string()},
                             {.inherit = kobj::inherit::all})
            .value();
    while (std::atomic_ref(bank->half_done).load() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::printf("The child owns the mutex: first %d, second %d\n", bank->first, bank->second);

    mover.terminate(0xC0000005).value();
    {
        const auto held = gate.acquire_guard().value();
        std::printf("The child is ended, the parent acquires: %s\n", text_of(held.status()));
        if (held.abandoned()) bank->second = 100 - bank->first;
        std::printf("The parent has repaired the accounts: first %d, second %d\n", bank->first, bank->second);
    }
    std::printf("The next acquisition: %s\n", text_of(gate.acquire_guard().value().status()));
    mover.wait().value();
    std::printf("The child's exit code: 0x%08X\n", static_cast<unsigned>(mover.exit_code().value()));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    return argc == 3 ? child(argv[1], argv[2]) : parent();
}
