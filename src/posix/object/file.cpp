#include "posix/object/file.hpp"

#include <span>
#include <vector>

#include "posix/arena/bytes.hpp"
#include "posix/object/object.hpp"
#include "posix/os/user_file.hpp"

namespace kobj::posix::file_object {

bool in_use(u64 device, u64 inode, u64 value) {
    arena& a = the_arena();
    u32 steps = 0;
    for (u32 o = a.header().open_files[bucket_of(inode)].get(); o != 0; o = a.object(o).link.get()) {
        const object_record& other = a.object(o);
        if (state::type(other.state.get()) != type_number(object_type::file) || ++steps > max_objects)
            fail_corrupt("a list of open files");
        if (other.extra.get() == inode && other.body.get() == device && conflict(other.state.get(), value)) return true;
    }
    return false;
}

u32 make(transaction& tx, u64 value, u64 device, u64 inode, const std::string& path) {
    arena& a = the_arena();
    const u32 made = make_object(tx, type_number(object_type::file), value, inode, device);
    if (!path.empty()) a.object(made).account.put(keep_bytes(tx, std::as_bytes(std::span(path))));
    if ((value & listed) == 0) return made;
    word32& first = a.header().open_files[bucket_of(inode)];
    const u32 next = first.get();
    // make_object has noted neither: the record was free, where the link is that of the free list.
    tx.set(a.object(made).link, next);
    if (next != 0) tx.set(a.object(next).suspended, made);
    tx.set(first, made);
    return made;
}

void forget(transaction& tx, object_record& file) {
    if ((file.state.get() & listed) == 0) return;
    arena& a = the_arena();
    const u32 next = file.link.get();
    const u32 previous = file.suspended.get();
    word32& before = previous == 0 ? a.header().open_files[bucket_of(file.extra.get())] : a.object(previous).link;
    if (before.get() != a.index_of(file)) fail_corrupt("a list of open files");
    tx.set(before, next);
    if (next != 0) tx.set(a.object(next).suspended, previous);
}

void remove_from_disk(const context& me, const object_record& file) {
    std::vector<std::byte> kept;
    os::file_identity which;
    transact(me, [&](transaction& tx) {
        const u32 path = file.account.get();
        if (path == 0) return;
        kept = kept_bytes(tx, path);
        which.device = file.body.get();
        which.inode = file.extra.get();
    });
    if (!kept.empty())
        os::remove_user_file(std::string(reinterpret_cast<const char*>(kept.data()), kept.size()), which);
}

}  // namespace kobj::posix::file_object
