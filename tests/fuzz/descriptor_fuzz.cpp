#include "argument.hpp"
#include "own_session.hpp"

#include "posix/object/security.hpp"

#include <sddl.h>
#include <windows.h>

#include <vector>

// Texts of security identifiers and descriptors: what comes out is valid, and reads as it was written. And the bytes of
// a descriptor that an object has kept, in shared memory: they may be anything.

namespace {

void read_back(const std::uint8_t* bytes, std::size_t size) {
    static const HANDLE object = CreateMutexA(nullptr, FALSE, nullptr);
    constexpr SECURITY_INFORMATION all = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                         DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
    const kobj::handle_value value(reinterpret_cast<std::uintptr_t>(object));
    const auto* const first = reinterpret_cast<const std::byte*>(bytes);
    HOLD(kobj::posix::change_descriptor(value, 0, [&](const auto&) { return std::vector(first, first + size); }));
    DWORD length = 0;
    HOLD(!GetKernelObjectSecurity(object, all, nullptr, 0, &length));
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER) return;
    const std::vector<std::byte> room(length);
    const auto descriptor = const_cast<std::byte*>(room.data());
    HOLD(GetKernelObjectSecurity(object, all, descriptor, length, &length));
    HOLD(IsValidSecurityDescriptor(descriptor));
    HOLD(SetKernelObjectSecurity(object, DACL_SECURITY_INFORMATION, descriptor));
}

}  // namespace

int LLVMFuzzerInitialize(int*, char*** argv) {
    fuzz::enter_own_session(*argv);
    return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    read_back(bytes, size);
    const std::string text = fuzz::narrow_text({bytes, size});
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    ULONG length = 0;
    if (ConvertStringSecurityDescriptorToSecurityDescriptorA(text.c_str(), SDDL_REVISION_1, &descriptor, &length)) {
        HOLD(IsValidSecurityDescriptor(descriptor));
        HOLD(GetSecurityDescriptorLength(descriptor) == length);
        read_back(static_cast<const std::uint8_t*>(descriptor), length);
        LocalFree(descriptor);
    }
    const std::wstring wide = fuzz::wide_text({bytes, size});
    if (ConvertStringSecurityDescriptorToSecurityDescriptorW(wide.c_str(), SDDL_REVISION_1, &descriptor, nullptr))
        LocalFree(descriptor);
    PSID sid = nullptr;
    if (ConvertStringSidToSidA(text.c_str(), &sid)) {
        HOLD(IsValidSid(sid));
        LPSTR written = nullptr;
        PSID again = nullptr;
        HOLD(ConvertSidToStringSidA(sid, &written));
        HOLD(ConvertStringSidToSidA(written, &again) && EqualSid(sid, again));
        LocalFree(written);
        LocalFree(again);
        LocalFree(sid);
    }
    return 0;
}
