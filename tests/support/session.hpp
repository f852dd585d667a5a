#pragma once

#include <kobj/process.hpp>

#include <cstdint>
#include <string>

namespace test {

/// A session of its own, for tests that damage or fill an arena. POSIX only. Removes what is left at its end.
/// Its name begins with that of the session around it.
class own_session {
public:
    own_session();
    own_session(const own_session&) = delete;
    own_session& operator=(const own_session&) = delete;
    ~own_session();

    /// The path of its arena, whether or not there is one.
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Options for a child that belongs to it.
    [[nodiscard]] kobj::process_options options() const;
    [[nodiscard]] bool exists() const;
    /// Has one of its processes proved that it lives?
    [[nodiscard]] bool has_living_process() const;
    /// How many bytes of memory its arena takes.
    [[nodiscard]] std::uint64_t memory() const;

private:
    std::string name_;
    std::string path_;
};

}  // namespace test
