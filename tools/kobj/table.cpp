#include "table.hpp"

#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>

#include "style.hpp"

namespace kobj::tool {

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void table::print() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
    }
    const std::size_t most = line_width();
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c) {
            line += row[c];
            if (c + 1 < row.size()) line.append(widths[c] - width_of(row[c]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        line = cut(std::move(line), most);
        fmt::print("{}\n", &row == &rows_.front() ? heading(std::move(line)) : line);
    }
}

}  // namespace kobj::tool
