#include "argument.hpp"

#include <sddl.h>
#include <windows.h>

// Texts of security identifiers and descriptors: what comes out is valid, and reads as it was written.

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text = fuzz::narrow_text({bytes, size});
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    ULONG length = 0;
    if (ConvertStringSecurityDescriptorToSecurityDescriptorA(text.c_str(), SDDL_REVISION_1, &descriptor, &length)) {
        HOLD(IsValidSecurityDescriptor(descriptor));
        HOLD(GetSecurityDescriptorLength(descriptor) == length);
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
