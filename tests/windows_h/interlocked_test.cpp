#include "windows.hpp"

#include <malloc.h>

#include <atomic>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

TEST_CASE("Interlocked functions of each width", "[windows_h][interlocked]") {
    SHORT small = 7;
    CHECK(InterlockedIncrement16(&small) == 8);
    CHECK(InterlockedDecrement16(&small) == 7);
    CHECK(InterlockedCompareExchange16(&small, 9, 7) == 7);
    CHECK(small == 9);
    LONG64 large = LONG64{1} << 40;
    CHECK(InterlockedAdd64(&large, 2) == (LONG64{1} << 40) + 2);
    CHECK(InterlockedExchangeAdd64(&large, -2) == (LONG64{1} << 40) + 2);
    CHECK(InterlockedDecrement64(&large) == (LONG64{1} << 40) - 1);
    CHECK(InterlockedExchange64(&large, 12) == (LONG64{1} << 40) - 1);
    CHECK(InterlockedOr64(&large, 3) == 12);
    CHECK(InterlockedAnd64(&large, 9) == 15);
    CHECK(InterlockedXor64(&large, 1) == 9);
    CHECK(large == 8);
    LONG value = 1;
    CHECK(InterlockedAdd(&value, 4) == 5);
    CHECK(value == 5);
}

TEST_CASE("Interlocked bits", "[windows_h][interlocked]") {
    LONG value = 0;
    CHECK(InterlockedBitTestAndSet(&value, 31) == 0);
    CHECK(InterlockedBitTestAndSet(&value, 31) == 1);
    CHECK(value == (std::numeric_limits<LONG>::min)());
    CHECK(InterlockedBitTestAndReset(&value, 31) == 1);
    CHECK(InterlockedBitTestAndReset(&value, 31) == 0);
    CHECK(InterlockedBitTestAndComplement(&value, 2) == 0);
    CHECK(value == 4);
    CHECK(InterlockedBitTestAndComplement(&value, 2) == 1);
    CHECK(value == 0);
    LONG64 large = 0;
    CHECK(InterlockedBitTestAndSet64(&large, 40) == 0);
    CHECK(large == LONG64{1} << 40);
    CHECK(InterlockedBitTestAndReset64(&large, 40) == 1);
    CHECK(InterlockedBitTestAndComplement64(&large, 63) == 0);
    CHECK(large == (std::numeric_limits<LONG64>::min)());
}

TEST_CASE("Memory is moved, compared and cleared", "[windows_h][memory]") {
    char a[8] = "abcdefg";
    char b[8] = {};
    CopyMemory(b, a, 8);
    CHECK(RtlEqualMemory(a, b, 8));
    b[5] = 'x';
    CHECK(RtlCompareMemory(a, b, 8) == 5);
    CHECK(RtlCompareMemory(a, a, 8) == 8);
    MoveMemory(a + 1, a, 4);
    CHECK(std::memcmp(a, "aabcdfg", 8) == 0);
    ZeroMemory(a, 8);
    CHECK(a[6] == 0);
    RtlFillMemory(a, 3, 'z');
    RtlMoveMemory(a + 2, a, 2);
    RtlCopyMemory(b, a, 4);
    CHECK(b[3] == 'z');
    RtlZeroMemory(b, 4);
    RtlSecureZeroMemory(a, 8);
    CHECK(RtlEqualMemory(a, b, 4));
    MemoryBarrier();
    YieldProcessor();
}

namespace {
struct item {
    SLIST_ENTRY link;
    int number;
};
item* make(int number) {
    auto* const made = static_cast<item*>(_aligned_malloc(sizeof(item), MEMORY_ALLOCATION_ALIGNMENT));
    made->number = number;
    return made;
}
int number_of(PSLIST_ENTRY entry) {
    return entry == nullptr ? -1 : reinterpret_cast<item*>(entry)->number;
}
}  // namespace

