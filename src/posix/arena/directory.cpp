#include "posix/arena/directory.hpp"

#include <algorithm>
#include <bit>

#include "posix/arena/bytes.hpp"
#include "posix/arena/name_hash.hpp"

namespace kobj::posix {

namespace {

constexpr u32 first_buckets = 64;
constexpr u32 longest_key = 1024;
// A chain or a queue that is longer than all records there are has been damaged.
constexpr u32 longest_chain = max_names;

bool holds(name_record& first, std::string_view key) {
    if (first.length.get() != key.size()) return false;
    name_record* part = &first;
    for (;;) {
        const std::size_t here = std::min<std::size_t>(key.size(), name_record::text_room);
        if (!std::equal(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(here), part->text)) return false;
        key.remove_prefix(here);
        if (key.empty()) return true;
        part = &the_arena().name(part->more.get());
    }
}

// Moves those names of one bucket that belong to the new last one. Left out when the chain is long: then the table is
// only a little slower until the next.
void add_bucket(transaction& tx) {
    arena& a = the_arena();
    arena_header& h = a.header();
    const u32 fresh = h.bucket_count.get();
    if (fresh >= max_buckets) return;
    if (fresh >= a.capacity(region::buckets)) throw needs_room{region::buckets, fresh};
    const u32 from = fresh - std::bit_floor(fresh);
    u32 stay = 0;
    u32 move = 0;
    u32 length = 0;
    for (u32 n = a.bucket(from).get(); n != 0; n = a.name(n).next.get()) {
        if (++length > 64) return;
    }
    for (u32 n = a.bucket(from).get(); n != 0;) {
        name_record& name = a.name(n);
        const u32 next = name.next.get();
        u32& chain = bucket_of(name.hash.get(), fresh + 1) == fresh ? move : stay;
        tx.set(name.next, chain);
        chain = n;
        n = next;
    }
    tx.set(a.bucket(from), stay);
    tx.set(a.bucket(fresh), move);
    tx.set(h.bucket_count, fresh + 1);
}

}  // namespace

u32 find_name(const transaction&, std::string_view key) {
    arena& a = the_arena();
    const u32 buckets = a.header().bucket_count.get();
    if (buckets == 0) return 0;
    const u32 hash = hash_of(key);
    u32 steps = 0;
    for (u32 n = a.bucket(bucket_of(hash, buckets)).get(); n != 0;) {
        name_record& name = a.name(n);
        if (name.hash.get() == hash && holds(name, key)) return name.object.get();
        if (++steps > longest_chain) fail_corrupt("a chain of names");
        n = name.next.get();
    }
    return 0;
}

void add_name(transaction& tx, std::string_view key, u32 object) {
    arena& a = the_arena();
    arena_header& h = a.header();
    if (h.bucket_count.get() == 0) {
        if (a.capacity(region::buckets) < first_buckets) throw needs_room{region::buckets, first_buckets - 1};
        for (u32 i = 0; i < first_buckets; ++i) a.bucket(i).put(0);
        tx.set(h.bucket_count, first_buckets);
    }
    if (h.name_count.get() >= h.bucket_count.get()) add_bucket(tx);

    const u32 first = take_name_record(tx);
    const u32 hash = hash_of(key);
    word32& bucket = a.bucket(bucket_of(hash, h.bucket_count.get()));
    std::string_view left = key;
    u32 n = first;
    for (;;) {
        name_record& part = a.name(n);
        const std::size_t here = std::min<std::size_t>(left.size(), name_record::text_room);
        // The link of a record that comes from the free list must be found as it was.
        tx.set(part.next, n == first ? bucket.get() : 0);
        part.hash.put(hash);
        part.length.put(static_cast<u32>(key.size()));
        part.object.put(object);
        part.more.put(0);
        std::copy_n(left.data(), here, part.text);
        left.remove_prefix(here);
        if (left.empty()) break;
        n = take_name_record(tx);
        part.more.put(n);
    }
    tx.set(bucket, first);
    tx.set(h.name_count, h.name_count.get() + 1);
    tx.set(a.object(object).name, first);
}

void remove_name(transaction& tx, object_record& object) {
    arena& a = the_arena();
    arena_header& h = a.header();
    const u32 first = object.name.get();
    name_record& name = a.name(first);
    word32* link = &a.bucket(bucket_of(name.hash.get(), h.bucket_count.get()));
    u32 steps = 0;
    while (link->get() != first) {
        if (link->get() == 0 || ++steps > longest_chain) fail_corrupt("a chain of names");
        link = &a.name(link->get()).next;
    }
    tx.set(*link, name.next.get());
    free_name_records(tx, first);
    tx.set(h.name_count, h.name_count.get() - 1);
    tx.set(object.name, 0);
}

std::string read_name(const object_record& object) {
    std::string key;
    u32 n = object.name.get();
    u32 left = n == 0 ? 0 : std::min(the_arena().name(n).length.get(), longest_key);
    while (n != 0 && left != 0) {
        const name_record& part = the_arena().name(n);
        const u32 here = std::min(left, name_record::text_room);
        key.append(part.text, here);
        left -= here;
        n = part.more.get();
    }
    return key;
}

}  // namespace kobj::posix
