#include "support/eventually.hpp"
#include "support/role.hpp"
#include "windows.hpp"

using test::owned;

// Wine has only a shadow of private namespaces: these tests say what Microsoft's documentation says.

namespace {

struct any_sid {
    BYTE bytes[SECURITY_MAX_SID_SIZE];
    explicit any_sid(WELL_KNOWN_SID_TYPE type) {
        DWORD size = sizeof bytes;
        if (!CreateWellKnownSid(type, nullptr, bytes, &size)) bytes[0] = 0;
    }
    operator PSID() { return bytes; }
};

/// A boundary of a name and everybody.
class boundary {
public:
    explicit boundary(const std::string& name, WELL_KNOWN_SID_TYPE who = WinWorldSid)
        : handle_(CreateBoundaryDescriptorA(name.c_str(), 0)) {
        any_sid sid(who);
        AddSIDToBoundaryDescriptor(&handle_, sid);
    }
    boundary(const boundary&) = delete;
    boundary& operator=(const boundary&) = delete;
    ~boundary() { DeleteBoundaryDescriptor(handle_); }
    HANDLE& handle() { return handle_; }
    operator HANDLE() const { return handle_; }

private:
    HANDLE handle_;
};

HANDLE event_of(const std::string& name) {
    return CreateEventA(nullptr, TRUE, FALSE, name.c_str());
}
HANDLE opened(const std::string& name) {
    return OpenEventA(EVENT_ALL_ACCESS, FALSE, name.c_str());
}

}  // namespace

TEST_CASE("A private namespace is a place for names of its own", "[windows_h][namespace]") {
    if (test::on_wine()) return;
    const std::string name = test::unique_name("place");
    const boundary where(name);
    const HANDLE made = CreatePrivateNamespaceA(nullptr, where, "mine");
    REQUIRE(made != nullptr);
    REFUSES(opened("mine\\bell"), ERROR_FILE_NOT_FOUND);
    const owned bell = event_of("mine\\bell");
    REQUIRE(bell != nullptr);
    CHECK(GetLastError() == ERROR_SUCCESS);
    const owned again = event_of("mine\\bell");
    CHECK(GetLastError() == ERROR_ALREADY_EXISTS);
    CHECK(CompareObjectHandles(bell, again));
    const owned same = opened("mine\\bell");
    CHECK(CompareObjectHandles(bell, same));
    // Not the one of the session.
    REFUSES(opened("bell"), ERROR_FILE_NOT_FOUND);
    REFUSES(CreateMutexA(nullptr, FALSE, "mine\\bell"), ERROR_INVALID_HANDLE);
    REFUSES(event_of("mine\\a\\b"), ERROR_PATH_NOT_FOUND);
    REFUSES(event_of("MINE\\bell"), ERROR_PATH_NOT_FOUND);
    CHECK(ClosePrivateNamespace(made, PRIVATE_NAMESPACE_FLAG_DESTROY));
    // The alias is gone, and the objects stay.
    REFUSES(opened("mine\\bell"), ERROR_PATH_NOT_FOUND);
    CHECK(SetEvent(bell));
    CHECK(WaitForSingleObject(same, 0) == WAIT_OBJECT_0);
    REFUSES(OpenPrivateNamespaceA(where, "mine"), ERROR_PATH_NOT_FOUND);
}

