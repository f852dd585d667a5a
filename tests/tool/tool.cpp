#include "tool.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#if defined(_WIN32)
#    include "support/role.hpp"
#    include "support/scratch.hpp"
#else
#    include <sys/wait.h>
#endif

namespace test {

#if defined(_WIN32)

// Without inheritance: whoever inherits has objects open, too. The shell makes the file.
tool_answer kobj_tool(const std::string& arguments) {
    // Of a program that was built on Linux, too, as Wine's shell understands it.
    std::string program = KOBJ_TOOL;
    if (program.starts_with('/')) program = "Z:" + program;
    std::replace(program.begin(), program.end(), '/', '\\');
    const scratch_directory scratch;
    const std::string file = scratch.file("answer");
    const auto shell = kobj::process::start_command_line(
        "cmd.exe /c \"" + program + ' ' + arguments + " >\"" + file + "\" 2>&1\"", {.inherit = kobj::inherit::none});
    tool_answer answer;
    answer.code = static_cast<int>(wait_for_exit(shell.value()));
    answer.text = read_file(file);
    std::erase(answer.text, '\r');
    return answer;
}

#else

tool_answer kobj_tool(const std::string& arguments) {
    const std::string command = std::string(KOBJ_TOOL) + ' ' + arguments + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("popen");
    tool_answer answer;
    std::array<char, 4096> part{};
    while (const std::size_t got = fread(part.data(), 1, part.size(), pipe)) answer.text.append(part.data(), got);
    const int status = pclose(pipe);
    answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return answer;
}

#endif

}  // namespace test
