#include <kobj/handle.hpp>

#include "posix/arena/bytes.hpp"
#include "posix/arena/name_hash.hpp"
#include "posix/check/examination.hpp"

#include <map>

// Names: each leads from its bucket to its object and back, and each record is used once.
namespace kobj::posix::check {

void examination::name_of(u32 o) {
    const object_record& object = *a_.object(o);
    const u32 first = object.name.get();
    if (first == 0) return;
    ++out_.counted.names;
    const auto broken = [&](u32 n) {
        say(rule::name, number_of(o), "the name of object {} leads to name record {}, of {}", o, n, names_);
    };
    if (first >= names_) return broken(first);
    if (object.handles.get() == 0)
        say(rule::name, number_of(o), "{}, has no handle any more, but its name is not free", describe(o));
    u32 left = a_.name(first)->length.get();
    if (left == 0) return say(rule::name, number_of(o), "object {} has a name without text", o);
    if (left > u64{names_} * name_record::text_room)
        return say(rule::name, number_of(o), "object {} has a name of {} bytes, more than all names together", o, left);
    std::string key;
    u32 n = first;
    while (left != 0) {
        if (n == 0 || n >= names_) return broken(n);
        const name_record& part = *a_.name(n);
        if (name_owner_[n] != 0)
            return say(rule::name, number_of(o), "name record {} belongs to object {} and to object {}", n, o,
                       name_owner_[n]);
        name_owner_[n] = o;
        if (part.object.get() != o)
            say(rule::name, number_of(o), "name record {} of {} says that it belongs to object {}", n, describe(o),
                part.object.get());
        const u32 here = std::min(left, name_record::text_room);
        key.append(part.text, here);
        left -= here;
        n = part.more.get();
    }
    if (n != 0)
        say(rule::name, number_of(o), "the name of {} goes on with name record {} behind its end", describe(o), n);
    const u32 hash = hash_of(key);
    if (a_.name(first)->hash.get() != hash)
        return say(rule::name, number_of(o), "the hash of the name of {} is wrong: nobody finds it", describe(o));
    if (buckets_ == 0 || in_bucket_[first] != posix::bucket_of(hash, buckets_) + 1)
        say(rule::directory, number_of(o), "the directory does not find the name of {}", describe(o));
}

// What is kept of it in name records beside its name.
void examination::chain_of(u32 o, u32 first, const char* what) {
    u32 n = first;
    if (n == 0) return;
    const u32 length = n < names_ ? a_.name(n)->length.get() : 1;
    for (u32 left = length; left != 0; left -= std::min(left, name_record::text_room)) {
        if (n == 0 || n >= names_)
            return say(rule::name, number_of(o), "the {} of object {} leads to name record {}, of {}", what, o, n,
                       names_);
        if (name_owner_[n] != 0)
            return say(rule::name, number_of(o), "name record {} belongs to object {} and to object {}", n, o,
                       name_owner_[n]);
        name_owner_[n] = o;
        n = a_.name(n)->more.get();
    }
    if (n != 0 || length == 0 || length > most_bytes_kept)
        say(rule::name, number_of(o), "the {} of {} has {} bytes, and goes on with name record {}", what, describe(o),
            length, n);
}

void examination::bucket_of(u32 b, u32& found) {
    for (u32 n = a_.bucket(b)->get(); n != 0; n = a_.name(n)->next.get()) {
        if (n >= names_) return say(rule::directory, b, "bucket {} leads to name record {}, of {}", b, n, names_);
        if (in_bucket_[n] != 0)
            return say(rule::directory, b, "bucket {} comes to name record {}, which is in bucket {} already", b, n,
                       in_bucket_[n] - 1);
        in_bucket_[n] = b + 1;
        ++found;
        const name_record& name = *a_.name(n);
        const u32 o = name.object.get();
        if (!is_live(o))
            say(rule::directory, n, "the directory has a name that leads to object {}, which is not in use", o);
        else if (a_.object(o)->name.get() != n)
            say(rule::directory, n, "the directory has a name that leads to {}, which has another one", describe(o));
    }
}

void examination::names() {
    u32 found = 0;
    for (u32 b = 0; b < buckets_ && !has_enough(); ++b) bucket_of(b, found);
    if (const u32 said = a_.header().name_count.get(); said != found && !has_enough())
        say(rule::counter, u64{1} << 40U, "there are said to be {} names, but the directory has {}", said, found);
    for (u32 o = 1; o < objects_ && !has_enough(); ++o) {
        const object_record& object = *a_.object(o);
        const u32 type = state::type(object.state.get());
        if (type == static_cast<u32>(object_type::file) || type == state::section_limbo)
            chain_of(o, object.account.get(), "path");
        if (!is_live(o)) continue;
        name_of(o);
        chain_of(o, object.security.get(), "descriptor");
    }
    std::vector<bool> free(names_);
    for (u32 n = a_.header().free_name.get(); n != 0; n = a_.name(n)->next.get()) {
        if (n >= names_) {
            say(rule::name_list, 0, "the list of free names leads to name record {}, of {}", n, names_);
            break;
        }
        if (free[n]) {
            say(rule::name_list, n, "the list of free names comes to name record {} twice", n);
            break;
        }
        free[n] = true;
        if (name_owner_[n] != 0)
            say(rule::name_list, n, "name record {} is in the list of free names, but names {}", n,
                describe(name_owner_[n]));
    }
    std::map<std::string, u32> first_of;
    for (u32 n = 1; n < names_ && !has_enough(); ++n) {
        if (!free[n] && name_owner_[n] == 0)
            say(rule::name_list, n,
                "name record {} belongs to no object and is not in the list of free names: it is lost", n);
        const u32 o = name_owner_[n];
        if (o == 0 || a_.object(o)->name.get() != n) continue;
        const auto [other, is_first] = first_of.emplace(a_.key_of(*a_.object(o)), o);
        if (!is_first)
            say(rule::directory, number_of(o), "{} and object {} have the same name", describe(o), other->second);
    }
}

}  // namespace kobj::posix::check
