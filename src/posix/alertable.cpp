#include "posix/alertable.hpp"

#include "posix/dispatch/wait.hpp"
#include "posix/os/futex.hpp"

namespace kobj::detail {

void alert::wake() noexcept {
    // The thread itself is the only one that sleeps on it.
    posix::os::futex_wake(word, 1);
}

bool sleep(timeout limit, alert& alerted) noexcept {
    return posix::sleep_for(limit, alerted);
}

}  // namespace kobj::detail
