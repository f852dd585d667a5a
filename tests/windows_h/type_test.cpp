#include "windows.hpp"

TEST_CASE("Integers and addresses become each other", "[windows_h][types]") {
    const auto high = reinterpret_cast<HANDLE>(static_cast<ULONG_PTR>(0x123456789ABCDEF0));
    CHECK(HandleToULong(high) == 0x9ABCDEF0U);
    CHECK(HandleToUlong(high) == 0x9ABCDEF0U);
    CHECK(HandleToLong(high) == static_cast<LONG>(0x9ABCDEF0U));
    CHECK(PtrToUlong(high) == 0x9ABCDEF0U);
    CHECK(PtrToLong(high) == static_cast<LONG>(0x9ABCDEF0U));
    CHECK(PtrToUint(high) == 0x9ABCDEF0U);
    CHECK(PtrToInt(high) == static_cast<int>(0x9ABCDEF0U));
    CHECK(PtrToUshort(high) == 0xDEF0U);
    CHECK(PtrToShort(high) == static_cast<short>(0xDEF0U));
    const auto minus = reinterpret_cast<void*>(static_cast<INT_PTR>(-1));
    const auto large = reinterpret_cast<void*>(static_cast<UINT_PTR>(0xFFFFFFFFU));
    CHECK(LongToHandle(-1) == minus);
    CHECK(ULongToHandle(0xFFFFFFFFU) == large);
    CHECK(UlongToHandle(0xFFFFFFFFU) == large);
    CHECK(IntToPtr(-1) == minus);
    CHECK(LongToPtr(-1) == minus);
    CHECK(UIntToPtr(0xFFFFFFFFU) == large);
    CHECK(UintToPtr(0xFFFFFFFFU) == large);
    CHECK(ULongToPtr(0xFFFFFFFFU) == large);
    CHECK(UlongToPtr(0xFFFFFFFFU) == large);
}

namespace {
struct outer {
    int first;
    DECLSPEC_ALIGN(16) int inner;
};
}  // namespace

TEST_CASE("Macros of structures", "[windows_h][types]") {
    outer value = {};
    CHECK(CONTAINING_RECORD(&value.inner, outer, inner) == &value);
    CHECK(FIELD_OFFSET(outer, inner) == 16);
    const int list[] = {1, 2, 3};
    CHECK(ARRAYSIZE(list) == 3);
    CHECK(list[2] == 3);
    unsigned __int64 wide = MAXULONGLONG;
    CHECK(wide == 0xFFFFFFFFFFFFFFFFULL);
    C_ASSERT(sizeof(__int64) == 8);
    C_ASSERT(sizeof(__int32) == 4);
    C_ASSERT(sizeof(MEMORY_BASIC_INFORMATION) == 48);
    CHECK(MAXUINT == 0xFFFFFFFFU);
    CHECK(MAXLONGLONG == 0x7FFFFFFFFFFFFFFFLL);
}
