#pragma once

// The part of <winnt.h> that has the interlocked functions.

#include <winnt.h>

// The interlocked functions. Their forms Acquire, Release and NoFence are full barriers, too.
#define KOBJ_INTERLOCKED(suffix, type)                                                                      \
    FORCEINLINE type InterlockedIncrement##suffix(type volatile* target) {                                  \
        return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);                                             \
    }                                                                                                       \
    FORCEINLINE type InterlockedDecrement##suffix(type volatile* target) {                                  \
        return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);                                             \
    }                                                                                                       \
    FORCEINLINE type InterlockedExchange##suffix(type volatile* target, type value) {                       \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);                                        \
    }                                                                                                       \
    FORCEINLINE type InterlockedExchangeAdd##suffix(type volatile* target, type value) {                    \
        return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                       \
    FORCEINLINE type InterlockedAdd##suffix(type volatile* target, type value) {                            \
        return __atomic_add_fetch(target, value, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                       \
    FORCEINLINE type InterlockedCompareExchange##suffix(type volatile* target, type value, type expected) { \
        __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
        return expected;                                                                                    \
    }                                                                                                       \
    FORCEINLINE type InterlockedAnd##suffix(type volatile* target, type value) {                            \
        return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);                                         \
    }                                                                                                       \
    FORCEINLINE type InterlockedOr##suffix(type volatile* target, type value) {                             \
        return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);                                          \
    }                                                                                                       \
    FORCEINLINE type InterlockedXor##suffix(type volatile* target, type value) {                            \
        return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);                                         \
    }
#define KOBJ_INTERLOCKED_BIT(suffix, type, bits)                                                             \
    FORCEINLINE unsigned char InterlockedBitTestAndSet##suffix(type volatile* target, type bit) {            \
        const type mask = KOBJ_INTEGER(type, KOBJ_INTEGER(UINT64, 1) << (bit & (bits - 1)));                 \
        return (__atomic_fetch_or(target, mask, __ATOMIC_SEQ_CST) & mask) != 0;                              \
    }                                                                                                        \
    FORCEINLINE unsigned char InterlockedBitTestAndReset##suffix(type volatile* target, type bit) {          \
        const type mask = KOBJ_INTEGER(type, KOBJ_INTEGER(UINT64, 1) << (bit & (bits - 1)));                 \
        return (__atomic_fetch_and(target, ~mask, __ATOMIC_SEQ_CST) & mask) != 0;                            \
    }                                                                                                        \
    FORCEINLINE unsigned char InterlockedBitTestAndComplement##suffix(type volatile* target, type bit) {     \
        const type mask = KOBJ_INTEGER(type, KOBJ_INTEGER(UINT64, 1) << (bit & (bits - 1)));                 \
        return (__atomic_fetch_xor(target, mask, __ATOMIC_SEQ_CST) & mask) != 0;                             \
    }
#if defined(__GNUC__)
KOBJ_INTERLOCKED(, LONG)
KOBJ_INTERLOCKED(64, LONG64)
KOBJ_INTERLOCKED(16, SHORT)
KOBJ_INTERLOCKED(8, CHAR)
KOBJ_INTERLOCKED_BIT(, LONG, 32)
KOBJ_INTERLOCKED_BIT(64, LONG64, 64)
#endif
// In C++ also for the unsigned types, as in Windows's own header, and for long, which is no LONG here.
#ifdef __cplusplus
extern "C++" {
KOBJ_INTERLOCKED(, uint32_t)
KOBJ_INTERLOCKED(, ULONG64)
KOBJ_INTERLOCKED(, long)
KOBJ_INTERLOCKED(, unsigned long)
KOBJ_INTERLOCKED(64, long)
}
#endif
#undef KOBJ_INTERLOCKED
#undef KOBJ_INTERLOCKED_BIT

