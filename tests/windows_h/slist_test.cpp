#include "windows.hpp"

#include <malloc.h>

#include <atomic>
#include <thread>
#include <vector>

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