TEST_CASE("An interlocked list gives back what was pushed last", "[windows_h][slist]") {
    CHECK(sizeof(SLIST_HEADER) == 16);
    CHECK(alignof(SLIST_ENTRY) == MEMORY_ALLOCATION_ALIGNMENT);
    SLIST_HEADER head;
    InitializeSListHead(&head);
    CHECK(QueryDepthSList(&head) == 0);
    CHECK(InterlockedPopEntrySList(&head) == nullptr);
    CHECK(InterlockedFlushSList(&head) == nullptr);
    item* const one = make(1);
    item* const two = make(2);
    CHECK(InterlockedPushEntrySList(&head, &one->link) == nullptr);
    CHECK(InterlockedPushEntrySList(&head, &two->link) == &one->link);
    CHECK(QueryDepthSList(&head) == 2);
    CHECK(RtlFirstEntrySList(&head) == &two->link);
    CHECK(number_of(InterlockedPopEntrySList(&head)) == 2);
    CHECK(number_of(InterlockedPopEntrySList(&head)) == 1);
    CHECK(InterlockedPopEntrySList(&head) == nullptr);
    item* const three = make(3);
    one->link.Next = &two->link;
    two->link.Next = &three->link;
    CHECK(InterlockedPushListSListEx(&head, &one->link, &three->link, 3) == nullptr);
    CHECK(QueryDepthSList(&head) == 3);
    PSLIST_ENTRY all = InterlockedFlushSList(&head);
    CHECK(number_of(all) == 1);
    CHECK(QueryDepthSList(&head) == 0);
    int count = 0;
    while (all != nullptr) {
        PSLIST_ENTRY const next = all->Next;
        _aligned_free(all);
        all = next;
        ++count;
    }
    CHECK(count == 3);
}

TEST_CASE("Threads lose no entry of an interlocked list, and none comes twice", "[windows_h][slist][exclusion]") {
    alignas(16) SLIST_HEADER head;
    InitializeSListHead(&head);
    const int each = test::on_wine() ? 2'000 : 20'000;
    std::atomic<long long> pushed{0};
    std::atomic<long long> popped{0};
    std::vector<std::thread> all;
    for (int me = 0; me < 4; ++me)
        all.emplace_back([&, me] {
            for (int i = 0; i < each; ++i) {
                item* const mine = make(me * each + i);
                pushed += mine->number;
                InterlockedPushEntrySList(&head, &mine->link);
                if (PSLIST_ENTRY const entry = InterlockedPopEntrySList(&head)) {
                    popped += number_of(entry);
                    // Freed at once, and soon used again.
                    _aligned_free(entry);
                }
            }
        });
    for (auto& each_thread : all) each_thread.join();
    CHECK(QueryDepthSList(&head) == 0);
    CHECK(popped == pushed);
}

// mingw-w64's headers have few of these.
#if !defined(_WIN32)

TEST_CASE("Sixteen bytes are compared and exchanged at once", "[windows_h][interlocked]") {
    alignas(16) LONG64 target[2] = {1, 2};
    LONG64 seen[2] = {1, 3};
    CHECK(InterlockedCompareExchange128(target, 20, 10, seen) == 0);
    CHECK(seen[0] == 1);
    CHECK(seen[1] == 2);
    CHECK(target[1] == 2);
    CHECK(InterlockedCompareExchange128(target, 20, 10, seen) == 1);
    CHECK(target[0] == 10);
    CHECK(target[1] == 20);
}

TEST_CASE("Interlocked functions of unsigned types and of long", "[windows_h][interlocked]") {
    ULONG word = 0;
    CHECK(InterlockedDecrement(&word) == 0xFFFFFFFFU);
    CHECK(InterlockedExchangeSubtract(&word, 1U) == 0xFFFFFFFFU);
    CHECK(word == 0xFFFFFFFEU);
    volatile long own = 1;
    CHECK(InterlockedIncrement(&own) == 2);
    CHECK(InterlockedCompareExchange(&own, 5, 2) == 2);
    std::int64_t wide = 1;
    CHECK(InterlockedIncrement64(&wide) == 2);
    SIZE_T size = 4;
    CHECK(InterlockedIncrementSizeT(&size) == 5);
    CHECK(InterlockedDecrementSizeT(&size) == 4);
    CHECK(InterlockedExchangeAdd(&size, 3) == 4);
}

