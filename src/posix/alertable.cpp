#include "posix/alertable.hpp"

#include "posix/dispatch/queue.hpp"
#include "posix/dispatch/wait.hpp"
#include "posix/os/futex.hpp"
#include "posix/process/attach.hpp"

namespace kobj::detail {

void alert::wake() noexcept {
    if (waiter.load(std::memory_order_seq_cst) != 0) {
        // An error, of a damaged arena, is one that the thread itself meets.
        (void)posix::guarded([&] {
            posix::transact(posix::enter(), [&](posix::transaction& tx) {
                // The thread changes it only while it does not wait.
                if (const std::uint32_t thread = waiter.load(std::memory_order_relaxed); thread != 0)
                    posix::end_alerted(tx, thread);
            });
        });
    }
    // The thread itself is the only one that sleeps on it.
    posix::os::futex_wake(word, 1);
}

bool sleep(timeout limit, alert& alerted) noexcept {
    return posix::sleep_for(limit, alerted);
}

}  // namespace kobj::detail
