#pragma once

#include <kobj/kobj.hpp>

#include <cstdint>
#include <ostream>
#include <vector>

/// Reading the state back: what a test compares after each step, failures included.
namespace test {

/// The error of a result; success when it has none.
template <class T>
kobj::errc error_of(const kobj::result<T>& outcome) {
    return outcome ? kobj::errc::success : static_cast<kobj::errc>(outcome.error().value());
}

/// How a mutex looks to another thread, which gives it back at once. An abandonment is told once, so it is used up.
enum class seen { free, owned, abandoned };
std::ostream& operator<<(std::ostream& out, seen how);
seen probe(kobj::handle_value mutex);
inline seen probe(const kobj::mutex& mutex) {
    return probe(mutex.get());
}

/// How many handles lead to the object, in all processes.
std::uint32_t usage_count(kobj::handle_value value);
template <class Object>
std::uint32_t usage_count(const Object& object) {
    return usage_count(object.get());
}

/// One entry of this process's handle table.
struct entry {
    kobj::handle_value value;
    kobj::object_type type;
    kobj::access_mask access;
    kobj::handle_flags flags;
    std::uint32_t usage_count;  ///< of what only kobj holds handles to: 0 for processes and threads
    friend bool operator==(const entry&, const entry&) = default;
};
std::ostream& operator<<(std::ostream& out, const entry& each);

/// The entries that lead to objects of kobj's types; on Windows without events, semaphores and timers, which runtimes
/// open for themselves. Equal before and after: nothing changed, nothing leaked.
std::vector<entry> table();

/// Is the handle open?
bool is_open(kobj::handle_value value);

/// Returns once that many threads sleep on the object. On Windows nobody can tell: it gives them a moment.
void until_waiting(kobj::handle_value object, std::size_t threads = 1);
template <class Object>
void until_waiting(const Object& object, std::size_t threads = 1) {
    until_waiting(object.get(), threads);
}

}  // namespace test
