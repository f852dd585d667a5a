#include "report.hpp"

#include <algorithm>
#include <cstdio>

namespace bench {
namespace {

// Google Benchmark 1.8 renamed the members.
template <class Run>
std::string why_skipped(const Run& run) {
    if constexpr (requires { run.error_occurred; })
        return run.error_occurred ? "failed: " + run.error_message : "";
    else
        return static_cast<int>(run.skipped) != 0 ? "failed: " + run.skip_message : "";
}

}  // namespace

table_reporter::row& table_reporter::find(const std::string& group, const std::string& name) {
    auto& rows = groups_[group];
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const row& r) { return r.name == name; });
    if (found != rows.end()) return *found;
    return rows.emplace_back(row{name, 0, 0, 0});
}

bool table_reporter::ReportContext(const Context& context) {
    std::printf("%d CPUs at %.0f MHz\n", context.cpu_info.num_cpus, context.cpu_info.cycles_per_second / 1e6);
    return true;
}

void table_reporter::ReportRuns(const std::vector<Run>& runs) {
    for (const Run& run : runs) {
        const std::string name = run.run_name.function_name;
        if (const std::string why = why_skipped(run); !why.empty()) {
            std::printf("%s: %s\n", name.c_str(), why.c_str());
            failed_ = true;
            continue;
        }
        const std::size_t slash = name.find('/');
        row& r = find(name.substr(0, slash), name.substr(slash + 1));
        r.order = run.family_index;
        if (run.aggregate_name == "median") r.median_ns = run.GetAdjustedRealTime();
        if (run.aggregate_name == "stddev") r.spread_ns = run.GetAdjustedRealTime();
    }
}

void table_reporter::Finalize() {
    for (auto& [group, rows] : groups_) {
        // As they stand in the source, not as they happened to run.
        std::sort(rows.begin(), rows.end(), [](const row& a, const row& b) { return a.order < b.order; });
        std::printf("\n%-34s %12s %12s %8s\n", group.c_str(), "median ns", "stddev ns", "ratio");
        for (const row& r : rows)
            std::printf("%-34s %12.2f %12.2f %8.2f\n", r.name.c_str(), r.median_ns, r.spread_ns,
                        r.median_ns / rows.front().median_ns);
    }
    std::fflush(stdout);
}

}  // namespace bench
