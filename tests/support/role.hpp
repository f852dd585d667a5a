#pragma once

#include <kobj/kobj.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// A role is what a child process does. It stands beside the test that starts it; the test program starts itself as
/// `program --role NAME ARGUMENTS...`.
namespace test {

/// The arguments of a role. Each call throws when the argument is missing or bad.
class role_args {
public:
    explicit role_args(std::vector<std::string> texts) : texts_(std::move(texts)) {}

    [[nodiscard]] std::size_t size() const { return texts_.size(); }
    [[nodiscard]] const std::string& text(std::size_t i) const { return texts_.at(i); }
    [[nodiscard]] std::uint64_t number(std::size_t i) const { return std::stoull(texts_.at(i)); }
    [[nodiscard]] kobj::handle_value handle(std::size_t i) const {
        return kobj::handle_value::parse(texts_.at(i)).value();
    }
    template <class Object>
    [[nodiscard]] Object adopt(std::size_t i) const {
        return Object::adopt(handle(i)).value();
    }

private:
    std::vector<std::string> texts_;
};

using role_function = int (*)(const role_args&);

struct role_registration {
    role_registration(const char* name, role_function run);
};

/// Runs the role that the command line asks for, with a watchdog. False when it asks for none.
bool play_role(int argc, char** argv, int& exit_code);

/// One argument for a role: a number, a text, a handle, or an object of kobj, which gives its handle.
class role_arg {
public:
    role_arg(const char* text) : text_(text) {}
    role_arg(std::string text) : text_(std::move(text)) {}
    role_arg(kobj::handle_value value) : text_(value.to_string()) {}
    template <std::integral Number>
    role_arg(Number number) : text_(std::to_string(number)) {}
    template <class Object>
    requires requires(const Object& object) {
        { object.get() } -> std::same_as<kobj::handle_value>;
    }
    role_arg(const Object& object) : text_(object.get().to_string()) {}

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

/// The argument vector that makes this program play a role.
std::vector<std::string> role_command(std::string_view name, std::initializer_list<role_arg> arguments = {});

/// Starts a role; unless told otherwise it inherits every inheritable handle.
kobj::process start_role(std::string_view name, std::initializer_list<role_arg> arguments = {},
                         const kobj::process_options& options = {.inherit = kobj::inherit::all});

/// Waits for the end and gives the exit code. Throws when the end does not come.
std::uint32_t wait_for_exit(const kobj::process& child);

/// Starts a role, waits for its end, gives the exit code.
std::uint32_t run_role(std::string_view name, std::initializer_list<role_arg> arguments = {},
                       const kobj::process_options& options = {.inherit = kobj::inherit::all});

/// Ends a process at once, and waits until it has ended.
void kill_hard(kobj::process& child, std::uint32_t code = 1);

[[noreturn]] void role_check_failed(const char* what, const char* file, int line);

}  // namespace test

/// Defines a role: ROLE(name) { ... return exit code; }. Its arguments are `args`.
#define ROLE(name)                                                               \
    static int role_##name(const test::role_args& args);                         \
    static const test::role_registration registered_##name(#name, &role_##name); \
    static int role_##name([[maybe_unused]] const test::role_args& args)

/// What REQUIRE is in a test: says where, and ends the role with code 97.
#define ROLE_CHECK(...) ((__VA_ARGS__) ? (void)0 : test::role_check_failed(#__VA_ARGS__, __FILE__, __LINE__))
