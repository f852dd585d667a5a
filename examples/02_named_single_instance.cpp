// A program of which one may run at a time. A name leads every process of the session to the same mutex; create() tells
// whether it was there already. The name is free again when the last handle is closed, also by the end of its process.

#include <kobj/kobj.hpp>

#include <cstdio>
#include <string>

namespace {

constexpr const char* name = "kobj example: single instance";

void start_another() {
    const auto other = kobj::process::start({kobj::process::executable_path(), "another"}).value();
    other.wait().value();
    std::printf("  exit code %u\n", static_cast<unsigned>(other.exit_code().value()));
}

}  // namespace

int main(int argc, char**) {
    auto only = kobj::mutex::create({.name = name}).value();
    if (only.existed()) {
        std::puts("  another instance runs already");
        return 1;
    }
    if (argc > 1) {
        std::puts("  no other instance runs");
        return 0;
    }
    std::puts("This is the only instance. It starts a second one:");
    std::fflush(stdout);
    start_another();
    std::puts("It closes its handle and starts a third one:");
    std::fflush(stdout);
    only.close().value();
    start_another();
    return 0;
}
