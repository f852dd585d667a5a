#include "posix/handle/private_namespace.hpp"

#include <functional>
#include <map>
#include <mutex>

#include "common/object_name.hpp"
#include "common/unicode.hpp"
#include "posix/arena/directory.hpp"
#include "posix/handle/named.hpp"
#include "posix/handle/target.hpp"
#include "posix/process/attach.hpp"

namespace kobj::posix {

namespace {

// DIRECTORY_ALL_ACCESS
constexpr access_mask all_of_a_directory = 0x000F'000F;
constexpr std::uint32_t error_dup_name = 52;

struct alias_entry {
    handle_value handle;
    u64 number = 0;  ///< of the namespace
};

struct alias_list {
    std::mutex gate;
    std::map<std::string, alias_entry, std::less<>> by_name;
};

// Never destroyed: other static destructors may still use names.
alias_list& the_aliases() {
    static alias_list& only = *new alias_list;
    return only;
}

/// Does the handle still lead to the namespace? It may have been closed as any other handle is.
bool is_open(const context& me, const alias_entry& each) {
    const target t = peek(me, each.handle);
    return t.object != nullptr && t.type() == private_namespace_type && t.object->body.get() == each.number;
}

std::string key_of_boundary(std::string_view boundary) {
    return text("B{}", boundary);
}

void check_alias(std::string_view alias) {
    const auto units = detail::utf16_length(alias);
    const bool reserved = alias == "Local" || alias == "Global" || alias == "Session";
    if (alias.empty() || reserved || !units || *units > detail::longest_object_name ||
        alias.find('\\') != std::string_view::npos)
        fail(errc::invalid_parameter, "\"{}\" cannot be the prefix of a namespace", alias);
}

void close_now(const context& me, handle_value value) {
    transact(me, [&](transaction& tx) { remove_entry(tx, me.process, static_cast<u32>(index_of(value))); });
}

/// Binds the new handle to its alias, or closes it.
void add_alias(const context& me, std::string_view alias, handle_value made) {
    alias_list& all = the_aliases();
    try {
        const std::lock_guard hold(all.gate);
        const auto used = all.by_name.find(alias);
        if (used != all.by_name.end() && is_open(me, used->second))
            throw failure(error_dup_name, text("the prefix \"{}\" is in use in this process", alias));
        all.by_name.insert_or_assign(std::string(alias), alias_entry{made, look_up(me, made).object->body.get()});
    } catch (...) {
        close_now(me, made);
        throw;
    }
}

}  // namespace

result<handle_value> create_private_namespace(std::string_view boundary, std::string_view alias,
                                              bool inheritable) noexcept {
    return guarded([&] {
        check_alias(alias);
        const context& me = enter();
        const new_handle made = create_object(me, key_of_boundary(boundary), private_namespace_type, all_of_a_directory,
                                              inheritable, [](transaction& tx) {
                                                  word64& next = the_arena().header().next_namespace;
                                                  const u64 number = next.get();
                                                  tx.set(next, number + 1);
                                                  return make_object(tx, state::private_namespace, 0, 0, number);
                                              });
        if (made.existed) {
            close_now(me, made.value);
            fail(errc::already_exists, "there is a namespace of that boundary");
        }
        add_alias(me, alias, made.value);
        return made.value;
    });
}

result<handle_value> open_private_namespace(std::string_view boundary, std::string_view alias) noexcept {
    return guarded([&] {
        check_alias(alias);
        const context& me = enter();
        const handle_value found =
            open_object(me, key_of_boundary(boundary), private_namespace_type, all_of_a_directory, false);
        if (!found) fail(errc::path_not_found, "there is no namespace of that boundary");
        add_alias(me, alias, found);
        return found;
    });
}

result<void> close_private_namespace(handle_value value, bool destroy) noexcept {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up(me, value, private_namespace_type, 0);
        alias_list& all = the_aliases();
        const std::lock_guard hold(all.gate);
        transact(me, [&](transaction& tx) {
            if (!t.is_still_there()) fail_closed(value);
            if ((t.slot->get() & entry::protect) != 0)
                fail(errc::invalid_handle, "handle {:#x} is protected from close", value.value());
            if (destroy && t.object->name.get() != 0) remove_name(tx, *t.object);
            remove_entry(tx, me.process, static_cast<u32>(index_of(value)));
        });
        std::erase_if(all.by_name, [&](const auto& each) { return each.second.handle == value; });
    });
}

std::string key_by_alias(std::string_view name) {
    const std::size_t slash = name.find('\\');
    if (slash == std::string_view::npos) return {};
    const std::string_view bare = name.substr(slash + 1);
    const context& me = enter();  // before the gate, which is the inner one when the process forks
    alias_list& all = the_aliases();
    const std::lock_guard hold(all.gate);
    const auto found = all.by_name.find(name.substr(0, slash));
    if (found == all.by_name.end() || !is_open(me, found->second)) return {};
    if (bare.empty()) fail(errc::invalid_name, "there is no name behind \"{}\"", name);
    if (bare.find('\\') != std::string_view::npos)
        fail(errc::path_not_found, "the object name \"{}\" has a second backslash", name);
    return text("P{:x}\\{}", found->second.number, bare);
}

void lock_aliases() noexcept {
    the_aliases().gate.lock();
}
void unlock_aliases() noexcept {
    the_aliases().gate.unlock();
}

}  // namespace kobj::posix
