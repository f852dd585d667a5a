#include "posix/arena/bytes.hpp"

#include <algorithm>
#include <cstring>

namespace kobj::posix {

u32 take_name_record(transaction& tx) {
    arena& a = the_arena();
    arena_header& h = a.header();
    const u32 free = h.free_name.get();
    if (free != 0) {
        tx.set(h.free_name, a.name(free).next.get());
        return free;
    }
    const u32 fresh = h.high_name.get();
    if (fresh >= a.capacity(region::names)) throw needs_room{region::names, fresh};
    tx.set(h.high_name, fresh + 1);
    return fresh;
}

void free_name_records(transaction& tx, u32 first) {
    arena& a = the_arena();
    arena_header& h = a.header();
    constexpr u32 longest = most_bytes_kept / name_record::text_room + 1;
    u32 steps = 0;
    for (u32 n = first; n != 0;) {
        name_record& part = a.name(n);
        const u32 more = part.more.get();
        tx.set(part.next, h.free_name.get());
        tx.set(h.free_name, n);
        n = more;
        if (++steps > longest) fail_corrupt("a chain of name records");
    }
}

u32 keep_bytes(transaction& tx, std::span<const std::byte> bytes) {
    arena& a = the_arena();
    const u32 first = take_name_record(tx);
    const auto length = static_cast<u32>(bytes.size());
    u32 n = first;
    for (;;) {
        name_record& part = a.name(n);
        const std::size_t here = std::min<std::size_t>(bytes.size(), name_record::text_room);
        // The link of a record that comes from the free list must be found as it was.
        tx.set(part.next, 0);
        part.hash.put(0);
        part.length.put(length);
        part.object.put(0);
        part.more.put(0);
        std::memcpy(part.text, bytes.data(), here);
        bytes = bytes.subspan(here);
        if (bytes.empty()) return first;
        n = take_name_record(tx);
        part.more.put(n);
    }
}

std::vector<std::byte> kept_bytes(const transaction&, u32 first) {
    arena& a = the_arena();
    std::vector<std::byte> bytes(std::min<std::size_t>(a.name(first).length.get(), most_bytes_kept));
    std::size_t done = 0;
    for (u32 n = first; done < bytes.size(); n = a.name(n).more.get()) {
        if (n == 0) fail_corrupt("a chain of name records");
        const std::size_t here = std::min<std::size_t>(bytes.size() - done, name_record::text_room);
        std::memcpy(bytes.data() + done, a.name(n).text, here);
        done += here;
    }
    return bytes;
}

}  // namespace kobj::posix
