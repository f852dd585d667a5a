#include "windows.hpp"

#include <cstring>

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
