#include "support/catch.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::handle_flags;
using kobj::handle_value;
using test::error_of;
using test::usage_count;

namespace {

// Null, never opened, closed, far beyond any table.
std::vector<handle_value> bad_handles() {
    // Windows gives a closed value to the next handle, which may be one of the runtime's own: several are closed, and
    // the one is used that is reused last.
    std::vector<kobj::mutex> closed;
    for (int i = 0; i < 50; ++i) closed.push_back(kobj::mutex::create().value());
    const handle_value number = closed.back().get();
    while (!closed.empty()) closed.pop_back();
    return {handle_value(), number, handle_value(0x00F0'0004), handle_value(0x7FFF'FFFC), handle_value(2)};
}

}  // namespace

TEST_CASE("A handle closes at the end of its scope", "[handle]") {
    const auto before = test::table();
    const kobj::mutex gate = kobj::mutex::create().value();
    handle_value number;
    {
        const kobj::handle copy = kobj::duplicate(gate.get()).value();
        number = copy.get();
        CHECK(static_cast<bool>(copy));
        CHECK(usage_count(gate) == 2);
    }
    CHECK(usage_count(gate) == 1);
    CHECK_FALSE(test::is_open(number));
    CHECK(test::table().size() == before.size() + 1);
}

TEST_CASE("A handle closes once", "[handle]") {
    kobj::mutex gate = kobj::mutex::create().value();
    const handle_value number = gate.get();
    REQUIRE(gate.close());
    CHECK_FALSE(static_cast<bool>(gate));
    CHECK_FALSE(test::is_open(number));
    CHECK(error_of(gate.close()) == errc::invalid_handle);
    CHECK(error_of(kobj::close(number)) == errc::invalid_handle);
}

TEST_CASE("A handle moves, detaches, swaps and resets", "[handle]") {
    const kobj::mutex gate = kobj::mutex::create().value();
    kobj::handle first = kobj::duplicate(gate.get()).value();
    kobj::handle second = kobj::duplicate(gate.get()).value();
    const handle_value a = first.get();
    const handle_value b = second.get();
    CHECK(a != b);
    first.swap(second);
    CHECK(first.get() == b);
    CHECK(second.get() == a);
    CHECK(usage_count(gate) == 3);
    first = std::move(second);
    CHECK(first.get() == a);
    CHECK_FALSE(static_cast<bool>(second));
    CHECK_FALSE(test::is_open(b));
    CHECK(usage_count(gate) == 2);
    const handle_value out = first.detach();
    CHECK(out == a);
    CHECK_FALSE(static_cast<bool>(first));
    CHECK(test::is_open(a));
    kobj::handle third(out);
    third.reset();
    CHECK_FALSE(test::is_open(a));
    CHECK(usage_count(gate) == 1);
    third.reset();
    CHECK(error_of(third.close()) == errc::invalid_handle);
}

