#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kobj::tool {

/// Of UTF-8, in characters.
std::size_t width_of(std::string_view text);

/// Lines of words in columns, as wide as need be; the last column is not filled up. On a
/// terminal a line ends at its edge.
class table {
public:
    explicit table(std::vector<std::string> heads) : rows_{std::move(heads)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] bool empty() const noexcept { return rows_.size() == 1; }
    void print() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace kobj::tool
