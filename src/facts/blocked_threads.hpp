#pragma once

#include <kobj/inspect.hpp>

#include "facts/session_facts.hpp"

namespace kobj::facts {

std::vector<inspect::blocked_thread> blocked_threads_of(const session_facts& all);

}  // namespace kobj::facts
