#include "posix/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "posix/handle/descriptors.hpp"
#include "posix/handle/lending.hpp"
#include "posix/handle/named.hpp"
#include "posix/handle/rights.hpp"
#include "posix/handle/target.hpp"
#include "posix/object/file.hpp"
#include "posix/object/security.hpp"
#include "posix/os/open_file.hpp"
#include "posix/os/user_file.hpp"
#include "posix/process/attach.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix {

namespace {

constexpr std::uint32_t sharing_violation = 32;

u64 kind_of(std::uint32_t mode) noexcept {
    if (S_ISREG(mode) || S_ISDIR(mode) || S_ISBLK(mode)) return file_object::of_disk;
    if (S_ISCHR(mode)) return 2;
    return S_ISFIFO(mode) || S_ISSOCK(mode) ? 3 : 0;
}

// Who was killed has nothing open any more, but is settled only when somebody asks.
template <class F>
auto if_shared(const context& me, u64 device, u64 inode, u64 bits, F&& work) {
    for (bool settled = false;; settled = true) {
        const auto made = transact(me, [&](transaction& tx) -> std::optional<decltype(work(tx))> {
            if (file_object::in_use(device, inode, bits)) return std::nullopt;
            return work(tx);
        });
        if (made) return *made;
        if (settled) throw failure(sharing_violation, "somebody has the file open and does not share it");
        settle_all(me);
    }
}

handle_value add(transaction& tx, u32 file, int fd, access_mask access, bool inheritable) {
    if (const auto bytes = descriptor_for_new::current(); !bytes.empty())
        keep_descriptor(tx, the_arena().object(file), bytes);
    const u32 process = tx.me().process;
    const u32 index = add_entry(tx, process, make_entry(the_arena().object(file), access, inheritable));
    descriptors::set(tx, process, index, fd);
    return value_of(index);
}

}  // namespace

result<handle_value> make_file(int fd, std::uint64_t bits, access_mask access, bool inheritable) noexcept {
    os::descriptor owned(fd);
    return guarded([&] {
        const context& me = enter();
        const access_mask rights = granted(access, object_type::file);
        owned = os::descriptor(descriptors::out_of_the_way(owned.release()));
        const os::opened_identity which = os::identity_of(owned.get());
        if (!which.exists) fail(errc::too_many_open_files, "no descriptor is left for a file");
        bits |= kind_of(which.mode);
        const std::string path = (bits & file_object::remove_on_close) != 0 ? os::path_of(owned.get()) : std::string();
        const auto make = [&](transaction& tx) {
            const u32 file = file_object::make(tx, bits, which.device, which.inode, path);
            return add(tx, file, owned.get(), rights, inheritable);
        };
        const handle_value made = (bits & file_object::listed) != 0
                                      ? if_shared(me, which.device, which.inode, bits, make)
                                      : transact(me, make);
        owned.release();
        lending::look_again(me);
        return made;
    });
}

result<found_file> find_file(handle_value value) noexcept {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up(me, value, object_type::file, 0);
        const u32 index = static_cast<u32>(index_of(value));
        int fd = descriptors::of(me.process, index);
        if (fd < 0) fd = descriptors::fetch(me, index, t.entry);
        return found_file{fd, t.access(), state::value(t.seen)};
    });
}

result<void> check_sharing(std::uint64_t device, std::uint64_t inode, std::uint64_t bits) noexcept {
    return guarded([&] { (void)if_shared(enter(), device, inode, bits, [](transaction&) { return true; }); });
}

result<handle_value> standard_file(int fd) noexcept {
    return guarded([&] {
        const context& me = enter();
        arena& a = the_arena();
        const os::opened_identity which = os::identity_of(fd);
        if (!which.exists) return handle_value();
        const u64 bits = kind_of(which.mode) | file_object::shares | (which.reads ? file_object::to_read : 0) |
                         (which.writes ? file_object::to_write : 0);
        const access_mask access =
            (which.reads ? access::generic_read : 0) | (which.writes ? access::generic_write : 0);
        return transact(me, [&](transaction& tx) {
            const process_record& process = a.process(me.process);
            const u32 high = std::min(process.described.get(), process.high.get());
            for (u32 i = 1; i < high; ++i) {
                if (descriptors::of(me.process, i) == fd) return value_of(i);  // never kept, see close_entry
            }
            const u32 file = file_object::make(tx, bits, which.device, which.inode, {});
            return add(tx, file, fd, granted(access, object_type::file), true);
        });
    });
}

bool allow_more_descriptors() noexcept {
    return os::raise_descriptor_limit();
}

}  // namespace kobj::posix
