#include "damaged_session.hpp"
#include "own_session.hpp"

#include <cstddef>

// Bytes of a live session's arena change, and calls follow: each must end, with whatever answer.

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerInitialize(int*, char*** argv) {
    fuzz::enter_own_session(*argv);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static fuzz::damaged_session session;
    session.play({bytes, size});
    return 0;
}
