#include <sddl.h>

#include <algorithm>
#include <charconv>
#include <new>

#include "posix/windows_h/call.hpp"
#include "posix/windows_h/security/security.hpp"

using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format

namespace {

/// What is wrong with a text, as a number of Win32.
struct bad_text {
    DWORD error;
};

struct short_sid {
    std::string_view name;
    WELL_KNOWN_SID_TYPE type;
};
constexpr short_sid short_sids[] = {
    {"WD", WinWorldSid},
    {"CO", WinCreatorOwnerSid},
    {"CG", WinCreatorGroupSid},
    {"OW", WinCreatorOwnerRightsSid},
    {"SY", WinLocalSystemSid},
    {"LS", WinLocalServiceSid},
    {"NS", WinNetworkServiceSid},
    {"AU", WinAuthenticatedUserSid},
    {"AN", WinAnonymousSid},
    {"IU", WinInteractiveSid},
    {"NU", WinNetworkSid},
    {"SU", WinServiceSid},
    {"RC", WinRestrictedCodeSid},
    {"PS", WinSelfSid},
    {"BA", WinBuiltinAdministratorsSid},
    {"BU", WinBuiltinUsersSid},
    {"BG", WinBuiltinGuestsSid},
    {"PU", WinBuiltinPowerUsersSid},
    {"LW", WinLowLabelSid},
    {"ME", WinMediumLabelSid},
    {"HI", WinHighLabelSid},
    {"SI", WinSystemLabelSid},
};

struct word {
    std::string_view name;
    DWORD bits;
};
constexpr word right_words[] = {
    {"GA", GENERIC_ALL},  {"GR", GENERIC_READ}, {"GW", GENERIC_WRITE}, {"GX", GENERIC_EXECUTE},
    {"RC", READ_CONTROL}, {"SD", DELETE},       {"WD", WRITE_DAC},     {"WO", WRITE_OWNER},
    {"FA", 0x001F01FF},   {"FR", 0x00120089},   {"FW", 0x00120116},    {"FX", 0x001200A0},
    {"KA", 0x000F003F},   {"KR", 0x00020019},   {"KW", 0x00020006},    {"KX", 0x00020019},
    {"NW", 0x1},          {"NR", 0x2},          {"NX", 0x4},
};
constexpr word flag_words[] = {
    {"OI", OBJECT_INHERIT_ACE},     {"CI", CONTAINER_INHERIT_ACE}, {"NP", NO_PROPAGATE_INHERIT_ACE},
    {"IO", INHERIT_ONLY_ACE},       {"ID", INHERITED_ACE},         {"SA", SUCCESSFUL_ACCESS_ACE_FLAG},
    {"FA", FAILED_ACCESS_ACE_FLAG},
};
constexpr word type_words[] = {
    {"A", ACCESS_ALLOWED_ACE_TYPE},
    {"D", ACCESS_DENIED_ACE_TYPE},
    {"AU", SYSTEM_AUDIT_ACE_TYPE},
    {"ML", SYSTEM_MANDATORY_LABEL_ACE_TYPE},
};

template <std::size_t N>
const word* find(const word (&words)[N], std::string_view name) noexcept {
    const auto* const found =
        std::find_if(std::begin(words), std::end(words), [&](const word& w) { return w.name == name; });
    return found == std::end(words) ? nullptr : found;
}

/// A number at the beginning of the text, decimal or with 0x; takes it off.
bool take_number(std::string_view& text, std::uint64_t& number) noexcept {
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if (hexadecimal) text.remove_prefix(2);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

using bytes = std::vector<std::byte>;

void append(bytes& to, const void* from, std::size_t size) {
    const byte_view part = bytes_at(from, size);
    to.insert(to.end(), part.begin(), part.end());
}

/// A SID at the beginning of the text; takes it off.
bytes take_sid(std::string_view& text) {
    const bad_text bad{ERROR_INVALID_SID};
    bytes made;
    if (!text.starts_with("S-") && !text.starts_with("s-")) {
        const auto* const known = std::find_if(std::begin(short_sids), std::end(short_sids),
                                               [&](const auto& each) { return text.starts_with(each.name); });
        if (known == std::end(short_sids)) throw bad;
        text.remove_prefix(known->name.size());
        DWORD size = sid_length(SID_MAX_SUB_AUTHORITIES);
        made.resize(size);
        CreateWellKnownSid(known->type, nullptr, made.data(), &size);
        made.resize(size);
        return made;
    }
    text.remove_prefix(2);
    std::uint64_t revision = 0;
    std::uint64_t authority = 0;
    if (!take_number(text, revision) || revision != SID_REVISION || !text.starts_with('-')) throw bad;
    text.remove_prefix(1);
    if (!take_number(text, authority) || authority >> 48U != 0) throw bad;
    std::vector<DWORD> sub_authorities;
    while (text.starts_with('-')) {
        text.remove_prefix(1);
        std::uint64_t number = 0;
        if (!take_number(text, number) || number > 0xFFFFFFFFU) throw bad;
        sub_authorities.push_back(static_cast<DWORD>(number));
    }
    if (sub_authorities.empty() || sub_authorities.size() > SID_MAX_SUB_AUTHORITIES) throw bad;
    const BYTE head[8] = {SID_REVISION,
                          static_cast<BYTE>(sub_authorities.size()),
                          static_cast<BYTE>(authority >> 40U),
                          static_cast<BYTE>(authority >> 32U),
                          static_cast<BYTE>(authority >> 24U),
                          static_cast<BYTE>(authority >> 16U),
                          static_cast<BYTE>(authority >> 8U),
                          static_cast<BYTE>(authority)};
    append(made, head, sizeof head);
    append(made, sub_authorities.data(), sub_authorities.size() * sizeof(DWORD));
    return made;
}

DWORD rights_of(std::string_view text) {
    DWORD rights = 0;
    if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        std::uint64_t number = 0;
        if (!take_number(text, number) || !text.empty() || number > 0xFFFFFFFFU) throw bad_text{ERROR_INVALID_ACL};
        return static_cast<DWORD>(number);
    }
    for (; !text.empty(); text.remove_prefix(2)) {
        const word* const known = find(right_words, text.substr(0, 2));
        if (known == nullptr) throw bad_text{ERROR_INVALID_ACL};
        rights |= known->bits;
    }
    return rights;
}

/// What stands between the parentheses: type;flags;rights;;;sid
bytes entry_of(std::string_view text) {
    const bad_text bad{ERROR_INVALID_ACL};
    std::string_view fields[6];
    for (int i = 0; i < 6; ++i) {
        const std::size_t end = i < 5 ? text.find(';') : text.size();
        if (end == std::string_view::npos) throw bad;
        fields[i] = text.substr(0, end);
        text.remove_prefix(i < 5 ? end + 1 : end);
    }
    const word* const type = find(type_words, fields[0]);
    if (type == nullptr || !fields[3].empty() || !fields[4].empty()) throw bad;
    DWORD flags = 0;
    for (std::string_view left = fields[1]; !left.empty(); left.remove_prefix(2)) {
        const word* const known = find(flag_words, left.substr(0, 2));
        if (known == nullptr) throw bad;
        flags |= known->bits;
    }
    const DWORD rights = rights_of(fields[2]);
    const bytes sid = take_sid(fields[5]);
    if (!fields[5].empty()) throw bad;
    const ACE_HEADER header{static_cast<BYTE>(type->bits), static_cast<BYTE>(flags),
                            static_cast<WORD>(sizeof(ACE_HEADER) + sizeof rights + sid.size())};
    bytes made;
    append(made, &header, sizeof header);
    append(made, &rights, sizeof rights);
    append(made, sid.data(), sid.size());
    return made;
}

struct parsed {
    WORD control = 0;
    bytes owner, group, dacl, sacl;
};

/// The flags and entries behind D: or S:.
void take_acl(std::string_view& text, parsed& to, bool dacl) {
    const auto on = [&](WORD of_dacl, WORD of_sacl) {
        to.control = static_cast<WORD>(to.control | (dacl ? of_dacl : of_sacl));
    };
    on(SE_DACL_PRESENT, SE_SACL_PRESENT);
    bool none = false;
    while (!text.empty() && text.front() != '(') {
        constexpr std::string_view no_list = "NO_ACCESS_CONTROL";
        std::size_t length = 2;
        if (text.starts_with(no_list)) {
            none = true;
            length = no_list.size();
        } else if (text.starts_with("AR")) {
            on(SE_DACL_AUTO_INHERIT_REQ, SE_SACL_AUTO_INHERIT_REQ);
        } else if (text.starts_with("AI")) {
            on(SE_DACL_AUTO_INHERITED, SE_SACL_AUTO_INHERITED);
        } else if (text.starts_with('P')) {
            on(SE_DACL_PROTECTED, SE_SACL_PROTECTED);
            length = 1;
        } else {
            break;
        }
        text.remove_prefix(length);
    }
    bytes entries;
    WORD count = 0;
    for (; text.starts_with('('); ++count) {
        const std::size_t end = text.find(')');
        if (end == std::string_view::npos) throw bad_text{ERROR_INVALID_ACL};
        const bytes entry = entry_of(text.substr(1, end - 1));
        entries.insert(entries.end(), entry.begin(), entry.end());
        text.remove_prefix(end + 1);
    }
    if (sizeof(ACL) + entries.size() > 0xFFFF) throw bad_text{ERROR_INVALID_ACL};
    if (none) return;
    const ACL header{ACL_REVISION, 0, static_cast<WORD>(sizeof(ACL) + entries.size()), count, 0};
    bytes& list = dacl ? to.dacl : to.sacl;
    append(list, &header, sizeof header);
    list.insert(list.end(), entries.begin(), entries.end());
}

std::vector<std::byte> descriptor_of(std::string_view text) {
    parsed all;
    while (!text.empty()) {
        if (text.front() == ' ') {
            text.remove_prefix(1);
            continue;
        }
        const std::string_view what = text.substr(0, 2);
        if (what.size() < 2 || what[1] != ':') throw bad_text{ERROR_INVALID_PARAMETER};
        text.remove_prefix(2);
        switch (what[0]) {
            case 'O':
                all.owner = take_sid(text);
                break;
            case 'G':
                all.group = take_sid(text);
                break;
            case 'D':
                take_acl(text, all, true);
                break;
            case 'S':
                take_acl(text, all, false);
                break;
            default:
                throw bad_text{ERROR_INVALID_PARAMETER};
        }
    }
    const auto part = [](const bytes& b) { return b.empty() ? nullptr : b.data(); };
    return self_relative({all.control, part(all.owner), part(all.group), part(all.sacl), part(all.dacl)});
}

void* local_copy(const void* from, std::size_t size) {
    void* const made = LocalAlloc(LMEM_FIXED, size);
    if (made == nullptr) throw std::bad_alloc();
    std::memcpy(made, from, size);
    return made;
}

template <class F>
BOOL parse(F work) noexcept {
    try {
        work();
        return TRUE;
    } catch (const bad_text& why) {
        return refuse(why.error);
    } catch (const std::bad_alloc&) {
        return refuse(ERROR_NOT_ENOUGH_MEMORY);
    }
}

template <class Char>
BOOL sid_of_text(const Char* text, PSID* sid) noexcept {
    if (text == nullptr || sid == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    const name_text plain(text);
    if (plain.error() != 0) return refuse(plain.error());
    return parse([&] {
        std::string_view left = plain.view();
        const bytes made = take_sid(left);
        if (!left.empty()) throw bad_text{ERROR_INVALID_SID};
        *sid = local_copy(made.data(), made.size());
    });
}

template <class Char>
BOOL descriptor_of_text(const Char* text, DWORD revision, PSECURITY_DESCRIPTOR* descriptor, PULONG size) noexcept {
    if (text == nullptr || descriptor == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if (revision != SDDL_REVISION_1) return refuse(ERROR_UNKNOWN_REVISION);
    const name_text plain(text);
    if (plain.error() != 0) return refuse(plain.error());
    return parse([&] {
        const auto made = descriptor_of(plain.view());
        *descriptor = local_copy(made.data(), made.size());
        if (size != nullptr) *size = static_cast<ULONG>(made.size());
    });
}

template <class Char>
BOOL text_of_sid(PSID sid, Char** text) noexcept {
    if (text == nullptr) return refuse(ERROR_INVALID_PARAMETER);
    if (!is_sid(sid)) return refuse(ERROR_INVALID_SID);
    return parse([&] {
        const auto& s = *static_cast<const SID*>(sid);
        std::uint64_t authority = 0;
        for (const BYTE each : s.IdentifierAuthority.Value) authority = authority << 8U | each;
        char number[20] = {};
        std::string plain = "S-1-";
        // Beyond 32 bits in hexadecimal, all twelve digits.
        const bool large = authority >> 32U != 0;
        const auto end = std::to_chars(number, std::end(number), authority, large ? 16 : 10).ptr;
        const auto length = static_cast<std::size_t>(end - number);
        if (large) {
            plain += "0x";
            plain.append(12 - length, '0');
        }
        for (char* c = number; large && c != end; ++c)
            if (*c >= 'a') *c = static_cast<char>(*c - 'a' + 'A');
        plain.append(number, length);
        for (BYTE i = 0; i < s.SubAuthorityCount; ++i) plain += '-' + std::to_string(s.SubAuthority[i]);
        const std::basic_string<Char> made(plain.begin(), plain.end());
        *text = static_cast<Char*>(local_copy(made.c_str(), (made.size() + 1) * sizeof(Char)));
    });
}

}  // namespace

BOOL ConvertSidToStringSidA(PSID sid, LPSTR* text) {
    return text_of_sid(sid, text);
}
BOOL ConvertSidToStringSidW(PSID sid, LPWSTR* text) {
    return text_of_sid(sid, text);
}
BOOL ConvertStringSidToSidA(LPCSTR text, PSID* sid) {
    return sid_of_text(text, sid);
}
BOOL ConvertStringSidToSidW(LPCWSTR text, PSID* sid) {
    return sid_of_text(text, sid);
}
BOOL ConvertStringSecurityDescriptorToSecurityDescriptorA(LPCSTR text, DWORD revision, PSECURITY_DESCRIPTOR* descriptor,
                                                          PULONG size) {
    return descriptor_of_text(text, revision, descriptor, size);
}
BOOL ConvertStringSecurityDescriptorToSecurityDescriptorW(LPCWSTR text, DWORD revision,
                                                          PSECURITY_DESCRIPTOR* descriptor, PULONG size) {
    return descriptor_of_text(text, revision, descriptor, size);
}
