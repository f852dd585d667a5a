#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace bench {

/// Collects the median of each benchmark, named group/case, and prints a table for each group
/// with the ratio to the group's first case.
class table_reporter : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context& context) override;
    void ReportRuns(const std::vector<Run>& runs) override;
    void Finalize() override;

    /// Did a benchmark give up?
    [[nodiscard]] bool failed() const { return failed_; }

private:
    struct row {
        std::string name;
        double median_ns;
        double spread_ns;
        std::int64_t order;  ///< in the source
    };
    row& find(const std::string& group, const std::string& name);

    std::map<std::string, std::vector<row>> groups_;
    bool failed_ = false;
};

}  // namespace bench
