#include "memory.hpp"
#include "write.hpp"

#include <kobj/kobj.hpp>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

// --markdown=FILE and so on; the rest is Google Benchmark's.
bool take(const char* argument, const char* option, std::string& value) {
    const std::size_t length = std::strlen(option);
    if (std::strncmp(argument, option, length) != 0) return false;
    value = argument + length;
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    // A child of process_bench.cpp: it has arrived, and that is all.
    if (argc == 3 && std::strcmp(argv[1], "--child") == 0) return write(std::atoi(argv[2]), "", 1) == 1 ? 0 : 1;

    if (argc == 2 && std::strcmp(argv[1], "--nothing") == 0) return 0;
    if (argc == 2 && std::strcmp(argv[1], "--attach") == 0) return kobj::event::create() ? 0 : 1;
    // A child of other benchmarks: it waits to be ended.
    if (argc == 2 && std::strcmp(argv[1], "--sleep") == 0) {
        for (;;) pause();
    }

    // Many short repetitions in random order: what disturbs the machine meets all cases alike. Arguments of the
    // caller's come later and win.
    char order[] = "--benchmark_enable_random_interleaving=true";
    char repetitions[] = "--benchmark_repetitions=25";
    char length[] = "--benchmark_min_time=0.05";
    std::vector<char*> arguments{argv[0], order, repetitions, length};
    std::string markdown;
    std::string svg;
    std::string wine;
    bool memory = false;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--memory") == 0)
            memory = true;
        else if (!take(argv[i], "--markdown=", markdown) && !take(argv[i], "--svg=", svg) &&
                 !take(argv[i], "--wine=", wine))
            arguments.push_back(argv[i]);
    }
    int count = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);

    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
    bench::table_reporter report;
    // Before anything else has taken memory.
    if (memory) report.notes = bench::memory_in_use();
    benchmark::RunSpecifiedBenchmarks(&report);
    benchmark::Shutdown();
    if (!wine.empty() && !report.add_file(wine, "Wine"))
        std::printf("%s has nothing that was measured\n", wine.c_str());
    bench::print(report);
    if (!markdown.empty() && !bench::write_markdown(report, markdown))
        std::printf("%s: not written\n", markdown.c_str());
    if (!svg.empty() && !bench::write_svg(report, svg)) std::printf("%s: not written\n", svg.c_str());
    return report.failed() ? 1 : 0;
}
