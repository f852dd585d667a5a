#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <set>

#include "posix/handle/private_namespace.hpp"
#include "posix/os/stop_signal.hpp"
#include "posix/windows_h/call.hpp"
#include "posix/windows_h/security/security.hpp"

using namespace kobj::windows_h;

namespace {

/// A name and who has to be within: two are the same when both are.
struct boundary {
    std::string name;
    std::set<std::string> sids;
    std::string label;

    /// Equal for equal boundaries. A SID tells its own length.
    [[nodiscard]] std::string key() const {
        std::string all = name + '\0';
        for (const std::string& each : sids) all += each;
        return all + label;
    }
    [[nodiscard]] bool holds_caller() const {
        const bool member =
            std::all_of(sids.begin(), sids.end(), [](const auto& each) { return is_member(each.data()); });
        if (!member || label.empty()) return member;
        return reinterpret_cast<const SID*>(label.data())->SubAuthority[0] <= integrity_level();
    }
};

/// So much fits into a name of the directory.
constexpr std::size_t longest_key = 16'384;

// A handle to a boundary is its address. Never destroyed: of use until the process ends.
struct boundary_list {
    kobj::posix::os::unstopped_mutex gate;
    std::set<void*> all;
};
boundary_list& boundaries() {
    static auto* const only = new boundary_list;
    return *only;
}

/// Runs `work` with the boundary of a handle, which stays meanwhile.
template <class F>
DWORD with_boundary(HANDLE handle, F&& work) noexcept {
    if (handle == nullptr) return ERROR_INVALID_PARAMETER;
    try {
        boundary_list& list = boundaries();
        const std::lock_guard hold(list.gate);
        if (list.all.count(handle) == 0) return ERROR_INVALID_HANDLE;
        return work(*static_cast<boundary*>(handle));
    } catch (...) {
        return ERROR_NOT_ENOUGH_MEMORY;
    }
}

template <class Char>
HANDLE create_boundary(const Char* name, ULONG flags) noexcept {
    // CREATE_BOUNDARY_DESCRIPTOR_ADD_APPCONTAINER_SID: no process is in an app container.
    constexpr ULONG add_app_container = 1;
    if (name == nullptr || (flags & ~add_app_container) != 0) return refuse_handle(ERROR_INVALID_PARAMETER);
    return with_name(name, [&](std::string_view text) -> HANDLE {
        if (text.empty() || text.size() > longest_key / 2) return refuse_handle(ERROR_INVALID_PARAMETER);
        try {
            auto made = std::make_unique<boundary>();
            made->name = text;
            boundary_list& list = boundaries();
            const std::lock_guard hold(list.gate);
            list.all.insert(made.get());
            return made.release();
        } catch (const std::bad_alloc&) {
            return refuse_handle(ERROR_NOT_ENOUGH_MEMORY);
        }
    });
}

std::string text_of(const void* sid) {
    return {static_cast<const char*>(sid), length_of_sid(sid)};
}

/// The key of a boundary that the caller is within.
DWORD get_key(HANDLE handle, std::string& key) noexcept {
    return with_boundary(handle, [&](const boundary& which) -> DWORD {
        if (!which.holds_caller()) return ERROR_ACCESS_DENIED;
        key = which.key();
        return key.size() > longest_key ? ERROR_INVALID_PARAMETER : ERROR_SUCCESS;
    });
}

template <class Char>
HANDLE create_namespace(const SECURITY_ATTRIBUTES* attributes, HANDLE where, const Char* alias) noexcept {
    if (alias == nullptr) return refuse_handle(ERROR_INVALID_PARAMETER);
    std::string key;
    if (const DWORD why = get_key(where, key); why != 0) return refuse_handle(why);
    const descriptor_of_new security(attributes, kobj::object_type::other);
    if (security.error() != 0) return refuse_handle(security.error());
    return with_name(alias, [&](std::string_view text) -> HANDLE {
        const auto made = kobj::posix::create_private_namespace(key, text, inheritable(attributes));
        return made ? made->native() : refuse_handle(made.error().value());
    });
}

template <class Char>
HANDLE open_namespace(HANDLE where, const Char* alias) noexcept {
    if (alias == nullptr) return refuse_handle(ERROR_INVALID_PARAMETER);
    std::string key;
    if (const DWORD why = get_key(where, key); why != 0) return refuse_handle(why);
    return with_name(alias, [&](std::string_view text) -> HANDLE {
        const auto found = kobj::posix::open_private_namespace(key, text);
        return found ? found->native() : refuse_handle(found.error().value());
    });
}

}  // namespace

HANDLE CreateBoundaryDescriptorA(LPCSTR name, ULONG flags) {
    return create_boundary(name, flags);
}
HANDLE CreateBoundaryDescriptorW(LPCWSTR name, ULONG flags) {
    return create_boundary(name, flags);
}

BOOL AddSIDToBoundaryDescriptor(HANDLE* where, PSID sid) {
    if (where == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if (!is_sid(sid)) return refuse(ERROR_INVALID_SID);
    const DWORD why = with_boundary(*where, [&](boundary& which) -> DWORD {
        which.sids.insert(text_of(sid));
        return ERROR_SUCCESS;
    });
    return why == 0 ? TRUE : refuse(why);
}

BOOL AddIntegrityLabelToBoundaryDescriptor(HANDLE* where, PSID label) {
    if (where == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if (!is_sid(label)) return refuse(ERROR_INVALID_SID);
    const auto* const sid = static_cast<const SID*>(label);
    constexpr SID_IDENTIFIER_AUTHORITY labels = SECURITY_MANDATORY_LABEL_AUTHORITY;
    if (sid->SubAuthorityCount != 1 || std::memcmp(&sid->IdentifierAuthority, &labels, sizeof labels) != 0)
        return refuse(ERROR_INVALID_PARAMETER);
    const DWORD why = with_boundary(*where, [&](boundary& which) -> DWORD {
        if (!which.label.empty()) return ERROR_INVALID_PARAMETER;
        which.label = text_of(label);
        return ERROR_SUCCESS;
    });
    return why == 0 ? TRUE : refuse(why);
}

void DeleteBoundaryDescriptor(HANDLE handle) {
    std::unique_ptr<boundary> gone;
    (void)with_boundary(handle, [&](boundary& which) -> DWORD {
        boundaries().all.erase(&which);
        gone.reset(&which);
        return ERROR_SUCCESS;
    });
}

HANDLE CreatePrivateNamespaceA(LPSECURITY_ATTRIBUTES attributes, LPVOID where, LPCSTR alias) {
    return create_namespace(attributes, where, alias);
}
HANDLE CreatePrivateNamespaceW(LPSECURITY_ATTRIBUTES attributes, LPVOID where, LPCWSTR alias) {
    return create_namespace(attributes, where, alias);
}
HANDLE OpenPrivateNamespaceA(LPVOID where, LPCSTR alias) {
    return open_namespace(where, alias);
}
HANDLE OpenPrivateNamespaceW(LPVOID where, LPCWSTR alias) {
    return open_namespace(where, alias);
}

BOOLEAN ClosePrivateNamespace(HANDLE handle, ULONG flags) {
    const auto refused = [](DWORD error) { return static_cast<BOOLEAN>(refuse(error)); };
    if ((flags & ~PRIVATE_NAMESPACE_FLAG_DESTROY) != 0) return refused(ERROR_INVALID_PARAMETER);
    const auto closed =
        kobj::posix::close_private_namespace(value_of(handle), (flags & PRIVATE_NAMESPACE_FLAG_DESTROY) != 0);
    return closed ? BOOLEAN{TRUE} : refused(closed.error().value());
}
