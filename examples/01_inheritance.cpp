// The story of a handle. A parent makes a mutex without a name. A child inherits it at the same value. Both write to
// shared memory under it. When nobody has a handle any more, the mutex is gone. The handle tables tell it step by step.

#include <kobj/kobj.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

constexpr int additions = 10'000;

const char* text_of(kobj::object_type type) {
    switch (type) {
        case kobj::object_type::mutex:
            return "mutex";
        case kobj::object_type::process:
            return "process";
        case kobj::object_type::thread:
            return "thread";
        case kobj::object_type::file_mapping:
            return "file mapping";
        default:
            return nullptr;  // Windows has more in its tables than kobj offers
    }
}

const char* text_of(kobj::handle_flags flags) {
    if (flags.protect_from_close) return flags.inheritable ? "inheritable, protected" : "protected";
    return flags.inheritable ? "inheritable" : "";
}

// Written at once: the other process writes to the same place.
void say(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

void show_table(std::string_view whose) {
    char line[128];
    std::string text;
    const auto table = kobj::inspect::handle_table().value();
    for (const auto& each : table) {
        if (text_of(each.type) == nullptr) continue;
        std::snprintf(line, sizeof line, "\n    0x%-6llx %-14s 0x%08x  %-13s %5u",
                      static_cast<unsigned long long>(each.value.value()), text_of(each.type),
                      static_cast<unsigned>(each.access), text_of(each.flags), static_cast<unsigned>(each.usage_count));
        text += line;
    }
    if (text.empty()) text = "\n    (empty)";
    std::snprintf(line, sizeof line, "\n    %-8s %-14s %-10s  %-13s %5s", "handle", "type", "access", "flags", "count");
    say("  Handle table of the " + std::string(whose) + ":" + line + text + "\n");
}

/// A number that stands for the object, as long as it lives. 0 where the system does not tell it.
std::uint64_t object_of(kobj::handle_value handle) {
    const auto table = kobj::inspect::handle_table().value();
    const auto found = std::find_if(table.begin(), table.end(), [&](const auto& each) { return each.value == handle; });
    return found == table.end() ? 0 : found->object;
}

void look_for(std::uint64_t object) {
    const auto session = kobj::inspect::take_snapshot();
    if (!session) return say("  A snapshot of the session: " + session.error().message());
    const bool there = std::any_of(session->objects.begin(), session->objects.end(),
                                   [&](const auto& each) { return each.object == object; });
    say(std::string("  A snapshot of the session: the mutex is ") + (there ? "there." : "gone."));
}

void add(kobj::mutex& gate, int& sum) {
    for (int i = 0; i < additions; ++i) {
        const auto held = gate.acquire_guard().value();
        ++sum;
    }
}

int child(const char* gate_number, const char* ledger_number) {
    say("  (The child runs.)\n");
    show_table("child");
    auto gate = kobj::mutex::adopt(kobj::handle_value::parse(gate_number).value()).value();
    auto ledger = kobj::file_mapping::adopt(kobj::handle_value::parse(ledger_number).value()).value();
    add(gate, *ledger.map<int>().value());
    return 0;
}

int parent() {
    say("1. The parent makes a mutex and a file mapping, inheritable, and a mutex that is not.\n");
    auto gate = kobj::mutex::create({.inheritable = true}).value();
    auto ledger = kobj::file_mapping::create(4096, {.inheritable = true}).value();
    auto own = kobj::mutex::create().value();
    show_table("parent");

    say("2. It starts a child, suspended, with all that is inheritable. The usage counts rise to 2.\n");
    auto child = kobj::process::start(
                     {kobj::process::executable_path(), "child", gate.get().to_string(), ledger.get().to_string()},
                     {.inherit = kobj::inherit::all, .suspended = true})
                     .value();
    show_table("parent");

    say("3. It lets the child run. Both add to one number under the mutex, " + std::to_string(additions) +
        " times each.\n");
    const auto sum = ledger.map<int>().value();
    child.resume().value();
    add(gate, *sum);
    child.wait().value();
    say("  The number is " + std::to_string(*sum) + ".\n");

    say("4. The child has ended, with exit code " + std::to_string(child.exit_code().value()) +
        ". Its handles are closed. The usage counts fall to 1.\n");
    show_table("parent");

    say("5. The parent closes its handle to the mutex, the last one. The usage count falls to 0.\n");
    const kobj::handle_value number = gate.get();
    const std::uint64_t object = object_of(number);
    look_for(object);
    gate.close().value();
    look_for(object);
    const auto stale = kobj::wait(number);
    say("  A wait on the closed handle: error " + std::to_string(stale ? 0 : stale.error().value()) + ".\n");
    show_table("parent");
    return *sum == 2 * additions ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
    return argc == 4 ? child(argv[2], argv[3]) : parent();
} catch (const kobj::error& why) {
    std::fprintf(stderr, "%s\n", why.what());
    return 1;
}
