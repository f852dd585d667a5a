#include <windows.h>

// The target has the linker call this instead of main (--wrap), so that the result of a main of the program's own,
// which is what _tmain is without _UNICODE, is an exit code of 32 bits, too.
extern "C" int main_of_program(int count, char** texts, char** variables) __asm__("__real_main");
extern "C" int wrapped_main(int count, char** texts, char** variables) __asm__("__wrap_main");

int wrapped_main(int count, char** texts, char** variables) {
    ExitProcess(static_cast<UINT>(main_of_program(count, texts, variables)));
}
