#pragma once

#include <kobj/handle.hpp>

#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "posix/handle/target.hpp"

namespace kobj::posix {

/// The working part of a wait set: any number of objects, each with a watch. Its threads sleep on one event. Belongs to
/// the process that made it; in a forked child it must be forgotten.
class watcher {
public:
    explicit watcher(const context& me);

    /// The watch of the new member, with `key`. Throws failure.
    u32 add(const context& me, const target& member, u64 key);
    void remove(const context& me, u32 watch);
    void remove_all(const context& me);
    /// Lets a muted watch fire again, and at once if its object is ready.
    void unmute(const context& me, u32 watch);

    struct found {
        u64 key;
        u32 watch;
        wait_status status;
    };
    enum class manner : u8 {
        take,           ///< as a wait does; the members take turns
        take_and_mute,  ///< and the watch stays quiet until unmute()
        mute,           ///< takes nothing; the watch stays quiet until unmute()
    };
    /// A member that is ready, or nothing when the limit has passed.
    std::optional<found> next(const context& me, timeout limit, manner how);

private:
    struct member {
        object_record* object;
        object_type type;
    };

    [[nodiscard]] object_record& set(const context& me) const;
    std::optional<found> take_fired(const context& me, manner how);
    void look_at_clocked(const context& me, bool thorough);
    /// How long to sleep, and whose death to watch for.
    i64 earliest(i64 until, std::vector<u64>& lives);

    handle event_;
    std::mutex gate_;
    std::unordered_map<u32, member> members_;
    std::vector<u32> clocked_;  ///< those that become ready although nobody signals them
};

}  // namespace kobj::posix
