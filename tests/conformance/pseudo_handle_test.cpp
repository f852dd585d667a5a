#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/state.hpp"

#include <kobj/kobj.hpp>

#include <chrono>
#include <thread>

using namespace std::chrono_literals;
using kobj::errc;
using kobj::object_type;
using kobj::wait_status;
using test::error_of;

TEST_CASE("The pseudo handles stand for the calling process and thread", "[pseudo]") {
    CHECK(kobj::process::current().get() == kobj::current_process());
    CHECK(kobj::process::current().id().value() == kobj::process::current_id());
    CHECK(kobj::process::current_id() == test::system_process_id());
    CHECK(kobj::process::current().exit_code().value() == kobj::still_active);
    CHECK(kobj::process::current().wait(0s).value() == wait_status::timed_out);
    CHECK(kobj::thread::current().get() == kobj::current_thread());
    CHECK(kobj::thread::current().id().value() == kobj::thread::current_id());
    CHECK(kobj::thread::current_id() == test::system_thread_id());
    CHECK(kobj::thread::current().exit_code().value() == kobj::still_active);
    CHECK(kobj::thread::current().wait(0s).value() == wait_status::timed_out);
}

TEST_CASE("A pseudo handle has a type and all access", "[pseudo]") {
    CHECK(kobj::type_of(kobj::current_process()).value() == object_type::process);
    CHECK(kobj::type_of(kobj::current_thread()).value() == object_type::thread);
    CHECK(kobj::access_of(kobj::current_process()).value() == kobj::access::process_all);
    CHECK(kobj::access_of(kobj::current_thread()).value() == kobj::access::thread_all);
}

TEST_CASE("Closing a pseudo handle does nothing, without error", "[pseudo]") {
    const auto before = test::table();
    CHECK(kobj::close(kobj::current_process()).has_value());
    CHECK(kobj::close(kobj::current_thread()).has_value());
    { const kobj::process self = kobj::process::current(); }
    CHECK(kobj::process::current().id().value() == kobj::process::current_id());
    CHECK(kobj::thread::current().id().value() == kobj::thread::current_id());
    CHECK(test::table() == before);
}

TEST_CASE("A duplicate of a pseudo handle is a real handle", "[pseudo][duplicate]") {
    const auto before = test::table();
    {
        const auto process = kobj::process::current().duplicate().value();
        CHECK(process.get() != kobj::current_process());
        CHECK(process.get().value() % 4 == 0);
        CHECK(process.id().value() == kobj::process::current_id());
        CHECK(kobj::same_object(process.get(), kobj::current_process()).value());
        const auto thread = kobj::thread::current().duplicate().value();
        CHECK(kobj::same_object(thread.get(), kobj::current_thread()).value());
        CHECK_FALSE(kobj::same_object(thread.get(), process.get()).value());
        CHECK(test::table().size() == before.size() + 2);
    }
    CHECK(test::table() == before);
}

TEST_CASE("The pseudo handle of the thread is another one in each thread", "[pseudo]") {
    const auto mine = kobj::thread::current().duplicate().value();
    bool same = true;
    bool same_process = false;
    std::uint32_t id = 0;
    std::thread([&] {
        same = kobj::same_object(mine.get(), kobj::current_thread()).value();
        same_process = kobj::process::current().id().value() == kobj::process::current_id();
        id = kobj::thread::current_id();
    }).join();
    CHECK_FALSE(same);
    CHECK(same_process);
    CHECK(id != kobj::thread::current_id());
}

TEST_CASE("Two handles are compared by their objects", "[same_object]") {
    const kobj::mutex first = kobj::mutex::create().value();
    const kobj::mutex second = kobj::mutex::create().value();
    const kobj::mutex copy = first.duplicate({.access = kobj::access::synchronize}).value();
    CHECK(kobj::same_object(first.get(), first.get()).value());
    CHECK(kobj::same_object(first.get(), copy.get()).value());
    CHECK_FALSE(kobj::same_object(first.get(), second.get()).value());
    CHECK_FALSE(kobj::same_object(first.get(), kobj::current_process()).value());
    CHECK_FALSE(kobj::same_object(kobj::current_thread(), kobj::current_process()).value());
    CHECK(kobj::same_object(kobj::current_process(), kobj::current_process()).value());
    CHECK(test::usage_count(first) == 2);
}

TEST_CASE("A pseudo handle is no mutex and no mapping", "[pseudo]") {
    CHECK(error_of(kobj::mutex::release(kobj::current_process())) == errc::invalid_handle);
    CHECK(error_of(kobj::mutex::adopt(kobj::current_thread())) == errc::invalid_handle);
    CHECK(error_of(kobj::thread::adopt(kobj::current_process())) == errc::invalid_handle);
}
