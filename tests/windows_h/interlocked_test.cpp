#include "windows.hpp"

#include <limits>

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

#endif