TEST_CASE("A namespace is found by its boundary, under any alias", "[windows_h][namespace]") {
    if (test::on_wine()) return;
    const std::string name = test::unique_name("aliases");
    const boundary where(name);
    const boundary same(name);
    const boundary users(name, WinBuiltinUsersSid);
    REFUSES(OpenPrivateNamespaceW(where, L"one"), ERROR_PATH_NOT_FOUND);
    const HANDLE one = CreatePrivateNamespaceW(nullptr, where, L"one");
    REQUIRE(one != nullptr);
    REFUSES(CreatePrivateNamespaceW(nullptr, same, L"other"), ERROR_ALREADY_EXISTS);
    REFUSES(CreatePrivateNamespaceW(nullptr, same, L"one"), ERROR_ALREADY_EXISTS);
    REFUSES(OpenPrivateNamespaceW(same, L"one"), 52U);
    const HANDLE two = OpenPrivateNamespaceW(same, L"two");
    REQUIRE(two != nullptr);
    // The same name with another boundary is another namespace.
    REFUSES(CreatePrivateNamespaceW(nullptr, users, L"two"), 52U);
    const HANDLE three = CreatePrivateNamespaceW(nullptr, users, L"three");
    REQUIRE(three != nullptr);
    const owned bell = event_of("one\\bell");
    const owned through = opened("two\\bell");
    CHECK(CompareObjectHandles(bell, through));
    REFUSES(opened("three\\bell"), ERROR_FILE_NOT_FOUND);
    // While one handle is open it can be opened.
    CHECK(ClosePrivateNamespace(one, 0));
    REFUSES(opened("one\\bell"), ERROR_PATH_NOT_FOUND);
    const owned still = opened("two\\bell");
    CHECK(still != nullptr);
    const HANDLE four = OpenPrivateNamespaceW(where, L"one");
    CHECK(four != nullptr);
    CHECK(ClosePrivateNamespace(four, 0));
    CHECK(ClosePrivateNamespace(two, 0));
    CHECK(ClosePrivateNamespace(three, 0));
    REFUSES(OpenPrivateNamespaceW(where, L"one"), ERROR_PATH_NOT_FOUND);
    // A new one begins empty, although an object of the old one is left.
    const HANDLE fresh = CreatePrivateNamespaceW(nullptr, where, L"one");
    REQUIRE(fresh != nullptr);
    REFUSES(opened("one\\bell"), ERROR_FILE_NOT_FOUND);
    CHECK(ClosePrivateNamespace(fresh, PRIVATE_NAMESPACE_FLAG_DESTROY));
}

TEST_CASE("A destroyed namespace can be made anew, and serves those who have it open", "[windows_h][namespace]") {
    if (test::on_wine()) return;
    const boundary where(test::unique_name("destroyed"));
    const HANDLE old = CreatePrivateNamespaceA(nullptr, where, "old");
    const HANDLE kept = OpenPrivateNamespaceA(where, "kept");
    REQUIRE(kept != nullptr);
    const owned bell = event_of("old\\bell");
    CHECK(ClosePrivateNamespace(old, PRIVATE_NAMESPACE_FLAG_DESTROY));
    REFUSES(OpenPrivateNamespaceA(where, "old"), ERROR_PATH_NOT_FOUND);
    const HANDLE fresh = CreatePrivateNamespaceA(nullptr, where, "old");
    REQUIRE(fresh != nullptr);
    REFUSES(opened("old\\bell"), ERROR_FILE_NOT_FOUND);
    const owned still = opened("kept\\bell");
    CHECK(CompareObjectHandles(still, bell));
    CHECK(ClosePrivateNamespace(kept, 0));
    CHECK(ClosePrivateNamespace(fresh, 0));
}

TEST_CASE("What is no namespace, no boundary and no alias", "[windows_h][namespace]") {
    if (test::on_wine()) return;
    const boundary where(test::unique_name("bad"));
    any_sid world(WinWorldSid);
    for (const char* alias : {static_cast<const char*>(nullptr), "", "a\\b", "Local", "Global"}) {
        REFUSES(CreatePrivateNamespaceA(nullptr, where, alias), ERROR_INVALID_PARAMETER);
        REFUSES(OpenPrivateNamespaceA(where, alias), ERROR_INVALID_PARAMETER);
    }
    REFUSES(CreatePrivateNamespaceA(nullptr, nullptr, "a"), ERROR_INVALID_PARAMETER);
    REFUSES(OpenPrivateNamespaceA(nullptr, "a"), ERROR_INVALID_PARAMETER);
    REFUSES(CreateBoundaryDescriptorA(nullptr, 0), ERROR_INVALID_PARAMETER);
    REFUSES(CreateBoundaryDescriptorW(L"x", 0x80), ERROR_INVALID_PARAMETER);
    REFUSES(AddSIDToBoundaryDescriptor(nullptr, world), ERROR_INVALID_PARAMETER);
    HANDLE none = nullptr;
    REFUSES(AddSIDToBoundaryDescriptor(&none, world), ERROR_INVALID_PARAMETER);
    const owned event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    REFUSES(ClosePrivateNamespace(event, 0), ERROR_INVALID_HANDLE);
    REFUSES(ClosePrivateNamespace(nullptr, 0), ERROR_INVALID_HANDLE);
    const HANDLE made = CreatePrivateNamespaceA(nullptr, where, "a");
    REQUIRE(made != nullptr);
    REFUSES(SetEvent(made), ERROR_INVALID_HANDLE);
    CHECK(WaitForSingleObject(made, 0) == WAIT_FAILED);
    REFUSES(ClosePrivateNamespace(made, 8), ERROR_INVALID_PARAMETER);
    REFUSES(event_of("a\\"), ERROR_INVALID_NAME);
    CHECK(ClosePrivateNamespace(made, 0));
    if (!test::on_windows) REFUSES(ClosePrivateNamespace(made, 0), ERROR_INVALID_HANDLE);
}

