#include "operation.hpp"

#include "support/scratch.hpp"

#include "posix/file.hpp"
#include "posix/handle/private_namespace.hpp"
#include "posix/object/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

// Handles, names and mappings.

namespace test {

using namespace std::chrono_literals;

namespace {

template <class Object>
verdict name_is_free(const std::string& name) {
    return [name](world&) { return error_of(Object::open(name)) == kobj::errc::file_not_found; };
}

// The survivor makes one of the same boundary: nothing of the dead one's is in the way.
bool boundary_is_free(world&) {
    const auto made = kobj::posix::create_private_namespace("step: boundary", "step_own", false);
    return made.has_value() && kobj::posix::close_private_namespace(*made, true).has_value();
}

// The same in the survivor and in its children, which are forked.
const std::string& file_path() {
    static const std::string path = (std::filesystem::temp_directory_path() / unique_name("kobj step")).string();
    return path;
}

kobj::handle_value open_file(std::uint64_t bits) {
    using namespace kobj::posix;
    // Shared with nobody.
    bits |= file_object::to_read | file_object::to_write | file_object::listed;
    const int fd = ::open(file_path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return make_file(fd, bits, kobj::access::generic_read, false).value();
}

bool nobody_has_file_open(world&) {
    kobj::close(open_file(0)).value();
    return true;
}

}  // namespace

void add_handle_operations(std::vector<operation>& all) {
    const auto add = [&](operation each) { all.push_back(std::move(each)); };

    add({"create a mutex", [](world& w) { w.mutex = kobj::mutex::create().value(); }});
    add({"create a named mutex, owned",
         [](world& w) { w.mutex = kobj::mutex::create({.name = "step: new", .initially_owned = true}).value(); },
         {},
         {},
         name_is_free<kobj::mutex>("step: new")});
    add({"create a mutex that is there",
         [](world& w) { w.mutex = kobj::mutex::create({.name = "step: named"}).value(); },
         {},
         {},
         [](world& w) { return usage_count(w.named) == 1; }});
    add({"create a mutex with a long name",
         [](world& w) { w.mutex = kobj::mutex::create({.name = std::string(250, 'l')}).value(); },
         {},
         {},
         name_is_free<kobj::mutex>(std::string(250, 'l'))});
    add({"open a named mutex",
         [](world& w) { w.mutex = kobj::mutex::open("step: named").value(); },
         {},
         {},
         [](world& w) { return usage_count(w.named) == 1; }});
    add({"close the last handle to a named mutex",
         [](world& w) { w.mutex->close().value(); },
         [](world& w) { w.mutex = kobj::mutex::create({.name = "step: closed"}).value(); },
         {},
         name_is_free<kobj::mutex>("step: closed")});
    add({"close one of two handles",
         [](world& w) { w.mutex->close().value(); },
         [](world& w) { w.mutex = kobj::mutex::open("step: named").value(); },
         {},
         [](world& w) { return usage_count(w.named) == 1; }});
    add({"create a named event",
         [](world& w) { w.value = kobj::event::create({.name = "step: event"}).value().detach(); },
         {},
         {},
         name_is_free<kobj::event>("step: event")});
    add({"open a named event",
         [](world& w) { w.value = kobj::event::open("step: signal").value().detach(); },
         [](world& w) { w.value = kobj::event::create({.name = "step: signal"}).value().detach(); },
         {},
         name_is_free<kobj::event>("step: signal")});
    add({"create a named semaphore",
         [](world& w) { w.value = kobj::semaphore::create(1, 2, {.name = "step: units"}).value().detach(); },
         {},
         {},
         name_is_free<kobj::semaphore>("step: units")});
    add({"create a named timer",
         [](world& w) { w.value = kobj::timer::create({.name = "step: timer"}).value().detach(); },
         {},
         {},
         name_is_free<kobj::timer>("step: timer")});
    add({"create a named file mapping",
         [](world& w) { w.value = kobj::file_mapping::create(8192, {.name = "step: memory"}).value().detach(); },
         {},
         {},
         name_is_free<kobj::file_mapping>("step: memory")});
    add({"create a file mapping over a file", [](world& w) {
             w.value = kobj::file_mapping::create_over("/proc/self/exe", 0,
                                                       {.protection = kobj::mapping_protection::read_only})
                           .value()
                           .detach();
         }});
    add({"open a file mapping", [](world& w) { w.value = kobj::file_mapping::open("step: mapped").value().detach(); }});
    add({"close a file mapping", [](world& w) { kobj::close(w.value).value(); },
         [](world& w) { w.value = kobj::file_mapping::create(4096).value().detach(); }});
    add({"map", [](world& w) { w.view = w.memory.map<char>().value(); }});
    add({"unmap", [](world& w) { w.view.reset(); }, [](world& w) { w.view = w.memory.map<char>().value(); }});
    add({"unmap what has no handle any more", [](world& w) { w.view.reset(); },
         [](world& w) {
             auto mapping = kobj::file_mapping::create(4096).value();
             w.view = mapping.map<char>().value();
         }});
    (void)file_path();
    constexpr auto goes = kobj::posix::file_object::remove_on_close;
    add({"open a file", [](world& w) { w.value = open_file(0); }, {}, {}, nobody_has_file_open});
    add({"open a file that is to be removed",
         [](world& w) { w.value = open_file(goes); },
         {},
         {},
         nobody_has_file_open});
    add({"close a file",
         [](world& w) { kobj::close(w.value).value(); },
         [](world& w) { w.value = open_file(0); },
         {},
         nobody_has_file_open});
    add({"close a file that is to be removed",
         [](world& w) { kobj::close(w.value).value(); },
         [](world& w) { w.value = open_file(goes); },
         {},
         [](world& w) {
             // Who asks for the count settles the dead.
             return usage_count(w.gate) == 1 && access(file_path().c_str(), F_OK) != 0;
         }});
    add({"duplicate a file",
         [](world& w) { (void)kobj::duplicate(w.value).value().detach(); },
         [](world& w) { w.value = open_file(0); },
         {},
         nobody_has_file_open});
    add({"duplicate",
         [](world& w) { (void)w.gate.duplicate().value().detach(); },
         {},
         {},
         [](world& w) { return usage_count(w.gate) == 1; }});
    add({"duplicate and close the source",
         [](world& w) {
             (void)kobj::duplicate(kobj::current_process(), w.value, kobj::current_process(), {.close_source = true})
                 .value();
         },
         [](world& w) { w.value = w.gate.duplicate().value().detach(); }});
    add({"duplicate into another process",
         [](world& w) { (void)kobj::duplicate(kobj::current_process(), w.gate.get(), w.peer.get()).value(); }});
    add({"duplicate out of another process and close it there",
         [](world& w) {
             (void)kobj::duplicate(w.peer.get(), w.value, kobj::current_process(), {.close_source = true}).value();
         },
         [](world& w) { w.value = kobj::duplicate(kobj::current_process(), w.gate.get(), w.peer.get()).value(); }});
    add({"set the flags of a handle",
         [](world& w) { kobj::set_flags(w.gate.get(), {.inheritable = true, .protect_from_close = true}).value(); }});
    add({"ask about a handle", [](world& w) {
             (void)kobj::get_flags(w.gate.get()).value();
             (void)kobj::type_of(w.gate.get()).value();
             (void)kobj::access_of(w.gate.get()).value();
             (void)kobj::same_object(w.gate.get(), w.other.get()).value();
             (void)w.memory.size().value();
         }});
    add({"inspect the session", [](world& w) {
             (void)kobj::inspect::handle_table().value();
             (void)kobj::inspect::take_snapshot().value();
             (void)kobj::inspect::usage_count(w.gate.get()).value();
         }});

    add({"create a private namespace",
         [](world&) { (void)kobj::posix::create_private_namespace("step: boundary", "step", false).value(); },
         {},
         {},
         boundary_is_free});
    add({"open a private namespace",
         [](world&) { (void)kobj::posix::open_private_namespace("step: boundary", "step_again").value(); },
         [](world& w) { w.value = kobj::posix::create_private_namespace("step: boundary", "step", false).value(); },
         {},
         boundary_is_free});
    add({"create a mutex in a private namespace",
         [](world& w) { w.mutex = kobj::mutex::create({.name = "step\\mutex"}).value(); },
         [](world& w) { w.value = kobj::posix::create_private_namespace("step: boundary", "step", false).value(); },
         {},
         boundary_is_free});
    add({"close a private namespace, and destroy it",
         [](world& w) { kobj::posix::close_private_namespace(w.value, true).value(); },
         [](world& w) {
             w.value = kobj::posix::create_private_namespace("step: boundary", "step", false).value();
             w.mutex = kobj::mutex::create({.name = "step\\mutex"}).value();
         },
         {},
         boundary_is_free});
}

}  // namespace test