TEST_CASE("Reads and writes with an order", "[windows_h][interlocked]") {
    {
        LONG value{};
        const auto one = LONG{1};
        const auto two = LONG{2};
        const auto three = LONG{3};
        WriteRelease(&value, one);
        CHECK(ReadAcquire(&value) == one);
        WriteNoFence(&value, two);
        CHECK(ReadNoFence(&value) == two);
        WriteRaw(&value, three);
        CHECK(ReadRaw(&value) == three);
    }
    {
        CHAR value{};
        const auto one = CHAR{1};
        const auto two = CHAR{2};
        const auto three = CHAR{3};
        WriteRelease8(&value, one);
        CHECK(ReadAcquire8(&value) == one);
        WriteNoFence8(&value, two);
        CHECK(ReadNoFence8(&value) == two);
        WriteRaw8(&value, three);
        CHECK(ReadRaw8(&value) == three);
    }
    {
        SHORT value{};
        const auto one = SHORT{1};
        const auto two = SHORT{2};
        const auto three = SHORT{3};
        WriteRelease16(&value, one);
        CHECK(ReadAcquire16(&value) == one);
        WriteNoFence16(&value, two);
        CHECK(ReadNoFence16(&value) == two);
        WriteRaw16(&value, three);
        CHECK(ReadRaw16(&value) == three);
    }
    {
        LONG64 value{};
        const auto one = LONG64{1};
        const auto two = LONG64{2};
        const auto three = LONG64{3};
        WriteRelease64(&value, one);
        CHECK(ReadAcquire64(&value) == one);
        WriteNoFence64(&value, two);
        CHECK(ReadNoFence64(&value) == two);
        WriteRaw64(&value, three);
        CHECK(ReadRaw64(&value) == three);
    }
    {
        ULONG value{};
        const auto one = ULONG{1};
        const auto two = ULONG{2};
        const auto three = ULONG{3};
        WriteReleaseULong(&value, one);
        CHECK(ReadAcquireULong(&value) == one);
        WriteNoFenceULong(&value, two);
        CHECK(ReadNoFenceULong(&value) == two);
        WriteRawULong(&value, three);
        CHECK(ReadRawULong(&value) == three);
    }
    {
        ULONG64 value{};
        const auto one = ULONG64{1};
        const auto two = ULONG64{2};
        const auto three = ULONG64{3};
        WriteReleaseULong64(&value, one);
        CHECK(ReadAcquireULong64(&value) == one);
        WriteNoFenceULong64(&value, two);
        CHECK(ReadNoFenceULong64(&value) == two);
        WriteRawULong64(&value, three);
        CHECK(ReadRawULong64(&value) == three);
    }
    {
        USHORT value{};
        const auto one = USHORT{1};
        const auto two = USHORT{2};
        const auto three = USHORT{3};
        WriteReleaseUShort(&value, one);
        CHECK(ReadAcquireUShort(&value) == one);
        WriteNoFenceUShort(&value, two);
        CHECK(ReadNoFenceUShort(&value) == two);
        WriteRawUShort(&value, three);
        CHECK(ReadRawUShort(&value) == three);
    }
    {
        UCHAR value{};
        const auto one = UCHAR{1};
        const auto two = UCHAR{2};
        const auto three = UCHAR{3};
        WriteReleaseUChar(&value, one);
        CHECK(ReadAcquireUChar(&value) == one);
        WriteNoFenceUChar(&value, two);
        CHECK(ReadNoFenceUChar(&value) == two);
        WriteRawUChar(&value, three);
        CHECK(ReadRawUChar(&value) == three);
    }
    {
        PVOID value{};
        const auto one = reinterpret_cast<PVOID>(1);
        const auto two = reinterpret_cast<PVOID>(2);
        const auto three = reinterpret_cast<PVOID>(3);
        WriteReleasePointer(&value, one);
        CHECK(ReadAcquirePointer(&value) == one);
        WriteNoFencePointer(&value, two);
        CHECK(ReadNoFencePointer(&value) == two);
        WriteRawPointer(&value, three);
        CHECK(ReadRawPointer(&value) == three);
    }
}