TEST_CASE("Who is not within the boundary is refused", "[windows_h][namespace]") {
    if (test::on_wine()) return;
    const boundary service(test::unique_name("who"), WinServiceSid);
    REFUSES(CreatePrivateNamespaceA(nullptr, service, "a"), ERROR_ACCESS_DENIED);
    REFUSES(OpenPrivateNamespaceA(service, "a"), ERROR_ACCESS_DENIED);
    boundary labelled(test::unique_name("who"));
    any_sid system(WinSystemLabelSid);
    any_sid low(WinLowLabelSid);
    any_sid world(WinWorldSid);
    REFUSES(AddIntegrityLabelToBoundaryDescriptor(&labelled.handle(), world), ERROR_INVALID_PARAMETER);
    REQUIRE(AddIntegrityLabelToBoundaryDescriptor(&labelled.handle(), system));
    REFUSES(CreatePrivateNamespaceA(nullptr, labelled, "a"), ERROR_ACCESS_DENIED);
    boundary fine(test::unique_name("who"));
    REQUIRE(AddIntegrityLabelToBoundaryDescriptor(&fine.handle(), low));
    const HANDLE made = CreatePrivateNamespaceA(nullptr, fine, "a");
    CHECK(made != nullptr);
    CHECK(ClosePrivateNamespace(made, 0));
}

// Opens the namespace of that name, makes or opens an event in it, and sets it.
ROLE(ring_in_namespace) {
    const boundary where(args.text(0));
    HANDLE place = OpenPrivateNamespaceA(where, "theirs");
    if (place == nullptr) place = CreatePrivateNamespaceA(nullptr, where, "theirs");
    ROLE_CHECK(place != nullptr);
    const HANDLE bell = event_of("theirs\\bell");
    ROLE_CHECK(bell != nullptr);
    ROLE_CHECK(SetEvent(bell));
    if (args.text(1) == "stay") test::eventually([] { return false; });
    return 0;
}

TEST_CASE("Another process reaches a namespace under its own alias", "[windows_h][namespace]") {
    if (test::on_wine()) return;
    const std::string name = test::unique_name("shared");
    const boundary where(name);
    const HANDLE place = CreatePrivateNamespaceA(nullptr, where, "ours");
    REQUIRE(place != nullptr);
    const owned bell = event_of("ours\\bell");
    CHECK(test::run_role("ring_in_namespace", {name, "go"}) == 0);
    CHECK(WaitForSingleObject(bell, 0) == WAIT_OBJECT_0);
    CHECK(ClosePrivateNamespace(place, 0));
}

TEST_CASE("A namespace goes with the last process that has it open, also when that is killed",
          "[windows_h][namespace][kill]") {
    if (test::on_windows) return;  // to be killed at a moment takes roles with POSIX's promptness
    const std::string name = test::unique_name("killed");
    const boundary where(name);
    auto child = test::start_role("ring_in_namespace", {name, "stay"});
    HANDLE place = nullptr;
    REQUIRE(test::eventually([&] { return (place = OpenPrivateNamespaceA(where, "ours")) != nullptr; }));
    HANDLE bell = nullptr;
    REQUIRE(test::eventually([&] { return (bell = opened("ours\\bell")) != nullptr; }));
    CHECK(ClosePrivateNamespace(place, 0));
    CHECK(CloseHandle(bell));
    test::kill_hard(child);
    REFUSES(OpenPrivateNamespaceA(where, "ours"), ERROR_PATH_NOT_FOUND);
    const HANDLE fresh = CreatePrivateNamespaceA(nullptr, where, "ours");
    REQUIRE(fresh != nullptr);
    REFUSES(opened("ours\\bell"), ERROR_FILE_NOT_FOUND);
    CHECK(ClosePrivateNamespace(fresh, 0));
}
