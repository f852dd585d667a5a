#include "role.hpp"

#include "platform.hpp"
#include "watchdog.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <stdexcept>

namespace test {
namespace {

std::map<std::string, role_function, std::less<>>& roles() {
    static auto* all = new std::map<std::string, role_function, std::less<>>;
    return *all;
}

}  // namespace

role_registration::role_registration(const char* name, role_function run) {
    if (!roles().emplace(name, run).second) {
        std::fprintf(stderr, "two roles are named %s\n", name);
        std::abort();
    }
}

bool play_role(int argc, char** argv, int& exit_code) {
    if (argc < 3 || std::string_view(argv[1]) != "--role") return false;
    const std::string_view name = argv[2];
    watch("role " + std::string(name));
    const auto found = roles().find(name);
    if (found == roles().end()) {
        std::fprintf(stderr, "no role %s\n", argv[2]);
        exit_code = 96;
        return true;
    }
    try {
        exit_code = found->second(role_args(std::vector<std::string>(argv + 3, argv + argc)));
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "role %s: %s\n", argv[2], problem.what());
        exit_code = 98;
    }
    return true;
}

std::vector<std::string> role_command(std::string_view name, std::initializer_list<role_arg> arguments) {
    std::vector<std::string> command{kobj::process::executable_path(), "--role", std::string(name)};
    for (const role_arg& each : arguments) command.push_back(each.text());
    return command;
}

kobj::process start_role(std::string_view name, std::initializer_list<role_arg> arguments,
                         const kobj::process_options& options) {
    return kobj::process::start(role_command(name, arguments), options).value();
}

std::uint32_t wait_for_exit(const kobj::process& child) {
    if (child.wait(patience()).value() != kobj::wait_status::signaled) throw std::runtime_error("a child does not end");
    return child.exit_code().value();
}

std::uint32_t run_role(std::string_view name, std::initializer_list<role_arg> arguments,
                       const kobj::process_options& options) {
    return wait_for_exit(start_role(name, arguments, options));
}

void kill_hard(kobj::process& child, std::uint32_t code) {
    child.terminate(code).value();
    (void)wait_for_exit(child);
}

void role_check_failed(const char* what, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: process %u: does not hold: %s\n", file, line, system_process_id(), what);
    std::fflush(stderr);
    std::_Exit(97);
}

}  // namespace test