TEST_CASE("The other names of the interlocked functions", "[windows_h][interlocked]") {
    LONG value = 0;
    LONG64 large = 0;
    SHORT small = 0;
    CHAR tiny = 0;
    PVOID pointer = nullptr;
    value = 5;
    CHECK(InterlockedIncrementAcquire(&value) == 6);
    CHECK(value == 6);
    value = 5;
    CHECK(InterlockedIncrementRelease(&value) == 6);
    CHECK(value == 6);
    value = 5;
    CHECK(InterlockedIncrementNoFence(&value) == 6);
    CHECK(value == 6);
    large = 5;
    CHECK(InterlockedIncrementAcquire64(&large) == 6);
    CHECK(large == 6);
    large = 5;
    CHECK(InterlockedIncrementRelease64(&large) == 6);
    CHECK(large == 6);
    large = 5;
    CHECK(InterlockedIncrementNoFence64(&large) == 6);
    CHECK(large == 6);
    small = 5;
    CHECK(InterlockedIncrementAcquire16(&small) == 6);
    CHECK(small == 6);
    small = 5;
    CHECK(InterlockedIncrementRelease16(&small) == 6);
    CHECK(small == 6);
    small = 5;
    CHECK(InterlockedIncrementNoFence16(&small) == 6);
    CHECK(small == 6);
    value = 5;
    CHECK(InterlockedDecrementAcquire(&value) == 4);
    CHECK(value == 4);
    value = 5;
    CHECK(InterlockedDecrementRelease(&value) == 4);
    CHECK(value == 4);
    value = 5;
    CHECK(InterlockedDecrementNoFence(&value) == 4);
    CHECK(value == 4);
    large = 5;
    CHECK(InterlockedDecrementAcquire64(&large) == 4);
    CHECK(large == 4);
    large = 5;
    CHECK(InterlockedDecrementRelease64(&large) == 4);
    CHECK(large == 4);
    large = 5;
    CHECK(InterlockedDecrementNoFence64(&large) == 4);
    CHECK(large == 4);
    small = 5;
    CHECK(InterlockedDecrementAcquire16(&small) == 4);
    CHECK(small == 4);
    small = 5;
    CHECK(InterlockedDecrementRelease16(&small) == 4);
    CHECK(small == 4);
    small = 5;
    CHECK(InterlockedDecrementNoFence16(&small) == 4);
    CHECK(small == 4);
    value = 5;
    CHECK(InterlockedExchangeAcquire(&value, 9) == 5);
    CHECK(value == 9);
    value = 5;
    CHECK(InterlockedExchangeNoFence(&value, 9) == 5);
    CHECK(value == 9);
    large = 5;
    CHECK(InterlockedExchangeAcquire64(&large, 9) == 5);
    CHECK(large == 9);
    large = 5;
    CHECK(InterlockedExchangeNoFence64(&large, 9) == 5);
    CHECK(large == 9);
    small = 5;
    CHECK(InterlockedExchangeAcquire16(&small, 9) == 5);
    CHECK(small == 9);
    small = 5;
    CHECK(InterlockedExchangeNoFence16(&small, 9) == 5);
    CHECK(small == 9);
    value = 5;
    CHECK(InterlockedExchangeAddAcquire(&value, 2) == 5);
    CHECK(value == 7);
    value = 5;
    CHECK(InterlockedExchangeAddRelease(&value, 2) == 5);
    CHECK(value == 7);
    value = 5;
    CHECK(InterlockedExchangeAddNoFence(&value, 2) == 5);
    CHECK(value == 7);
    large = 5;
    CHECK(InterlockedExchangeAddAcquire64(&large, 2) == 5);
    CHECK(large == 7);
    large = 5;
    CHECK(InterlockedExchangeAddRelease64(&large, 2) == 5);
    CHECK(large == 7);
    large = 5;
    CHECK(InterlockedExchangeAddNoFence64(&large, 2) == 5);
    CHECK(large == 7);
    value = 5;
    CHECK(InterlockedAddAcquire(&value, 2) == 7);
    CHECK(value == 7);
    value = 5;
    CHECK(InterlockedAddRelease(&value, 2) == 7);
    CHECK(value == 7);
    value = 5;
    CHECK(InterlockedAddNoFence(&value, 2) == 7);
    CHECK(value == 7);
    large = 5;
    CHECK(InterlockedAddAcquire64(&large, 2) == 7);
    CHECK(large == 7);
    large = 5;
    CHECK(InterlockedAddRelease64(&large, 2) == 7);
    CHECK(large == 7);
    large = 5;
    CHECK(InterlockedAddNoFence64(&large, 2) == 7);
    CHECK(large == 7);
    value = 5;
    CHECK(InterlockedCompareExchangeAcquire(&value, 8, 5) == 5);
    CHECK(value == 8);
    value = 5;
    CHECK(InterlockedCompareExchangeRelease(&value, 8, 5) == 5);
    CHECK(value == 8);
    value = 5;
    CHECK(InterlockedCompareExchangeNoFence(&value, 8, 5) == 5);
    CHECK(value == 8);
    large = 5;
    CHECK(InterlockedCompareExchangeAcquire64(&large, 8, 5) == 5);
    CHECK(large == 8);
    large = 5;
    CHECK(InterlockedCompareExchangeRelease64(&large, 8, 5) == 5);
    CHECK(large == 8);
    large = 5;
    CHECK(InterlockedCompareExchangeNoFence64(&large, 8, 5) == 5);
    CHECK(large == 8);
    small = 5;
    CHECK(InterlockedCompareExchangeAcquire16(&small, 8, 5) == 5);
    CHECK(small == 8);
    small = 5;
    CHECK(InterlockedCompareExchangeRelease16(&small, 8, 5) == 5);
    CHECK(small == 8);
    small = 5;
    CHECK(InterlockedCompareExchangeNoFence16(&small, 8, 5) == 5);
    CHECK(small == 8);
    value = 5;
    CHECK(InterlockedAndAcquire(&value, 4) == 5);
    CHECK(value == 4);
    value = 5;
    CHECK(InterlockedAndRelease(&value, 4) == 5);
    CHECK(value == 4);
    value = 5;
    CHECK(InterlockedAndNoFence(&value, 4) == 5);
    CHECK(value == 4);
    tiny = 5;
    CHECK(InterlockedAnd8Acquire(&tiny, 4) == 5);
    CHECK(tiny == 4);
    tiny = 5;
    CHECK(InterlockedAnd8Release(&tiny, 4) == 5);
    CHECK(tiny == 4);
    tiny = 5;
    CHECK(InterlockedAnd8NoFence(&tiny, 4) == 5);
    CHECK(tiny == 4);
    small = 5;
    CHECK(InterlockedAnd16Acquire(&small, 4) == 5);
    CHECK(small == 4);
    small = 5;
    CHECK(InterlockedAnd16Release(&small, 4) == 5);
    CHECK(small == 4);
    small = 5;
    CHECK(InterlockedAnd16NoFence(&small, 4) == 5);
    CHECK(small == 4);
    large = 5;
    CHECK(InterlockedAnd64Acquire(&large, 4) == 5);
    CHECK(large == 4);
    large = 5;
    CHECK(InterlockedAnd64Release(&large, 4) == 5);
    CHECK(large == 4);
    large = 5;
    CHECK(InterlockedAnd64NoFence(&large, 4) == 5);
    CHECK(large == 4);
    value = 5;
    CHECK(InterlockedOrAcquire(&value, 2) == 5);
    CHECK(value == 7);
    value = 5;
    CHECK(InterlockedOrRelease(&value, 2) == 5);
    CHECK(value == 7);
    value = 5;
    CHECK(InterlockedOrNoFence(&value, 2) == 5);
    CHECK(value == 7);
    tiny = 5;
    CHECK(InterlockedOr8Acquire(&tiny, 2) == 5);
    CHECK(tiny == 7);
    tiny = 5;
    CHECK(InterlockedOr8Release(&tiny, 2) == 5);
    CHECK(tiny == 7);
    tiny = 5;
    CHECK(InterlockedOr8NoFence(&tiny, 2) == 5);
    CHECK(tiny == 7);
    small = 5;
    CHECK(InterlockedOr16Acquire(&small, 2) == 5);
    CHECK(small == 7);
    small = 5;
    CHECK(InterlockedOr16Release(&small, 2) == 5);
    CHECK(small == 7);
    small = 5;
    CHECK(InterlockedOr16NoFence(&small, 2) == 5);
    CHECK(small == 7);
    large = 5;
    CHECK(InterlockedOr64Acquire(&large, 2) == 5);
    CHECK(large == 7);
    large = 5;
    CHECK(InterlockedOr64Release(&large, 2) == 5);
    CHECK(large == 7);
    large = 5;
    CHECK(InterlockedOr64NoFence(&large, 2) == 5);
    CHECK(large == 7);
    value = 5;
    CHECK(InterlockedXorAcquire(&value, 1) == 5);
    CHECK(value == 4);
    value = 5;
    CHECK(InterlockedXorRelease(&value, 1) == 5);
    CHECK(value == 4);
    value = 5;
    CHECK(InterlockedXorNoFence(&value, 1) == 5);
    CHECK(value == 4);
    tiny = 5;
    CHECK(InterlockedXor8Acquire(&tiny, 1) == 5);
    CHECK(tiny == 4);
    tiny = 5;
    CHECK(InterlockedXor8Release(&tiny, 1) == 5);
    CHECK(tiny == 4);
    tiny = 5;
    CHECK(InterlockedXor8NoFence(&tiny, 1) == 5);
    CHECK(tiny == 4);
    small = 5;
    CHECK(InterlockedXor16Acquire(&small, 1) == 5);
    CHECK(small == 4);
    small = 5;
    CHECK(InterlockedXor16Release(&small, 1) == 5);
    CHECK(small == 4);
    small = 5;
    CHECK(InterlockedXor16NoFence(&small, 1) == 5);
    CHECK(small == 4);
    large = 5;
    CHECK(InterlockedXor64Acquire(&large, 1) == 5);
    CHECK(large == 4);
    large = 5;
    CHECK(InterlockedXor64Release(&large, 1) == 5);
    CHECK(large == 4);
    large = 5;
    CHECK(InterlockedXor64NoFence(&large, 1) == 5);
    CHECK(large == 4);
    InterlockedExchangePointerAcquire(&pointer, &value);
    CHECK(pointer == &value);
    InterlockedExchangePointerNoFence(&pointer, &value);
    CHECK(pointer == &value);
    pointer = nullptr;
    CHECK(InterlockedCompareExchangePointerAcquire(&pointer, &value, nullptr) == nullptr);
    CHECK(pointer == &value);
    pointer = nullptr;
    CHECK(InterlockedCompareExchangePointerRelease(&pointer, &value, nullptr) == nullptr);
    CHECK(pointer == &value);
    pointer = nullptr;
    CHECK(InterlockedCompareExchangePointerNoFence(&pointer, &value, nullptr) == nullptr);
    CHECK(pointer == &value);
    value = 5;
    CHECK(InterlockedBitTestAndSetAcquire(&value, 1) == 0);
    CHECK(value == 7);
    value = 5;
    CHECK(InterlockedBitTestAndResetAcquire(&value, 0) == 1);
    CHECK(value == 4);
    value = 5;
    CHECK(InterlockedBitTestAndSetRelease(&value, 1) == 0);
    CHECK(value == 7);
    value = 5;
    CHECK(InterlockedBitTestAndResetRelease(&value, 0) == 1);
    CHECK(value == 4);
    value = 5;
    CHECK(InterlockedBitTestAndSetNoFence(&value, 1) == 0);
    CHECK(value == 7);
    value = 5;
    CHECK(InterlockedBitTestAndResetNoFence(&value, 0) == 1);
    CHECK(value == 4);
    tiny = 5;
    CHECK(InterlockedExchange8(&tiny, 9) == 5);
    CHECK(tiny == 9);
    small = 5;
    CHECK(InterlockedExchange16(&small, 9) == 5);
    CHECK(small == 9);
    tiny = 5;
    CHECK(InterlockedExchangeAdd8(&tiny, 2) == 5);
    CHECK(tiny == 7);
    small = 5;
    CHECK(InterlockedExchangeAdd16(&small, 2) == 5);
    CHECK(small == 7);
    tiny = 5;
    CHECK(InterlockedIncrement8(&tiny) == 6);
    CHECK(tiny == 6);
    tiny = 5;
    CHECK(InterlockedDecrement8(&tiny) == 4);
    CHECK(tiny == 4);
    tiny = 5;
    CHECK(InterlockedAdd8(&tiny, 2) == 7);
    CHECK(tiny == 7);
    small = 5;
    CHECK(InterlockedAdd16(&small, 2) == 7);
    CHECK(small == 7);
    tiny = 5;
    CHECK(InterlockedCompareExchange8(&tiny, 8, 5) == 5);
    CHECK(tiny == 8);
    tiny = 5;
    CHECK(InterlockedAnd8(&tiny, 4) == 5);
    CHECK(tiny == 4);
    tiny = 5;
    CHECK(InterlockedOr8(&tiny, 2) == 5);
    CHECK(tiny == 7);
    tiny = 5;
    CHECK(InterlockedXor8(&tiny, 1) == 5);
    CHECK(tiny == 4);
    small = 5;
    CHECK(InterlockedAnd16(&small, 4) == 5);
    CHECK(small == 4);
    small = 5;
    CHECK(InterlockedOr16(&small, 2) == 5);
    CHECK(small == 7);
    small = 5;
    CHECK(InterlockedXor16(&small, 1) == 5);
    CHECK(small == 4);
    value = 5;
    CHECK(_InterlockedIncrement(&value) == 6);
    CHECK(value == 6);
    small = 5;
    CHECK(_InterlockedIncrement16(&small) == 6);
    CHECK(small == 6);
    large = 5;
    CHECK(_InterlockedIncrement64(&large) == 6);
    CHECK(large == 6);
    value = 5;
    CHECK(_InterlockedDecrement(&value) == 4);
    CHECK(value == 4);
    small = 5;
    CHECK(_InterlockedDecrement16(&small) == 4);
    CHECK(small == 4);
    large = 5;
    CHECK(_InterlockedDecrement64(&large) == 4);
    CHECK(large == 4);
    value = 5;
    CHECK(_InterlockedExchange(&value, 9) == 5);
    CHECK(value == 9);
    tiny = 5;
    CHECK(_InterlockedExchange8(&tiny, 9) == 5);
    CHECK(tiny == 9);
    small = 5;
    CHECK(_InterlockedExchange16(&small, 9) == 5);
    CHECK(small == 9);
    large = 5;
    CHECK(_InterlockedExchange64(&large, 9) == 5);
    CHECK(large == 9);
    value = 5;
    CHECK(_InterlockedExchangeAdd(&value, 2) == 5);
    CHECK(value == 7);
    tiny = 5;
    CHECK(_InterlockedExchangeAdd8(&tiny, 2) == 5);
    CHECK(tiny == 7);
    small = 5;
    CHECK(_InterlockedExchangeAdd16(&small, 2) == 5);
    CHECK(small == 7);
    large = 5;
    CHECK(_InterlockedExchangeAdd64(&large, 2) == 5);
    CHECK(large == 7);
    value = 5;
    CHECK(_InterlockedCompareExchange(&value, 8, 5) == 5);
    CHECK(value == 8);
    tiny = 5;
    CHECK(_InterlockedCompareExchange8(&tiny, 8, 5) == 5);
    CHECK(tiny == 8);
    small = 5;
    CHECK(_InterlockedCompareExchange16(&small, 8, 5) == 5);
    CHECK(small == 8);
    large = 5;
    CHECK(_InterlockedCompareExchange64(&large, 8, 5) == 5);
    CHECK(large == 8);
    value = 5;
    CHECK(_InterlockedAnd(&value, 4) == 5);
    CHECK(value == 4);
    tiny = 5;
    CHECK(_InterlockedAnd8(&tiny, 4) == 5);
    CHECK(tiny == 4);
    small = 5;
    CHECK(_InterlockedAnd16(&small, 4) == 5);
    CHECK(small == 4);
    large = 5;
    CHECK(_InterlockedAnd64(&large, 4) == 5);
    CHECK(large == 4);
    value = 5;
    CHECK(_InterlockedOr(&value, 2) == 5);
    CHECK(value == 7);
    tiny = 5;
    CHECK(_InterlockedOr8(&tiny, 2) == 5);
    CHECK(tiny == 7);
    small = 5;
    CHECK(_InterlockedOr16(&small, 2) == 5);
    CHECK(small == 7);
    large = 5;
    CHECK(_InterlockedOr64(&large, 2) == 5);
    CHECK(large == 7);
    value = 5;
    CHECK(_InterlockedXor(&value, 1) == 5);
    CHECK(value == 4);
    tiny = 5;
    CHECK(_InterlockedXor8(&tiny, 1) == 5);
    CHECK(tiny == 4);
    small = 5;
    CHECK(_InterlockedXor16(&small, 1) == 5);
    CHECK(small == 4);
    large = 5;
    CHECK(_InterlockedXor64(&large, 1) == 5);
    CHECK(large == 4);
    value = 5;
    CHECK(_InterlockedAdd(&value, 2) == 7);
    CHECK(value == 7);
    large = 5;
    CHECK(_InterlockedAdd64(&large, 2) == 7);
    CHECK(large == 7);
    _InterlockedExchangePointer(&pointer, &value);
    CHECK(pointer == &value);
    pointer = nullptr;
    CHECK(_InterlockedCompareExchangePointer(&pointer, &value, nullptr) == nullptr);
    CHECK(pointer == &value);
    value = 5;
    CHECK(_InterlockedBitTestAndSet(&value, 1) == 0);
    CHECK(value == 7);
    value = 5;
    CHECK(_InterlockedBitTestAndReset(&value, 0) == 1);
    CHECK(value == 4);
    large = 5;
    CHECK(_InterlockedBitTestAndSet64(&large, 1) == 0);
    CHECK(large == 7);
    large = 5;
    CHECK(_InterlockedBitTestAndReset64(&large, 0) == 1);
    CHECK(large == 4);
    value = 5;
    CHECK(_InterlockedBitTestAndComplement(&value, 0) == 1);
    CHECK(value == 4);
    large = 5;
    CHECK(_InterlockedBitTestAndComplement64(&large, 0) == 1);
    CHECK(large == 4);
    alignas(16) LONG64 both[2] = {1, 2};
    LONG64 seen[2] = {1, 2};
    CHECK(_InterlockedCompareExchange128(both, 4, 3, seen) == 1);
    CHECK(both[0] == 3);
}

#endif
