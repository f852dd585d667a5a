// Parent and children share a mutex and memory, neither of which has a name: the children inherit the handles, and
// learn their values from the command line.

#include "win32.hpp"

namespace {

constexpr int children = 3;
constexpr int additions = 1000;

struct Ledger {
    LONG total;
    LONG entries;
};

class View {
public:
    explicit View(HANDLE mapping)
        : ledger_(static_cast<Ledger*>(MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, sizeof(Ledger)))) {
        if (ledger_ == nullptr) Fail("MapViewOfFile");
    }
    View(const View&) = delete;
    View& operator=(const View&) = delete;
    ~View() { UnmapViewOfFile(ledger_); }
    Ledger* operator->() const { return ledger_; }

private:
    Ledger* ledger_;
};

int RunChild(HANDLE mutex, HANDLE mapping, int amount) {
    const View ledger(mapping);
    for (int i = 0; i < additions; ++i) {
        if (WaitForSingleObject(mutex, INFINITE) != WAIT_OBJECT_0) return 1;
        ledger->total += amount;
        ++ledger->entries;
        if (!ReleaseMutex(mutex)) return 2;
    }
    return 10 + amount;
}

}  // namespace

extern "C" int wmain(int argc, wchar_t** argv) {
    if (argc == 4) return RunChild(ToHandle(argv[1]), ToHandle(argv[2]), std::stoi(argv[3]));

    SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, nullptr, TRUE};
    // The parent owns it, so that no child begins before all are there.
    const Handle mutex(CreateMutexW(&inheritable, TRUE, nullptr));
    const Handle mapping(
        CreateFileMappingW(INVALID_HANDLE_VALUE, &inheritable, PAGE_READWRITE, 0, sizeof(Ledger), nullptr));
    if (!mutex || !mapping) Fail("Creating the mutex and the mapping");
    const View ledger(mapping.Get());

    const std::wstring handles = ToText(mutex.Get()) + L" " + ToText(mapping.Get()) + L" ";
    Child started[children];
    for (int i = 0; i < children; ++i) started[i] = StartSelf(handles + std::to_wstring(i + 1), TRUE);
    std::printf("%d children wait for the mutex; the ledger has %d entries.\n", children,
                static_cast<int>(ledger->entries));
    if (!ReleaseMutex(mutex.Get())) Fail("ReleaseMutex");

    for (int i = 0; i < children; ++i)
        std::printf("Child %d ended with code %u.\n", i + 1, static_cast<unsigned>(started[i].ExitCode()));
    std::printf("The ledger has %d entries, in total %d.\n", static_cast<int>(ledger->entries),
                static_cast<int>(ledger->total));
    return 0;
}
