#include "scratch.hpp"

#include "platform.hpp"

#include <kobj/process.hpp>

#include <atomic>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace test {

std::string unique_name(const std::string& stem) {
    static std::atomic<unsigned> next{0};
    return "kobj-test-" + std::to_string(system_process_id()) + "-" + std::to_string(next++) + "-" + stem;
}

scratch_directory::scratch_directory() : path_(std::filesystem::temp_directory_path() / unique_name("scratch")) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
}

scratch_directory::~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::string& path, const std::string& content) {
    std::ofstream out(path, std::ios::binary);
    out << content;
    if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string plain_program() {
    return (std::filesystem::path(kobj::process::executable_path()).parent_path() / ("kobj_plain" + program_suffix()))
        .string();
}

}  // namespace test
