#include "windows.hpp"

// mingw-w64's headers have few of these.
#if !defined(_WIN32)

// The call gives `answer`, and makes `word` what it is `after`.
#    define GIVES(word, before, call, answer, after) \
        do {                                         \
            (word) = before;                         \
            CHECK((call) == (answer));               \
            CHECK((word) == (after));                \
        } while (false)

TEST_CASE("The other names of the interlocked functions", "[windows_h][interlocked]") {
    LONG value = 0;
    LONG64 large = 0;
    SHORT small = 0;
    CHAR tiny = 0;
    PVOID pointer = nullptr;
    GIVES(value, 5, InterlockedIncrementAcquire(&value), 6, 6);
    GIVES(value, 5, InterlockedIncrementRelease(&value), 6, 6);
    GIVES(value, 5, InterlockedIncrementNoFence(&value), 6, 6);
    GIVES(large, 5, InterlockedIncrementAcquire64(&large), 6, 6);
    GIVES(large, 5, InterlockedIncrementRelease64(&large), 6, 6);
    GIVES(large, 5, InterlockedIncrementNoFence64(&large), 6, 6);
    GIVES(small, 5, InterlockedIncrementAcquire16(&small), 6, 6);
    GIVES(small, 5, InterlockedIncrementRelease16(&small), 6, 6);
    GIVES(small, 5, InterlockedIncrementNoFence16(&small), 6, 6);
    GIVES(value, 5, InterlockedDecrementAcquire(&value), 4, 4);
    GIVES(value, 5, InterlockedDecrementRelease(&value), 4, 4);
    GIVES(value, 5, InterlockedDecrementNoFence(&value), 4, 4);
    GIVES(large, 5, InterlockedDecrementAcquire64(&large), 4, 4);
    GIVES(large, 5, InterlockedDecrementRelease64(&large), 4, 4);
    GIVES(large, 5, InterlockedDecrementNoFence64(&large), 4, 4);
    GIVES(small, 5, InterlockedDecrementAcquire16(&small), 4, 4);
    GIVES(small, 5, InterlockedDecrementRelease16(&small), 4, 4);
    GIVES(small, 5, InterlockedDecrementNoFence16(&small), 4, 4);
    GIVES(value, 5, InterlockedExchangeAcquire(&value, 9), 5, 9);
    GIVES(value, 5, InterlockedExchangeNoFence(&value, 9), 5, 9);
    GIVES(large, 5, InterlockedExchangeAcquire64(&large, 9), 5, 9);
    GIVES(large, 5, InterlockedExchangeNoFence64(&large, 9), 5, 9);
    GIVES(small, 5, InterlockedExchangeAcquire16(&small, 9), 5, 9);
    GIVES(small, 5, InterlockedExchangeNoFence16(&small, 9), 5, 9);
    GIVES(value, 5, InterlockedExchangeAddAcquire(&value, 2), 5, 7);
    GIVES(value, 5, InterlockedExchangeAddRelease(&value, 2), 5, 7);
    GIVES(value, 5, InterlockedExchangeAddNoFence(&value, 2), 5, 7);
    GIVES(large, 5, InterlockedExchangeAddAcquire64(&large, 2), 5, 7);
    GIVES(large, 5, InterlockedExchangeAddRelease64(&large, 2), 5, 7);
    GIVES(large, 5, InterlockedExchangeAddNoFence64(&large, 2), 5, 7);
    GIVES(value, 5, InterlockedAddAcquire(&value, 2), 7, 7);
    GIVES(value, 5, InterlockedAddRelease(&value, 2), 7, 7);
    GIVES(value, 5, InterlockedAddNoFence(&value, 2), 7, 7);
    GIVES(large, 5, InterlockedAddAcquire64(&large, 2), 7, 7);
    GIVES(large, 5, InterlockedAddRelease64(&large, 2), 7, 7);
    GIVES(large, 5, InterlockedAddNoFence64(&large, 2), 7, 7);
    GIVES(value, 5, InterlockedCompareExchangeAcquire(&value, 8, 5), 5, 8);
    GIVES(value, 5, InterlockedCompareExchangeRelease(&value, 8, 5), 5, 8);
    GIVES(value, 5, InterlockedCompareExchangeNoFence(&value, 8, 5), 5, 8);
    GIVES(large, 5, InterlockedCompareExchangeAcquire64(&large, 8, 5), 5, 8);
    GIVES(large, 5, InterlockedCompareExchangeRelease64(&large, 8, 5), 5, 8);
    GIVES(large, 5, InterlockedCompareExchangeNoFence64(&large, 8, 5), 5, 8);
    GIVES(small, 5, InterlockedCompareExchangeAcquire16(&small, 8, 5), 5, 8);
    GIVES(small, 5, InterlockedCompareExchangeRelease16(&small, 8, 5), 5, 8);
    GIVES(small, 5, InterlockedCompareExchangeNoFence16(&small, 8, 5), 5, 8);
    GIVES(value, 5, InterlockedAndAcquire(&value, 4), 5, 4);
    GIVES(value, 5, InterlockedAndRelease(&value, 4), 5, 4);
    GIVES(value, 5, InterlockedAndNoFence(&value, 4), 5, 4);
    GIVES(tiny, 5, InterlockedAnd8Acquire(&tiny, 4), 5, 4);
    GIVES(tiny, 5, InterlockedAnd8Release(&tiny, 4), 5, 4);
    GIVES(tiny, 5, InterlockedAnd8NoFence(&tiny, 4), 5, 4);
    GIVES(small, 5, InterlockedAnd16Acquire(&small, 4), 5, 4);
    GIVES(small, 5, InterlockedAnd16Release(&small, 4), 5, 4);
    GIVES(small, 5, InterlockedAnd16NoFence(&small, 4), 5, 4);
    GIVES(large, 5, InterlockedAnd64Acquire(&large, 4), 5, 4);
    GIVES(large, 5, InterlockedAnd64Release(&large, 4), 5, 4);
    GIVES(large, 5, InterlockedAnd64NoFence(&large, 4), 5, 4);
    GIVES(value, 5, InterlockedOrAcquire(&value, 2), 5, 7);
    GIVES(value, 5, InterlockedOrRelease(&value, 2), 5, 7);
    GIVES(value, 5, InterlockedOrNoFence(&value, 2), 5, 7);
    GIVES(tiny, 5, InterlockedOr8Acquire(&tiny, 2), 5, 7);
    GIVES(tiny, 5, InterlockedOr8Release(&tiny, 2), 5, 7);
    GIVES(tiny, 5, InterlockedOr8NoFence(&tiny, 2), 5, 7);
    GIVES(small, 5, InterlockedOr16Acquire(&small, 2), 5, 7);
    GIVES(small, 5, InterlockedOr16Release(&small, 2), 5, 7);
    GIVES(small, 5, InterlockedOr16NoFence(&small, 2), 5, 7);
    GIVES(large, 5, InterlockedOr64Acquire(&large, 2), 5, 7);
    GIVES(large, 5, InterlockedOr64Release(&large, 2), 5, 7);
    GIVES(large, 5, InterlockedOr64NoFence(&large, 2), 5, 7);
    GIVES(value, 5, InterlockedXorAcquire(&value, 1), 5, 4);
    GIVES(value, 5, InterlockedXorRelease(&value, 1), 5, 4);
    GIVES(value, 5, InterlockedXorNoFence(&value, 1), 5, 4);
    GIVES(tiny, 5, InterlockedXor8Acquire(&tiny, 1), 5, 4);
    GIVES(tiny, 5, InterlockedXor8Release(&tiny, 1), 5, 4);
    GIVES(tiny, 5, InterlockedXor8NoFence(&tiny, 1), 5, 4);
    GIVES(small, 5, InterlockedXor16Acquire(&small, 1), 5, 4);
    GIVES(small, 5, InterlockedXor16Release(&small, 1), 5, 4);
    GIVES(small, 5, InterlockedXor16NoFence(&small, 1), 5, 4);
    GIVES(large, 5, InterlockedXor64Acquire(&large, 1), 5, 4);
    GIVES(large, 5, InterlockedXor64Release(&large, 1), 5, 4);
    GIVES(large, 5, InterlockedXor64NoFence(&large, 1), 5, 4);
    InterlockedExchangePointerAcquire(&pointer, &value);
    CHECK(pointer == &value);
    InterlockedExchangePointerNoFence(&pointer, &value);
    CHECK(pointer == &value);
    GIVES(pointer, nullptr, InterlockedCompareExchangePointerAcquire(&pointer, &value, nullptr), nullptr, &value);
    GIVES(pointer, nullptr, InterlockedCompareExchangePointerRelease(&pointer, &value, nullptr), nullptr, &value);
    GIVES(pointer, nullptr, InterlockedCompareExchangePointerNoFence(&pointer, &value, nullptr), nullptr, &value);
    GIVES(value, 5, InterlockedBitTestAndSetAcquire(&value, 1), 0, 7);
    GIVES(value, 5, InterlockedBitTestAndResetAcquire(&value, 0), 1, 4);
    GIVES(value, 5, InterlockedBitTestAndSetRelease(&value, 1), 0, 7);
    GIVES(value, 5, InterlockedBitTestAndResetRelease(&value, 0), 1, 4);
    GIVES(value, 5, InterlockedBitTestAndSetNoFence(&value, 1), 0, 7);
    GIVES(value, 5, InterlockedBitTestAndResetNoFence(&value, 0), 1, 4);
    GIVES(tiny, 5, InterlockedExchange8(&tiny, 9), 5, 9);
    GIVES(small, 5, InterlockedExchange16(&small, 9), 5, 9);
    GIVES(tiny, 5, InterlockedExchangeAdd8(&tiny, 2), 5, 7);
    GIVES(small, 5, InterlockedExchangeAdd16(&small, 2), 5, 7);
    GIVES(tiny, 5, InterlockedIncrement8(&tiny), 6, 6);
    GIVES(tiny, 5, InterlockedDecrement8(&tiny), 4, 4);
    GIVES(tiny, 5, InterlockedAdd8(&tiny, 2), 7, 7);
    GIVES(small, 5, InterlockedAdd16(&small, 2), 7, 7);
    GIVES(tiny, 5, InterlockedCompareExchange8(&tiny, 8, 5), 5, 8);
    GIVES(tiny, 5, InterlockedAnd8(&tiny, 4), 5, 4);
    GIVES(tiny, 5, InterlockedOr8(&tiny, 2), 5, 7);
    GIVES(tiny, 5, InterlockedXor8(&tiny, 1), 5, 4);
    GIVES(small, 5, InterlockedAnd16(&small, 4), 5, 4);
    GIVES(small, 5, InterlockedOr16(&small, 2), 5, 7);
    GIVES(small, 5, InterlockedXor16(&small, 1), 5, 4);
    GIVES(value, 5, _InterlockedIncrement(&value), 6, 6);
    GIVES(small, 5, _InterlockedIncrement16(&small), 6, 6);
    GIVES(large, 5, _InterlockedIncrement64(&large), 6, 6);
    GIVES(value, 5, _InterlockedDecrement(&value), 4, 4);
    GIVES(small, 5, _InterlockedDecrement16(&small), 4, 4);
    GIVES(large, 5, _InterlockedDecrement64(&large), 4, 4);
    GIVES(value, 5, _InterlockedExchange(&value, 9), 5, 9);
    GIVES(tiny, 5, _InterlockedExchange8(&tiny, 9), 5, 9);
    GIVES(small, 5, _InterlockedExchange16(&small, 9), 5, 9);
    GIVES(large, 5, _InterlockedExchange64(&large, 9), 5, 9);
    GIVES(value, 5, _InterlockedExchangeAdd(&value, 2), 5, 7);
    GIVES(tiny, 5, _InterlockedExchangeAdd8(&tiny, 2), 5, 7);
    GIVES(small, 5, _InterlockedExchangeAdd16(&small, 2), 5, 7);
    GIVES(large, 5, _InterlockedExchangeAdd64(&large, 2), 5, 7);
    GIVES(value, 5, _InterlockedCompareExchange(&value, 8, 5), 5, 8);
    GIVES(tiny, 5, _InterlockedCompareExchange8(&tiny, 8, 5), 5, 8);
    GIVES(small, 5, _InterlockedCompareExchange16(&small, 8, 5), 5, 8);
    GIVES(large, 5, _InterlockedCompareExchange64(&large, 8, 5), 5, 8);
    GIVES(value, 5, _InterlockedAnd(&value, 4), 5, 4);
    GIVES(tiny, 5, _InterlockedAnd8(&tiny, 4), 5, 4);
    GIVES(small, 5, _InterlockedAnd16(&small, 4), 5, 4);
    GIVES(large, 5, _InterlockedAnd64(&large, 4), 5, 4);
    GIVES(value, 5, _InterlockedOr(&value, 2), 5, 7);
    GIVES(tiny, 5, _InterlockedOr8(&tiny, 2), 5, 7);
    GIVES(small, 5, _InterlockedOr16(&small, 2), 5, 7);
    GIVES(large, 5, _InterlockedOr64(&large, 2), 5, 7);
    GIVES(value, 5, _InterlockedXor(&value, 1), 5, 4);
    GIVES(tiny, 5, _InterlockedXor8(&tiny, 1), 5, 4);
    GIVES(small, 5, _InterlockedXor16(&small, 1), 5, 4);
    GIVES(large, 5, _InterlockedXor64(&large, 1), 5, 4);
    GIVES(value, 5, _InterlockedAdd(&value, 2), 7, 7);
    GIVES(large, 5, _InterlockedAdd64(&large, 2), 7, 7);
    _InterlockedExchangePointer(&pointer, &value);
    CHECK(pointer == &value);
    GIVES(pointer, nullptr, _InterlockedCompareExchangePointer(&pointer, &value, nullptr), nullptr, &value);
    GIVES(value, 5, _InterlockedBitTestAndSet(&value, 1), 0, 7);
    GIVES(value, 5, _InterlockedBitTestAndReset(&value, 0), 1, 4);
    GIVES(large, 5, _InterlockedBitTestAndSet64(&large, 1), 0, 7);
    GIVES(large, 5, _InterlockedBitTestAndReset64(&large, 0), 1, 4);
    GIVES(value, 5, _InterlockedBitTestAndComplement(&value, 0), 1, 4);
    GIVES(large, 5, _InterlockedBitTestAndComplement64(&large, 0), 1, 4);
    alignas(16) LONG64 both[2] = {1, 2};
    LONG64 seen[2] = {1, 2};
    CHECK(_InterlockedCompareExchange128(both, 4, 3, seen) == 1);
    CHECK(both[0] == 3);
}

#endif
