#include <kobj/kobj.hpp>

#include <chrono>

int main(int argc, char** argv) {
    if (argc == 1) {
        auto gate = kobj::mutex::create({.inheritable = true}).value();
        auto ledger = kobj::file_mapping::create(4096, {.inheritable = true}).value();
        auto child =
            kobj::process::start({kobj::process::executable_path(), gate.get().to_string(), ledger.get().to_string()},
                                 {.inherit = kobj::inherit::all})
                .value();
        child.wait().value();
        if (*ledger.map<int>().value() != 1) return 3;
        return static_cast<int>(child.exit_code().value());
    }
    auto gate = kobj::mutex::adopt(kobj::handle_value::parse(argv[1]).value()).value();
    auto view = kobj::file_mapping::adopt(kobj::handle_value::parse(argv[2]).value()).value().map<int>().value();
    auto held = gate.acquire_guard(std::chrono::seconds(5)).value();
    if (!held) return 2;
    if (held.abandoned()) *view = 0;
    ++*view;
    return 0;
}
