#include "argument.hpp"
#include "own_session.hpp"

#include <kobj/inspect.hpp>

#include <windows.h>

// Names of objects: what can be made can be opened, what cannot be made cannot be opened, and nothing is left.

namespace {

template <class Char>
struct functions;

template <>
struct functions<char> {
    static constexpr auto create_mutex = CreateMutexA;
    static constexpr auto open_mutex = OpenMutexA;
    static constexpr auto create_event = CreateEventA;
    static constexpr auto create_mapping = CreateFileMappingA;
};
template <>
struct functions<wchar_t> {
    static constexpr auto create_mutex = CreateMutexW;
    static constexpr auto open_mutex = OpenMutexW;
    static constexpr auto create_event = CreateEventW;
    static constexpr auto create_mapping = CreateFileMappingW;
};

template <class Char>
void use(const std::basic_string<Char>& name) {
    using f = functions<Char>;
    SetLastError(0);
    const HANDLE made = f::create_mutex(nullptr, FALSE, name.c_str());
    const DWORD error = GetLastError();
    const HANDLE opened = f::open_mutex(SYNCHRONIZE, FALSE, name.c_str());
    if (made == nullptr) {
        HOLD(error != 0);
        HOLD(opened == nullptr);
        return;
    }
    HOLD(error == 0);
    HOLD((opened != nullptr) == !name.empty());
    if (opened != nullptr) {
        HOLD(CompareObjectHandles(made, opened));
        HOLD(f::create_event(nullptr, FALSE, FALSE, name.c_str()) == nullptr);
        HOLD(GetLastError() == ERROR_INVALID_HANDLE);
        HOLD(f::create_mapping(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 16, name.c_str()) == nullptr);
        HOLD(GetLastError() == ERROR_INVALID_HANDLE);
        HOLD(CloseHandle(opened));
    }
    HOLD(CloseHandle(made));
    HOLD(f::open_mutex(SYNCHRONIZE, FALSE, name.c_str()) == nullptr);
}

// As a boundary and as an alias.
void use_as_namespace(const std::wstring& name) {
    const HANDLE boundary = CreateBoundaryDescriptorW(name.c_str(), 0);
    if (boundary == nullptr) return;
    const HANDLE space = CreatePrivateNamespaceW(nullptr, boundary, name.c_str());
    if (space != nullptr) {
        const HANDLE inside = CreateMutexW(nullptr, FALSE, (name + L"\\inside").c_str());
        constexpr std::size_t surely_fits = 120;
        HOLD(inside != nullptr || name.size() > surely_fits);
        if (inside != nullptr) HOLD(CloseHandle(inside));
        HOLD(ClosePrivateNamespace(space, PRIVATE_NAMESPACE_FLAG_DESTROY));
    }
    DeleteBoundaryDescriptor(boundary);
}

}  // namespace

int LLVMFuzzerInitialize(int*, char*** argv) {
    fuzz::enter_own_session(*argv);
    return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::span<const std::uint8_t> all(bytes, size);
    const std::size_t before = kobj::inspect::handle_table().value().size();
    use(fuzz::narrow_text(all));
    use(fuzz::wide_text(all));
    use_as_namespace(fuzz::wide_text(all));
    HOLD(kobj::inspect::handle_table().value().size() == before);
    return 0;
}
