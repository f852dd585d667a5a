#pragma once

#include <windows.h>

// How `main` finds the function that the program has instead. Each of wWinMain, wmain in C and the forms of wmain in
// C++ has a definition here, in an object of its own of the archive, that calls the next form. The linker takes it only
// when the program has none of that name; the last one calls what nobody defines. So what is called is what is there,
// and a program without any is an error of the linker.
//
//     main > WinMain > wWinMain > wmain (C) > wmain (C++) with three parameters, two, const ones, none > error
namespace kobj::winmain {

/// What main was given.
extern int argument_count;
extern char** arguments;

/// Behind the program's name and the blanks after it, as the C library of Windows finds it.
template <class Char>
Char* behind_program(Char* command_line) noexcept {
    bool quoted = false;
    for (; *command_line != 0 && (quoted || *command_line > ' '); ++command_line)
        if (*command_line == '"') quoted = !quoted;
    while (*command_line != 0 && *command_line <= ' ') ++command_line;
    return command_line;
}

}  // namespace kobj::winmain