TEST_CASE("Every call refuses a handle that is not open", "[handle]") {
    const auto before = test::table();
    for (const handle_value bad : bad_handles()) {
        INFO(bad.value());
        CHECK(error_of(kobj::close(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::wait(bad, 0s)) == errc::invalid_handle);
        CHECK(error_of(kobj::wait(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::mutex::release(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::get_flags(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::set_flags(bad, {})) == errc::invalid_handle);
        CHECK(error_of(kobj::set_inheritable(bad, true)) == errc::invalid_handle);
        CHECK(error_of(kobj::set_protect_from_close(bad, true)) == errc::invalid_handle);
        CHECK(error_of(kobj::duplicate(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::duplicate_into(kobj::current_process(), bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::duplicate_from(kobj::current_process(), bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::duplicate_into(bad, kobj::current_process())) == errc::invalid_handle);
        CHECK(error_of(kobj::duplicate_from(bad, kobj::current_process())) == errc::invalid_handle);
        CHECK(error_of(kobj::same_object(bad, kobj::current_process())) == errc::invalid_handle);
        CHECK(error_of(kobj::same_object(kobj::current_process(), bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::same_object(bad, bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::type_of(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::access_of(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::inspect::usage_count(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::handle::adopt(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::mutex::adopt(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::file_mapping::adopt(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::process::adopt(bad)) == errc::invalid_handle);
        CHECK(error_of(kobj::thread::adopt(bad)) == errc::invalid_handle);
    }
    CHECK(test::table() == before);
}

TEST_CASE("The objects refuse a handle that is not open", "[handle]") {
    kobj::file_mapping memory;
    CHECK(error_of(memory.map<int>()) == errc::invalid_handle);
    CHECK(error_of(memory.size()) == errc::invalid_handle);
    kobj::process program;
    CHECK(error_of(program.id()) == errc::invalid_handle);
    CHECK(error_of(program.exit_code()) == errc::invalid_handle);
    CHECK(error_of(program.wait(0s)) == errc::invalid_handle);
    CHECK(error_of(program.terminate(1)) == errc::invalid_handle);
    CHECK(error_of(program.resume()) == errc::invalid_handle);
    kobj::thread runner;
    CHECK(error_of(runner.id()) == errc::invalid_handle);
    CHECK(error_of(runner.exit_code()) == errc::invalid_handle);
    CHECK(error_of(runner.wait(0s)) == errc::invalid_handle);
    CHECK(error_of(runner.resume()) == errc::invalid_handle);
    CHECK(error_of(runner.duplicate()) == errc::invalid_handle);
}

TEST_CASE("A handle of another type is refused", "[handle]") {
    const kobj::mutex gate = kobj::mutex::create().value();
    const kobj::file_mapping memory = kobj::file_mapping::create(4096).value();
    const auto process = kobj::process::current().duplicate().value();
    const auto thread = kobj::thread::current().duplicate().value();
    const auto before = test::table();
    CHECK(error_of(kobj::mutex::release(memory.get())) == errc::invalid_handle);
    CHECK(error_of(kobj::mutex::release(process.get())) == errc::invalid_handle);
    CHECK(error_of(kobj::wait(memory.get(), 0s)) == errc::invalid_handle);
    CHECK(error_of(kobj::wait(memory.get())) == errc::invalid_handle);
    kobj::process as_process{kobj::handle(gate.get())};
    CHECK(error_of(as_process.id()) == errc::invalid_handle);
    CHECK(error_of(as_process.exit_code()) == errc::invalid_handle);
    CHECK(error_of(as_process.terminate(1)) == errc::invalid_handle);
    (void)as_process.detach();
    kobj::thread as_thread{kobj::handle(gate.get())};
    CHECK(error_of(as_thread.id()) == errc::invalid_handle);
    CHECK(error_of(as_thread.exit_code()) == errc::invalid_handle);
    CHECK(error_of(as_thread.resume()) == errc::invalid_handle);
    (void)as_thread.detach();
    kobj::file_mapping as_memory{kobj::handle(gate.get())};
    CHECK(error_of(as_memory.map<int>()) == errc::invalid_handle);
    CHECK(error_of(as_memory.size()) == errc::invalid_handle);
    (void)as_memory.detach();
    CHECK(error_of(kobj::duplicate_into(gate.get(), memory.get())) == errc::invalid_handle);
    CHECK(error_of(kobj::duplicate_from(thread.get(), memory.get())) == errc::invalid_handle);
    CHECK(test::table() == before);
}

TEST_CASE("Adopt takes ownership only on success", "[handle][adopt]") {
    kobj::mutex gate = kobj::mutex::create().value();
    const handle_value number = gate.get();
    CHECK(error_of(kobj::file_mapping::adopt(number)) == errc::invalid_handle);
    CHECK(error_of(kobj::process::adopt(number)) == errc::invalid_handle);
    CHECK(error_of(kobj::thread::adopt(number)) == errc::invalid_handle);
    CHECK(test::is_open(number));
    CHECK(usage_count(gate) == 1);
    CHECK(gate.detach() == number);
    {
        const kobj::mutex adopted = kobj::mutex::adopt(number).value();
        CHECK(adopted.get() == number);
        CHECK_FALSE(adopted.existed());
        CHECK(usage_count(adopted) == 1);
    }
    CHECK_FALSE(test::is_open(number));
}

TEST_CASE("A handle of any type is adopted as a plain handle", "[handle][adopt]") {
    for (handle_value number : {kobj::mutex::create().value().detach(), kobj::file_mapping::create(1).value().detach(),
                                kobj::process::current().duplicate().value().detach(),
                                kobj::thread::current().duplicate().value().detach()}) {
        {
            const kobj::handle adopted = kobj::handle::adopt(number).value();
            CHECK(adopted.get() == number);
        }
        CHECK_FALSE(test::is_open(number));
    }
}

TEST_CASE("The two low bits of a handle are ignored", "[handle]") {
    kobj::mutex gate = kobj::mutex::create().value();
    for (std::uintptr_t bits = 1; bits < 4; ++bits) {
        const handle_value same(gate.get().value() + bits);
        INFO(bits);
        CHECK(kobj::wait(same, 0s).value() == kobj::wait_status::signaled);
        CHECK(kobj::mutex::release(same).has_value());
        CHECK(kobj::same_object(same, gate.get()).value());
        CHECK(kobj::type_of(same).value() == kobj::object_type::mutex);
        CHECK(kobj::get_flags(same).value() == handle_flags{});
        CHECK(usage_count(same) == 1);
        CHECK(kobj::duplicate(same).has_value());
    }
    const handle_value number(gate.get().value() + 3);
    REQUIRE(kobj::close(number));
    CHECK_FALSE(test::is_open(gate.detach()));
}

TEST_CASE("The flags of a handle are set and read back", "[handle][flags]") {
    kobj::mutex gate = kobj::mutex::create().value();
    const kobj::mutex other = gate.duplicate().value();
    for (const handle_flags each : {handle_flags{.inheritable = true, .protect_from_close = false},
                                    handle_flags{.inheritable = true, .protect_from_close = true},
                                    handle_flags{.inheritable = false, .protect_from_close = true}, handle_flags{}}) {
        REQUIRE(kobj::set_flags(gate.get(), each));
        CHECK(kobj::get_flags(gate.get()).value() == each);
        CHECK(kobj::get_flags(other.get()).value() == handle_flags{});
    }
    REQUIRE(kobj::set_inheritable(gate.get(), true));
    CHECK(kobj::get_flags(gate.get()).value() == handle_flags{true, false});
    REQUIRE(kobj::set_protect_from_close(gate.get(), true));
    CHECK(kobj::get_flags(gate.get()).value() == handle_flags{true, true});
    REQUIRE(kobj::set_inheritable(gate.get(), false));
    CHECK(kobj::get_flags(gate.get()).value() == handle_flags{false, true});
    REQUIRE(kobj::set_protect_from_close(gate.get(), false));
    CHECK(kobj::get_flags(gate.get()).value() == handle_flags{});
    CHECK(usage_count(gate) == 2);
    CHECK(kobj::access_of(gate.get()).value() == kobj::access::mutex_all);
}

TEST_CASE("A handle is inheritable when it is made so", "[handle][flags]") {
    const handle_flags yes{.inheritable = true};
    const kobj::mutex gate = kobj::mutex::create({.inheritable = true}).value();
    CHECK(kobj::get_flags(gate.get()).value() == yes);
    CHECK(kobj::get_flags(gate.duplicate().value().get()).value() == handle_flags{});
    CHECK(kobj::get_flags(gate.duplicate({.inheritable = true}).value().get()).value() == yes);
    CHECK(kobj::get_flags(kobj::file_mapping::create(1, {.inheritable = true}).value().get()).value() == yes);
    const auto thread = kobj::thread::start([] {}, {.inheritable = true}).value();
    CHECK(kobj::get_flags(thread.get()).value() == yes);
    CHECK(thread.wait().value() == kobj::wait_status::signaled);
}

TEST_CASE("A protected handle cannot be closed", "[handle][flags]") {
    kobj::mutex gate = kobj::mutex::create().value();
    const handle_value number = gate.get();
    REQUIRE(kobj::set_protect_from_close(number, true));
    CHECK(error_of(gate.close()) == errc::invalid_handle);
    CHECK(error_of(kobj::close(number)) == errc::invalid_handle);
    CHECK(static_cast<bool>(gate));
    CHECK(test::is_open(number));
    CHECK(usage_count(gate) == 1);
    { kobj::mutex owner = kobj::mutex::adopt(number).value(); }
    CHECK(test::is_open(number));
    CHECK(test::probe(gate) == test::seen::free);
    REQUIRE(kobj::set_protect_from_close(number, false));
    REQUIRE(gate.close());
    CHECK_FALSE(test::is_open(number));
}

TEST_CASE("Ten thousand handles lead to one object", "[handle]") {
    const kobj::mutex gate = kobj::mutex::create().value();
    const auto before = test::table();
    std::vector<kobj::handle> many;
    for (int i = 0; i < 10'000; ++i) many.push_back(kobj::duplicate(gate.get()).value());
    CHECK(usage_count(gate) == 10'001);
    CHECK(kobj::same_object(many.front().get(), many.back().get()).value());
    for (std::size_t i = 0; i < many.size(); i += 2) many[i].reset();
    CHECK(usage_count(gate) == 5'001);
    many.clear();
    CHECK(usage_count(gate) == 1);
    CHECK(test::table() == before);
}
