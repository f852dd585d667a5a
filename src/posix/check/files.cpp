#include <kobj/handle.hpp>

#include <algorithm>

#include "posix/check/examination.hpp"
#include "posix/object/file.hpp"

// Open files: the buckets that they stand in, and the descriptors beside the handles that lead to them.
namespace kobj::posix::check {

namespace {

constexpr u32 file_type = static_cast<u32>(object_type::file);

}  // namespace

void examination::files() {
    std::vector<bool> found(objects_);
    for (u32 b = 0; b < file_buckets; ++b) {
        u32 before = 0;
        for (u32 o = a_.header().open_files[b].get(); o != 0; o = a_.object(o)->link.get()) {
            if (o >= objects_)
                return say(rule::open_files, b, "a bucket of open files leads to object {}, of {}", o, objects_);
            const object_record& file = *a_.object(o);
            const u64 seen = file.state.get();
            if (found[o]) return say(rule::open_files, b, "the buckets of open files come to object {} twice", o);
            found[o] = true;
            if (state::type(seen) != file_type || (seen & file_object::listed) == 0 ||
                file_object::bucket_of(file.extra.get()) != b)
                return say(rule::open_files, b, "{} is in bucket {} of the open files", describe(o), b);
            if (file.suspended.get() != before)
                say(rule::open_files, number_of(o), "{} says that object {} is before it in its bucket, which is {}",
                    describe(o), file.suspended.get(), before);
            before = o;
        }
    }
    for (u32 o = 1; o < objects_ && !has_enough(); ++o) {
        const u64 seen = a_.object(o)->state.get();
        if (state::type(seen) == file_type && (seen & file_object::listed) != 0 && !found[o])
            say(rule::open_files, number_of(o), "{} is in no bucket: nobody finds how it is shared", describe(o));
    }
}

void examination::descriptors_of(u32 p) {
    const u32 end = a_.described(p);
    for (u32 i = 1; i < end && !has_enough(); ++i) {
        if (a_.descriptor(p, i) == 0) continue;
        const word64* slot = a_.entry(p, i);
        const u64 e = slot == nullptr || i >= a_.process(p)->high.get() ? 0 : slot->get();
        const u32 o = entry::object(e);
        const bool file = entry::kind_of(e) == entry::kind::handle && is_live(o) &&
                          state::type(a_.object(o)->state.get()) == file_type;
        if (!file && entry::kind_of(e) != entry::kind::kept)
            say(rule::open_files, u64{p} << 32U | i, "{} has a descriptor for handle {:#x}, which leads to no file",
                describe_process(p), u64{i} << 2U);
    }
}

}  // namespace kobj::posix::check
