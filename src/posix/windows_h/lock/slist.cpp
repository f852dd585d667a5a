#include "posix/windows_h/lock/lock.hpp"

namespace os = kobj::posix::os;
using namespace kobj::windows_h;

// https://learn.microsoft.com/windows/win32/sync/interlocked-singly-linked-lists
//
// A bit beside the address of the first entry closes the list while it is changed. Without it a thread that takes an
// entry would read an entry that another one has taken and freed meanwhile; Windows can do that, since its kernel knows
// the place and repairs the fault. The first word (depth and sequence) belongs to whoever has closed the list.
namespace {

constexpr std::uint64_t closed = 2;
constexpr std::uint64_t others_sleep = 4;
constexpr std::uint64_t address_bits = ~std::uint64_t{15};

using word = std::atomic_ref<ULONGLONG>;

SLIST_ENTRY* entry_of(std::uint64_t value) noexcept {
    return reinterpret_cast<SLIST_ENTRY*>(static_cast<std::uintptr_t>(value & address_bits));
}

class closed_list {
public:
    explicit closed_list(SLIST_HEADER* head) noexcept : head_(head), state_(head->Region) {
        ULONGLONG now = state_.load(std::memory_order_relaxed);
        ULONGLONG flag = 0;
        for (int looks = 0;;) {
            if ((now & closed) == 0) {
                if (state_.compare_exchange_weak(now, now | closed | flag, std::memory_order_acquire,
                                                 std::memory_order_relaxed))
                    break;
            } else if (++looks < 100) {
                os::relax();
                now = state_.load(std::memory_order_relaxed);
            } else if ((now & others_sleep) != 0 ||
                       state_.compare_exchange_weak(now, now | others_sleep, std::memory_order_relaxed)) {
                os::private_futex_wait(lower(), static_cast<std::uint32_t>(now | others_sleep));
                // Others may sleep, too.
                flag = others_sleep;
                now = state_.load(std::memory_order_relaxed);
            }
        }
        first_ = entry_of(now);
    }
    closed_list(const closed_list&) = delete;
    closed_list& operator=(const closed_list&) = delete;

    [[nodiscard]] SLIST_ENTRY* first() const noexcept { return first_; }

    /// Opens the list, with another first entry and so many more.
    void end(SLIST_ENTRY* first, int more, bool empty = false) noexcept {
        const word counts(head_->Alignment);
        const ULONGLONG before = counts.load(std::memory_order_relaxed);
        const ULONGLONG depth = empty ? 0 : (before + static_cast<ULONGLONG>(more)) & 0xFFFF;
        counts.store(((before & ~ULONGLONG{0xFFFF}) + 0x10000) | depth, std::memory_order_relaxed);
        const void* const sleep_word = lower();
        const ULONGLONG old = state_.exchange(reinterpret_cast<std::uintptr_t>(first), std::memory_order_release);
        if ((old & others_sleep) != 0) os::private_futex_wake(sleep_word, 1);
    }

private:
    [[nodiscard]] const void* lower() const noexcept {
        return reinterpret_cast<const char*>(&head_->Region) + (std::endian::native == std::endian::little ? 0 : 4);
    }

    SLIST_HEADER* head_;
    word state_;
    SLIST_ENTRY* first_ = nullptr;
};

}  // namespace

void InitializeSListHead(PSLIST_HEADER head) {
    head->Alignment = 0;
    head->Region = 0;
}

PSLIST_ENTRY InterlockedPushListSListEx(PSLIST_HEADER head, PSLIST_ENTRY first, PSLIST_ENTRY last, ULONG count) {
    closed_list list(head);
    SLIST_ENTRY* const before = list.first();
    last->Next = before;
    list.end(first, static_cast<int>(count));
    return before;
}
PSLIST_ENTRY InterlockedPushEntrySList(PSLIST_HEADER head, PSLIST_ENTRY entry) {
    return InterlockedPushListSListEx(head, entry, entry, 1);
}
PSLIST_ENTRY InterlockedPopEntrySList(PSLIST_HEADER head) {
    if (RtlFirstEntrySList(head) == nullptr) return nullptr;
    closed_list list(head);
    SLIST_ENTRY* const entry = list.first();
    if (entry != nullptr)
        list.end(entry->Next, -1);
    else
        list.end(nullptr, 0);
    return entry;
}
PSLIST_ENTRY InterlockedFlushSList(PSLIST_HEADER head) {
    if (RtlFirstEntrySList(head) == nullptr) return nullptr;
    closed_list list(head);
    SLIST_ENTRY* const all = list.first();
    list.end(nullptr, 0, true);
    return all;
}
USHORT QueryDepthSList(PSLIST_HEADER head) {
    return static_cast<USHORT>(word(head->Alignment).load(std::memory_order_relaxed));
}
PSLIST_ENTRY RtlFirstEntrySList(const SLIST_HEADER* head) {
    return entry_of(word(const_cast<SLIST_HEADER*>(head)->Region).load(std::memory_order_acquire));
}
