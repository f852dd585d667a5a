#include "posix/handle/named.hpp"

#include "common/object_type.hpp"
#include "posix/arena/directory.hpp"
#include "posix/handle/private_namespace.hpp"
#include "posix/handle/rights.hpp"
#include "posix/object/security.hpp"
#include "posix/process/reap.hpp"

namespace kobj::posix {

namespace {

std::string key_of(std::string_view whole, const result<detail::object_name>& name) {
    if (!name) {
        // A prefix that is none of the session's own may be an alias.
        if (name.error() == errc::path_not_found) {
            if (std::string key = key_by_alias(whole); !key.empty()) return key;
        }
        throw name.error();
    }
    if (name->bare.empty()) return {};
    std::string key(name->bare.size() + 1, name->where == detail::name_space::global ? 'G' : 'L');
    name->bare.copy(key.data() + 1, name->bare.size());
    return key;
}

/// Who was found to live, so that what it holds lives.
struct known_holder {
    u32 process = 0;
    u32 generation = 0;
    bool everybody = false;  ///< all dead processes have been settled
};

enum class find_step : u8 { none, found, ask_witness };

// A named object may be held by dead processes only; then it is gone, and its name free. It is enough that one holder
// lives: the object remembers one, which is asked first.
find_step find(transaction& tx, const std::string& key, object_type type, const known_holder& known, u32& object_index,
               known_holder& ask) {
    arena& a = the_arena();
    object_index = find_name(tx, key);
    if (object_index == 0) return find_step::none;
    const object_record& object = a.object(object_index);
    const u32 holder = witness::process(object.witness.get());
    if (holder != tx.me().process && !known.everybody) {
        const u32 generation = holder == 0 ? 0 : a.process(holder).generation.get();
        if (holder == 0 || holder != known.process || generation != known.generation) {
            ask = {holder, generation, false};
            return find_step::ask_witness;
        }
    }
    const auto found = object_type{static_cast<u8>(state::type(object.state.get()))};
    if (found != type)
        fail(errc::invalid_handle, "the name \"{}\" belongs to a {}, not to a {}", key.substr(1),
             detail::type_name(found), detail::type_name(type));
    return find_step::found;
}

void ask_witness(const context& me, known_holder& known) {
    if (known.process != 0 && process_runs(me, known.process)) return;
    settle_all(me);
    known.everybody = true;
}

handle_value add(transaction& tx, u32 object_index, access_mask access, bool inheritable) {
    const object_record& object = the_arena().object(object_index);
    return value_of(add_entry(tx, tx.me().process, make_entry(object, access, inheritable)));
}

}  // namespace

std::string key_to_create(std::string_view name) {
    return key_of(name, detail::name_to_create(name));
}
std::string key_to_open(std::string_view name) {
    return key_of(name, detail::name_to_open(name));
}

new_handle create_object(const context& me, const std::string& key, object_type type, access_mask access,
                         bool inheritable, const std::function<u32(transaction&)>& make) {
    const access_mask rights = granted(access, type);
    if (!key.empty()) the_arena().check_named_now_and_then();
    known_holder known;
    for (;;) {
        known_holder ask;
        const auto made = transact(me, [&](transaction& tx) -> new_handle {
            u32 object = 0;
            const find_step step = key.empty() ? find_step::none : find(tx, key, type, known, object, ask);
            if (step == find_step::ask_witness) return {};
            if (step == find_step::none) {
                object = make(tx);
                if (!key.empty()) add_name(tx, key, object);
                if (const auto bytes = descriptor_for_new::current(); !bytes.empty())
                    keep_descriptor(tx, the_arena().object(object), bytes);
            }
            return {add(tx, object, rights, inheritable), step == find_step::found};
        });
        if (made.value) return made;
        ask_witness(me, ask);
        known = ask;
    }
}

handle_value open_object(const context& me, const std::string& key, object_type type, access_mask access,
                         bool inheritable) {
    the_arena().check_named_now_and_then();
    known_holder known;
    for (;;) {
        known_holder ask;
        find_step step = find_step::none;
        const auto value = transact(me, [&](transaction& tx) -> handle_value {
            u32 object = 0;
            step = find(tx, key, type, known, object, ask);
            return step == find_step::found ? add(tx, object, granted(access, type), inheritable) : handle_value();
        });
        if (step != find_step::ask_witness) return value;
        ask_witness(me, ask);
        known = ask;
    }
}

handle_value open_named(const context& me, std::string_view name, object_type type, access_mask access,
                        bool inheritable) {
    const handle_value found = open_object(me, key_to_open(name), type, access, inheritable);
    if (!found) fail(errc::file_not_found, "there is no object of the name \"{}\"", name);
    return found;
}

}  // namespace kobj::posix
