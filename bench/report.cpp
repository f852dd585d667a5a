#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>

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

std::string processor() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    }
    return "unknown processor";
}

}  // namespace

row& table_reporter::find(const std::string& name, std::int64_t order) {
    const std::size_t slash = name.find('/');
    const std::string group_name = name.substr(0, slash);
    auto in = std::find_if(groups_.begin(), groups_.end(), [&](const group& g) { return g.name == group_name; });
    if (in == groups_.end()) in = groups_.insert(groups_.end(), group{group_name, {}});
    const std::string row_name = slash == std::string::npos ? group_name : name.substr(slash + 1);
    auto found = std::find_if(in->rows.begin(), in->rows.end(), [&](const row& r) { return r.name == row_name; });
    if (found == in->rows.end()) found = in->rows.insert(in->rows.end(), row{row_name, order});
    return *found;
}

bool table_reporter::ReportContext(const Context& context) {
    machine_ = std::to_string(context.cpu_info.num_cpus) + " CPUs, " + processor();
    std::printf("%s\n", machine_.c_str());
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
        row& r = find(name, run.family_index);
        if (run.aggregate_name == "median") r.median_ns = run.GetAdjustedRealTime();
        if (run.aggregate_name == "stddev") r.spread_ns = run.GetAdjustedRealTime();
        if (const auto longest = run.counters.find("longest wait, ms"); longest != run.counters.end())
            r.longest_ms = std::max(r.longest_ms, double{longest->second});
    }
}

bool table_reporter::add_file(const std::string& path, const std::string& who) {
    std::ifstream file(path);
    bool any = false;
    for (std::string line; std::getline(file, line);) {
        const std::size_t tab = line.find('\t');
        if (tab == std::string::npos) continue;
        const std::string name = line.substr(0, tab);
        // Beside what was measured here only.
        const auto measured = [&](const group& g) { return name.starts_with(g.name + "/"); };
        if (std::none_of(groups_.begin(), groups_.end(), measured)) continue;
        find(name + ", " + who, std::numeric_limits<std::int64_t>::max()).median_ns = std::stod(line.substr(tab + 1));
        any = true;
    }
    return any;
}

void table_reporter::Finalize() {
    // As they stand in the source, not as they happened to run.
    for (group& g : groups_)
        std::stable_sort(g.rows.begin(), g.rows.end(), [](const row& a, const row& b) { return a.order < b.order; });
    std::stable_sort(groups_.begin(), groups_.end(),
                     [](const group& a, const group& b) { return a.rows.front().order < b.rows.front().order; });
}

}  // namespace bench
