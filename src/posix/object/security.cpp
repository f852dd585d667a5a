#include "posix/object/security.hpp"

#include "common/access_rights.hpp"
#include "posix/arena/bytes.hpp"
#include "posix/handle/target.hpp"
#include "posix/process/attach.hpp"

namespace kobj::posix {

namespace {

thread_local std::span<const std::byte> for_new;

target look_up_for(const context& me, handle_value value, access_mask needed) {
    const target found = look_up(me, value);
    if ((found.access() & needed) != needed) fail_access(value, found.type(), "that use of its security descriptor");
    return found;
}

descriptor_bytes descriptor_of(const transaction& tx, const target& t, handle_value value) {
    if (!t.is_still_there()) fail_closed(value);
    const u32 first = t.object->security.get();
    return first == 0 ? descriptor_bytes() : kept_bytes(tx, first);
}

}  // namespace

result<descriptor_bytes> read_descriptor(handle_value value, access_mask needed) noexcept {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up_for(me, value, needed);
        return transact(me, [&](transaction& tx) { return descriptor_of(tx, t, value); });
    });
}

result<void> change_descriptor(handle_value value, access_mask needed,
                               const std::function<descriptor_bytes(const descriptor_bytes&)>& change) noexcept {
    return guarded([&] {
        const context& me = enter();
        const target t = look_up_for(me, value, needed);
        transact(me, [&](transaction& tx) {
            const descriptor_bytes made = change(descriptor_of(tx, t, value));
            keep_descriptor(tx, *t.object, made);
        });
    });
}

void keep_descriptor(transaction& tx, object_record& object, std::span<const std::byte> bytes) {
    if (bytes.size() > most_bytes_kept)
        fail(errc::no_system_resources, "a security descriptor of {} bytes, more than {}", bytes.size(),
             most_bytes_kept);
    const u32 old = object.security.get();
    tx.set(object.security, bytes.empty() ? 0 : keep_bytes(tx, bytes));
    if (old != 0) free_name_records(tx, old);
}

access_mask map_generic_rights(object_type type, access_mask rights) noexcept {
    constexpr access_mask generic =
        access::generic_all | access::generic_execute | access::generic_write | access::generic_read;
    const auto mapped = detail::resolve_access(type, rights & generic);
    return (rights & ~generic) | (mapped ? *mapped : 0);
}

descriptor_for_new::descriptor_for_new(std::span<const std::byte> bytes) noexcept
    : outer_(std::exchange(for_new, bytes)) {}
descriptor_for_new::~descriptor_for_new() {
    for_new = outer_;
}
std::span<const std::byte> descriptor_for_new::current() noexcept {
    return for_new;
}

}  // namespace kobj::posix
