#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "posix/facts/trace_ring.hpp"

namespace kobj::tool {

/// Events as the trace event format, which Perfetto and chrome://tracing show: waits as slices of their threads, what a
/// thread holds beside it, an arrow from who releases or signals to who goes on by that.
/// `programs` by id of the process.
nlohmann::json picture_of(const std::vector<posix::traced_event>& events,
                          const std::map<posix::u32, std::string>& programs);

/// `acquired`, `times out`, ... as it is shown and in JSON.
const char* word_of(posix::trace::what what);
/// `mutex "name"`, `event #17`; empty for none.
std::string object_of(const posix::traced_event& event);

}  // namespace kobj::tool
