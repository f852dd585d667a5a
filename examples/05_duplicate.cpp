// A handle is put into the table of another process. The child starts suspended and inherits one file mapping, by a
// list. Then the parent duplicates a mutex into it, with fewer rights, and leaves the number in the shared memory.

#include <kobj/kobj.hpp>

#include <cstdint>
#include <cstdio>

namespace {

struct letter {
    std::uint64_t gate;
};

int child(const char* letter_number) {
    const auto memory = kobj::file_mapping::adopt(kobj::handle_value::parse(letter_number).value()).value();
    const auto mail = memory.map<letter>().value();
    auto gate = kobj::mutex::adopt(kobj::handle_value(static_cast<std::uintptr_t>(mail->gate))).value();
    std::printf("The child was told a number. It is a mutex, with access 0x%08x.\n",
                static_cast<unsigned>(kobj::access_of(gate.get()).value()));
    const auto held = gate.acquire_guard().value();
    std::printf("The child owns it: %s\n", held ? "yes" : "no");
    return 0;
}

int parent() {
    const auto gate = kobj::mutex::create().value();  // not inheritable
    const auto memory = kobj::file_mapping::create(sizeof(letter), {.inheritable = true}).value();
    const auto mail = memory.map<letter>().value();

    auto process = kobj::process::start({kobj::process::executable_path(), memory.get().to_string()},
                                        {.inherit = kobj::inherit::list, .handles = {memory.get()}, .suspended = true})
                       .value();
    const auto given = kobj::duplicate_into(process.get(), gate.get(), {.access = kobj::access::synchronize}).value();
    mail->gate = given.value();
    std::printf("The parent has duplicated a mutex into the child, which does not run yet. Usage count: %u\n",
                static_cast<unsigned>(kobj::inspect::usage_count(gate.get()).value()));
    std::fflush(stdout);

    process.resume().value();
    process.wait().value();
    std::printf("The child has ended with %u. Usage count: %u\n", static_cast<unsigned>(process.exit_code().value()),
                static_cast<unsigned>(kobj::inspect::usage_count(gate.get()).value()));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    return argc == 2 ? child(argv[1]) : parent();
}
