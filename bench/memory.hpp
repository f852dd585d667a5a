#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

/// How much shared memory objects, handles, names, threads and processes take: what, and bytes for each.
std::vector<std::pair<std::string, std::string>> memory_in_use();

}  // namespace bench
