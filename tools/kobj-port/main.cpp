#include <cstdio>
#include <exception>

#include "command.hpp"

int main(int argc, char** argv) {
    try {
        const port::outcome end = port::run(std::vector<std::string>(argv + 1, argv + argc));
        std::fputs(end.error.c_str(), stderr);
        const bool written =
            std::fwrite(end.out.data(), 1, end.out.size(), stdout) == end.out.size() && std::fflush(stdout) == 0;
        return written ? end.code : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "kobj-port: %s\n", error.what());
        return 2;
    }
}
