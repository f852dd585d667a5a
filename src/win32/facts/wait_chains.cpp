#include "win32/facts/wait_chains.hpp"

#include "win32/object_path.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <type_traits>

namespace kobj::detail {

namespace {

template <class Function>
Function* function_of(HMODULE library, const char* name) noexcept {
    return library == nullptr ? nullptr
                              : reinterpret_cast<Function*>(reinterpret_cast<void*>(GetProcAddress(library, name)));
}

object_type type_of(WCT_OBJECT_TYPE type) noexcept {
    switch (type) {
        case WctMutexType:
            return object_type::mutex;
        case WctThreadWaitType:
            return object_type::thread;
        case WctProcessWaitType:
            return object_type::process;
        default:
            return object_type::none;
    }
}

const char* words_of(WCT_OBJECT_TYPE type) noexcept {
    switch (type) {
        case WctCriticalSectionType:
            return "critical section";
        case WctSendMessageType:
            return "answer to SendMessage";
        case WctAlpcType:
            return "answer to a local procedure call";
        case WctComType:
        case WctComActivationType:
            return "answer of a COM object";
        default:
            return "something that the system does not tell";
    }
}

std::string name_of(const WAITCHAIN_NODE_INFO& node) {
    const auto& name = node.LockObject.ObjectName;
    return name_at(std::wstring_view(name, static_cast<std::size_t>(std::find(name, std::end(name), L'\0') - name)));
}

}  // namespace

std::optional<chained_wait> first_wait(std::span<const WAITCHAIN_NODE_INFO> chain) {
    if (chain.size() < 2 || chain[0].ObjectType != WctThreadType || chain[0].ObjectStatus != WctStatusBlocked)
        return std::nullopt;
    const WAITCHAIN_NODE_INFO& on = chain[1];
    if (on.ObjectType == WctThreadType) return std::nullopt;
    constexpr facts::u64 millisecond = 1'000'000;
    chained_wait wait;
    wait.type = type_of(on.ObjectType);
    if (wait.type == object_type::mutex) wait.name = name_of(on);
    if (wait.type == object_type::none) wait.name = words_of(on.ObjectType);
    wait.abandoned = on.ObjectStatus == WctStatusAbandoned;
    wait.waited = facts::u64{chain[0].ThreadObject.WaitTime} * millisecond;
    if (chain.size() > 2 && chain[2].ObjectType == WctThreadType) {
        wait.owner_process_id = chain[2].ThreadObject.ProcessId;
        const bool process_only =
            chain[2].ObjectStatus == WctStatusPidOnly || chain[2].ObjectStatus == WctStatusPidOnlyRpcss;
        wait.owner_thread_id = process_only ? 0 : chain[2].ThreadObject.ThreadId;
    }
    return wait;
}

wait_chains::wait_chains() {
    const HMODULE library = LoadLibraryExW(L"advapi32.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
    const auto begin = function_of<std::remove_pointer_t<decltype(&OpenThreadWaitChainSession)>>(
        library, "OpenThreadWaitChainSession");
    close_ = function_of<std::remove_pointer_t<decltype(close_)>>(library, "CloseThreadWaitChainSession");
    ask_ = function_of<std::remove_pointer_t<decltype(ask_)>>(library, "GetThreadWaitChain");
    // Wine has the first of them only, which does nothing.
    if (begin != nullptr && close_ != nullptr && ask_ != nullptr) session_ = begin(0, nullptr);
}

wait_chains::~wait_chains() {
    if (session_ != nullptr) close_(session_);
}

std::optional<chained_wait> wait_chains::ask(facts::u32 thread_id) const {
    constexpr DWORD most = 16;        // WCT_MAX_NODE_COUNT
    constexpr DWORD elsewhere = 0x1;  // WCT_OUT_OF_PROC_FLAG
    constexpr DWORD sections = 0x4;   // WCT_OUT_OF_PROC_CS_FLAG
    std::array<WAITCHAIN_NODE_INFO, most> chain{};
    DWORD count = most;
    BOOL is_circle = FALSE;
    if (session_ == nullptr) return std::nullopt;
    // A long chain is cut; its begin is what is wanted.
    if (ask_(session_, 0, elsewhere | sections, thread_id, &count, chain.data(), &is_circle) == FALSE &&
        GetLastError() != ERROR_MORE_DATA)
        return std::nullopt;
    return first_wait({chain.data(), std::min(count, most)});
}

}  // namespace kobj::detail
