#include "copied_arena.hpp"
#include "support/scratch.hpp"

#include "posix/file.hpp"
#include "posix/object/file.hpp"

// The checker and files: see check_damage_test.cpp.

using namespace kobj::posix;
using kobj::posix::check::rule;
using test::copied_arena;
using test::own_process;
using test::place_of;

namespace {

kobj::handle open_to_read(const std::string& path, u64 bits = 0) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(fd >= 0);
    return kobj::handle(make_file(fd, bits | file_object::to_read | file_object::shares | file_object::listed,
                                  kobj::access::generic_read, false)
                            .value());
}
u32 object_of(const kobj::handle& file) {
    return kobj::posix::entry::object(the_arena().table_entry(own_process(), place_of(file.get())).get());
}

}  // namespace

TEST_CASE("Each kind of damage of open files is found and said", "[check][file]") {
    const test::scratch_directory folder;
    // Of one bucket, the later one first.
    const kobj::handle one = open_to_read(folder.file("twice"));
    const kobj::handle two = open_to_read(folder.file("twice"));
    const kobj::handle short_lived = open_to_read(folder.file("short-lived"), file_object::remove_on_close);
    const kobj::event event = kobj::event::create().value();
    const u32 last = object_of(one);
    const u32 first = object_of(two);
    const u32 bucket = file_object::bucket_of(the_arena().object(first).extra.get());
    const u32 other = (bucket + 1) % file_buckets;
    const u32 removed = object_of(short_lived);
    const u32 self = own_process();

    test::check_each({
        {"a bucket that leads nowhere", rule::open_files, "a bucket of open files leads to",
         [&](auto& c) { c.header().open_files[bucket].put(max_objects); }},
        {"files in a circle", rule::open_files, "come to object", [&](auto& c) { c.object(last).link.put(first); }},
        {"a file in the wrong bucket", rule::open_files, "is in bucket",
         [&](auto& c) {
             c.header().open_files[other].put(first);
             c.header().open_files[bucket].put(0);
         }},
        {"a file in a bucket that is not to be found", rule::open_files, "is in bucket",
         [&](auto& c) { c.object(first).state.put(c.object(first).state.get() & ~file_object::listed); }},
        {"a bucket with an event", rule::open_files, "is in bucket",
         [&](auto& c) { c.header().open_files[bucket].put(test::record_of(event)); }},
        {"files without the way back", rule::open_files, "is before it in its bucket",
         [&](auto& c) { c.object(last).suspended.put(0); }},
        {"a file that is lost", rule::open_files, "is in no bucket",
         [&](auto& c) { c.object(first).link.put(c.object(last).link.get()); }},
        {"a descriptor of an event", rule::open_files, "which leads to no file",
         [&](auto& c) { c.descriptor(self, place_of(event.get())).put(5); }},
        {"a descriptor of a handle that was closed", rule::open_files, "which leads to no file",
         [&](auto& c) { c.entry(self, place_of(one.get())).put(0); }},
        {"a path beyond the end", rule::name, "the path of",
         [&](auto& c) { c.object(removed).account.put(max_names); }},
        {"a path without text", rule::name, "the path of",
         [&](auto& c) { c.name(c.object(removed).account.get()).length.put(0); }},
        {"a path of two files", rule::name, "belongs to object",
         [&](auto& c) { c.object(first).account.put(c.object(removed).account.get()); }},
        {"a path that is lost", rule::name_list, "it is lost", [&](auto& c) { c.object(removed).account.put(0); }},
    });
}
