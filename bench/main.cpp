#include "report.hpp"

#include <benchmark/benchmark.h>

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <vector>

int main(int argc, char** argv) {
    // A child of process_bench.cpp: it has arrived, and that is all.
    if (argc == 3 && std::strcmp(argv[1], "--child") == 0) return write(std::atoi(argv[2]), "", 1) == 1 ? 0 : 1;
    // Many short repetitions in random order: what disturbs the machine meets all cases alike. Arguments of the
    // caller's come later and win.
    char order[] = "--benchmark_enable_random_interleaving=true";
    char repetitions[] = "--benchmark_repetitions=25";
    char length[] = "--benchmark_min_time=0.05";
    std::vector<char*> arguments{argv[0], order, repetitions, length};
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    int count = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);

    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
    bench::table_reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    benchmark::Shutdown();
    return reporter.failed() ? 1 : 0;
}
