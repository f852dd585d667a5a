#include "in_threads.hpp"

using test::each_in_own_thread;
using test::in_threads;

namespace {
std::atomic<int> once_calls{0};
BOOL CALLBACK once_work(PINIT_ONCE, PVOID parameter, PVOID* context) {
    ++once_calls;
    Sleep(5);
    *context = parameter;
    return TRUE;
}
BOOL CALLBACK once_fails(PINIT_ONCE, PVOID, PVOID*) {
    ++once_calls;
    SetLastError(4321);
    return FALSE;
}
alignas(8) int once_data = 0;
}  // namespace

TEST_CASE("A function is executed once by many threads", "[windows_h][lock]") {
    for (int round = 0; round < 10; ++round) {
        INIT_ONCE once = INIT_ONCE_STATIC_INIT;
        once_calls = 0;
        CHECK(each_in_own_thread(6, [&](int) {
            PVOID context = nullptr;
            return InitOnceExecuteOnce(&once, once_work, &once_data, &context) != FALSE && context == &once_data;
        }));
        CHECK(once_calls == 1);
        CHECK(InitOnceExecuteOnce(&once, once_fails, nullptr, nullptr) != FALSE);
        CHECK(once_calls == 1);
    }
}

TEST_CASE("A function that fails is executed again", "[windows_h][lock]") {
    INIT_ONCE once;
    InitOnceInitialize(&once);
    once_calls = 0;
    REFUSES(InitOnceExecuteOnce(&once, once_fails, nullptr, nullptr), 4321U);
    REFUSES(InitOnceExecuteOnce(&once, once_fails, nullptr, nullptr), 4321U);
    CHECK(once_calls == 2);
    PVOID context = nullptr;
    CHECK(InitOnceExecuteOnce(&once, once_work, &once_data, &context) != FALSE);
    CHECK(context == &once_data);
}

TEST_CASE("One-time initialization in steps", "[windows_h][lock]") {
    INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    BOOL pending = 77;
    PVOID context = nullptr;
    REFUSES(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context), ERROR_GEN_FAILURE);
    REFUSES(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC, &pending, &context),
            ERROR_INVALID_PARAMETER);
    CHECK(pending == 77);
    REFUSES(InitOnceComplete(&once, 0, nullptr), ERROR_GEN_FAILURE);
    CHECK(InitOnceBeginInitialize(&once, 0, &pending, &context) != FALSE);
    CHECK(pending == TRUE);
    REFUSES(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context), ERROR_GEN_FAILURE);
    REFUSES(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context), ERROR_INVALID_PARAMETER);
    REFUSES(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED, &once_data), ERROR_INVALID_PARAMETER);
    REFUSES(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED | INIT_ONCE_ASYNC, nullptr), ERROR_INVALID_PARAMETER);
    REFUSES(InitOnceComplete(&once, 0, reinterpret_cast<PVOID>(1)), ERROR_INVALID_PARAMETER);
    CHECK(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED, nullptr) != FALSE);
    CHECK(InitOnceBeginInitialize(&once, 0, &pending, nullptr) != FALSE);
    CHECK(pending == TRUE);
    CHECK(InitOnceComplete(&once, 0, &once_data) != FALSE);
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context) != FALSE);
    CHECK(pending == FALSE);
    CHECK(context == &once_data);
    REFUSES(InitOnceComplete(&once, 0, &once_data), ERROR_GEN_FAILURE);
    CHECK(INIT_ONCE_CTX_RESERVED_BITS == 2);
    if (!test::on_wine()) REFUSES(InitOnceBeginInitialize(&once, 8, &pending, &context), ERROR_INVALID_PARAMETER);
}

TEST_CASE("Several threads try, and the first to complete wins", "[windows_h][lock]") {
    INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    BOOL pending = FALSE;
    PVOID context = nullptr;
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context) != FALSE);
    CHECK(pending == TRUE);
    pending = FALSE;
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context) != FALSE);
    CHECK(pending == TRUE);
    REFUSES(InitOnceBeginInitialize(&once, 0, &pending, &context), ERROR_INVALID_PARAMETER);
    REFUSES(InitOnceComplete(&once, 0, nullptr), ERROR_INVALID_PARAMETER);
    CHECK(InitOnceComplete(&once, INIT_ONCE_ASYNC, &once_data) != FALSE);
    REFUSES(InitOnceComplete(&once, INIT_ONCE_ASYNC, nullptr), ERROR_GEN_FAILURE);
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context) != FALSE);
    CHECK(context == &once_data);
}

TEST_CASE("A failed attempt lets the next thread try", "[windows_h][lock]") {
    INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    std::atomic<int> attempts{0};
    std::atomic<int> saw_done{0};
    in_threads(4, [&](int) {
        BOOL pending = FALSE;
        PVOID context = nullptr;
        if (!InitOnceBeginInitialize(&once, 0, &pending, &context)) return;
        if (pending) {
            const bool fails = ++attempts < 3;
            Sleep(2);
            InitOnceComplete(&once, fails ? INIT_ONCE_INIT_FAILED : 0, fails ? nullptr : &once_data);
        } else if (context == &once_data) {
            ++saw_done;
        }
    });
    CHECK(attempts == 3);
    CHECK(saw_done == 1);
}