FORCEINLINE PVOID InterlockedExchangePointer(PVOID volatile* target, PVOID value) {
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
FORCEINLINE PVOID InterlockedCompareExchangePointer(PVOID volatile* target, PVOID value, PVOID expected) {
    __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}
#define InterlockedExchangeSubtract(target, value) InterlockedExchangeAdd((target), 0 - (value))
#define InterlockedIncrementSizeT(target) InterlockedIncrement64(KOBJ_ADDRESS(LONG64 volatile*, target))
#define InterlockedDecrementSizeT(target) InterlockedDecrement64(KOBJ_ADDRESS(LONG64 volatile*, target))
#if defined(__x86_64__)
FORCEINLINE unsigned char InterlockedCompareExchange128(LONG64 volatile* target, LONG64 high, LONG64 low,
                                                        LONG64* expected) {
    unsigned char same;
    __asm__ __volatile__("lock cmpxchg16b %1"
                         : "=@cce"(same), "+m"(*KOBJ_ADDRESS(volatile __int128_t*, target)), "+a"(expected[0]),
                           "+d"(expected[1])
                         : "b"(low), "c"(high)
                         : "memory");
    return same;
}
#endif

#define InterlockedIncrementAcquire InterlockedIncrement
#define InterlockedIncrementRelease InterlockedIncrement
#define InterlockedIncrementNoFence InterlockedIncrement
#define InterlockedIncrementAcquire64 InterlockedIncrement64
#define InterlockedIncrementRelease64 InterlockedIncrement64
#define InterlockedIncrementNoFence64 InterlockedIncrement64
#define InterlockedIncrementAcquire16 InterlockedIncrement16
#define InterlockedIncrementRelease16 InterlockedIncrement16
#define InterlockedIncrementNoFence16 InterlockedIncrement16
#define InterlockedDecrementAcquire InterlockedDecrement
#define InterlockedDecrementRelease InterlockedDecrement
#define InterlockedDecrementNoFence InterlockedDecrement
#define InterlockedDecrementAcquire64 InterlockedDecrement64
#define InterlockedDecrementRelease64 InterlockedDecrement64
#define InterlockedDecrementNoFence64 InterlockedDecrement64
#define InterlockedDecrementAcquire16 InterlockedDecrement16
#define InterlockedDecrementRelease16 InterlockedDecrement16
#define InterlockedDecrementNoFence16 InterlockedDecrement16
#define InterlockedExchangeAcquire InterlockedExchange
#define InterlockedExchangeNoFence InterlockedExchange
#define InterlockedExchangeAcquire64 InterlockedExchange64
#define InterlockedExchangeNoFence64 InterlockedExchange64
#define InterlockedExchangeAcquire16 InterlockedExchange16
#define InterlockedExchangeNoFence16 InterlockedExchange16
#define InterlockedExchangeAddAcquire InterlockedExchangeAdd
#define InterlockedExchangeAddRelease InterlockedExchangeAdd
#define InterlockedExchangeAddNoFence InterlockedExchangeAdd
#define InterlockedExchangeAddAcquire64 InterlockedExchangeAdd64
#define InterlockedExchangeAddRelease64 InterlockedExchangeAdd64
#define InterlockedExchangeAddNoFence64 InterlockedExchangeAdd64
#define InterlockedAddAcquire InterlockedAdd
#define InterlockedAddRelease InterlockedAdd
#define InterlockedAddNoFence InterlockedAdd
#define InterlockedAddAcquire64 InterlockedAdd64
#define InterlockedAddRelease64 InterlockedAdd64
#define InterlockedAddNoFence64 InterlockedAdd64
#define InterlockedCompareExchangeAcquire InterlockedCompareExchange
#define InterlockedCompareExchangeRelease InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence InterlockedCompareExchange
#define InterlockedCompareExchangeAcquire64 InterlockedCompareExchange64
#define InterlockedCompareExchangeRelease64 InterlockedCompareExchange64
#define InterlockedCompareExchangeNoFence64 InterlockedCompareExchange64
#define InterlockedCompareExchangeAcquire16 InterlockedCompareExchange16
#define InterlockedCompareExchangeRelease16 InterlockedCompareExchange16
#define InterlockedCompareExchangeNoFence16 InterlockedCompareExchange16
#define InterlockedAndAcquire InterlockedAnd
#define InterlockedAndRelease InterlockedAnd
#define InterlockedAndNoFence InterlockedAnd
#define InterlockedAnd8Acquire InterlockedAnd8
#define InterlockedAnd8Release InterlockedAnd8
#define InterlockedAnd8NoFence InterlockedAnd8
#define InterlockedAnd16Acquire InterlockedAnd16
#define InterlockedAnd16Release InterlockedAnd16
#define InterlockedAnd16NoFence InterlockedAnd16
#define InterlockedAnd64Acquire InterlockedAnd64
#define InterlockedAnd64Release InterlockedAnd64
#define InterlockedAnd64NoFence InterlockedAnd64
#define InterlockedOrAcquire InterlockedOr
#define InterlockedOrRelease InterlockedOr
#define InterlockedOrNoFence InterlockedOr
#define InterlockedOr8Acquire InterlockedOr8
#define InterlockedOr8Release InterlockedOr8
#define InterlockedOr8NoFence InterlockedOr8
#define InterlockedOr16Acquire InterlockedOr16
#define InterlockedOr16Release InterlockedOr16
#define InterlockedOr16NoFence InterlockedOr16
#define InterlockedOr64Acquire InterlockedOr64
#define InterlockedOr64Release InterlockedOr64
#define InterlockedOr64NoFence InterlockedOr64
#define InterlockedXorAcquire InterlockedXor
#define InterlockedXorRelease InterlockedXor
#define InterlockedXorNoFence InterlockedXor
#define InterlockedXor8Acquire InterlockedXor8
#define InterlockedXor8Release InterlockedXor8
#define InterlockedXor8NoFence InterlockedXor8
#define InterlockedXor16Acquire InterlockedXor16
#define InterlockedXor16Release InterlockedXor16
#define InterlockedXor16NoFence InterlockedXor16
#define InterlockedXor64Acquire InterlockedXor64
#define InterlockedXor64Release InterlockedXor64
#define InterlockedXor64NoFence InterlockedXor64
#define InterlockedExchangePointerAcquire InterlockedExchangePointer
#define InterlockedExchangePointerNoFence InterlockedExchangePointer
#define InterlockedCompareExchangePointerAcquire InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerRelease InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerNoFence InterlockedCompareExchangePointer
#define InterlockedBitTestAndSetAcquire InterlockedBitTestAndSet
#define InterlockedBitTestAndResetAcquire InterlockedBitTestAndReset
#define InterlockedBitTestAndSetRelease InterlockedBitTestAndSet
#define InterlockedBitTestAndResetRelease InterlockedBitTestAndReset
#define InterlockedBitTestAndSetNoFence InterlockedBitTestAndSet
#define InterlockedBitTestAndResetNoFence InterlockedBitTestAndReset

// The names of the compiler's own.
#define _InterlockedIncrement InterlockedIncrement
#define _InterlockedIncrement16 InterlockedIncrement16
#define _InterlockedIncrement64 InterlockedIncrement64
#define _InterlockedDecrement InterlockedDecrement
#define _InterlockedDecrement16 InterlockedDecrement16
#define _InterlockedDecrement64 InterlockedDecrement64
#define _InterlockedExchange InterlockedExchange
#define _InterlockedExchange8 InterlockedExchange8
#define _InterlockedExchange16 InterlockedExchange16
#define _InterlockedExchange64 InterlockedExchange64
#define _InterlockedExchangeAdd InterlockedExchangeAdd
#define _InterlockedExchangeAdd8 InterlockedExchangeAdd8
#define _InterlockedExchangeAdd16 InterlockedExchangeAdd16
#define _InterlockedExchangeAdd64 InterlockedExchangeAdd64
#define _InterlockedCompareExchange InterlockedCompareExchange
#define _InterlockedCompareExchange8 InterlockedCompareExchange8
#define _InterlockedCompareExchange16 InterlockedCompareExchange16
#define _InterlockedCompareExchange64 InterlockedCompareExchange64
#define _InterlockedAnd InterlockedAnd
#define _InterlockedAnd8 InterlockedAnd8
#define _InterlockedAnd16 InterlockedAnd16
#define _InterlockedAnd64 InterlockedAnd64
#define _InterlockedOr InterlockedOr
#define _InterlockedOr8 InterlockedOr8
#define _InterlockedOr16 InterlockedOr16
#define _InterlockedOr64 InterlockedOr64
#define _InterlockedXor InterlockedXor
#define _InterlockedXor8 InterlockedXor8
#define _InterlockedXor16 InterlockedXor16
#define _InterlockedXor64 InterlockedXor64
#define _InterlockedAdd InterlockedAdd
#define _InterlockedAdd64 InterlockedAdd64
#define _InterlockedExchangePointer InterlockedExchangePointer
#define _InterlockedCompareExchangePointer InterlockedCompareExchangePointer
#define _InterlockedBitTestAndSet InterlockedBitTestAndSet
#define _InterlockedBitTestAndReset InterlockedBitTestAndReset
#define _InterlockedBitTestAndSet64 InterlockedBitTestAndSet64
#define _InterlockedBitTestAndReset64 InterlockedBitTestAndReset64
#define _InterlockedBitTestAndComplement InterlockedBitTestAndComplement
#define _InterlockedBitTestAndComplement64 InterlockedBitTestAndComplement64
#if defined(__x86_64__)
#    define _InterlockedCompareExchange128 InterlockedCompareExchange128
#endif

// Reads and writes that the compiler does not tear or repeat, with an order.
#define KOBJ_ORDERED(suffix, type)                                           \
    FORCEINLINE type ReadAcquire##suffix(type const volatile* source) {      \
        return __atomic_load_n(source, __ATOMIC_ACQUIRE);                    \
    }                                                                        \
    FORCEINLINE type ReadNoFence##suffix(type const volatile* source) {      \
        return __atomic_load_n(source, __ATOMIC_RELAXED);                    \
    }                                                                        \
    FORCEINLINE type ReadRaw##suffix(type const volatile* source) {          \
        return __atomic_load_n(source, __ATOMIC_RELAXED);                    \
    }                                                                        \
    FORCEINLINE void WriteRelease##suffix(type volatile* target, type value) { \
        __atomic_store_n(target, value, __ATOMIC_RELEASE);                   \
    }                                                                        \
    FORCEINLINE void WriteNoFence##suffix(type volatile* target, type value) { \
        __atomic_store_n(target, value, __ATOMIC_RELAXED);                   \
    }                                                                        \
    FORCEINLINE void WriteRaw##suffix(type volatile* target, type value) {   \
        __atomic_store_n(target, value, __ATOMIC_RELAXED);                   \
    }
#if defined(__GNUC__)
KOBJ_ORDERED(, LONG)
KOBJ_ORDERED(8, CHAR)
KOBJ_ORDERED(16, SHORT)
KOBJ_ORDERED(64, LONG64)
KOBJ_ORDERED(ULong, uint32_t)
KOBJ_ORDERED(ULong64, ULONG64)
KOBJ_ORDERED(UShort, uint16_t)
KOBJ_ORDERED(UChar, unsigned char)
KOBJ_ORDERED(Pointer, PVOID)
#endif
#undef KOBJ_ORDERED
