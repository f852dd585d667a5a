#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bench {

struct row {
    std::string name;
    std::int64_t order;  ///< in the source
    double median_ns = 0;
    double spread_ns = 0;  ///< standard deviation
    double longest_ms = 0;
};
/// Cases that are compared with the first one.
struct group {
    std::string name;
    std::vector<row> rows;
};

/// Collects the median of each benchmark, named group/case, and prints a table for each group with the ratio to the
/// group's first case.
class table_reporter : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context& context) override;
    void ReportRuns(const std::vector<Run>& runs) override;
    void Finalize() override;

    /// What another program has measured, a line each: group/case, a tab, nanoseconds.
    bool add_file(const std::string& path, const std::string& who);

    /// Did a benchmark give up?
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] const std::vector<group>& groups() const { return groups_; }
    /// What is not a time: a line each, what and how much.
    std::vector<std::pair<std::string, std::string>> notes;
    [[nodiscard]] const std::string& machine() const { return machine_; }

private:
    row& find(const std::string& name, std::int64_t order);

    std::vector<group> groups_;
    std::string machine_;
    bool failed_ = false;
};

}  // namespace bench
