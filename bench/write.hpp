#pragma once

#include "report.hpp"

namespace bench {

/// A table for each group.
void print(const table_reporter& report);
/// The same for a page of documentation, and as one picture: a bar for each case, as long as its ratio.
bool write_markdown(const table_reporter& report, const std::string& path);
bool write_svg(const table_reporter& report, const std::string& path);

}  // namespace bench
