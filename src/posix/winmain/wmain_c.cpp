// The linker knows the forms of C++ by their mangled names, that of C by its plain one.
int wmain(int count, wchar_t** arguments, wchar_t** environment);

extern "C" int wmain_in_c(int count, wchar_t** arguments, wchar_t** environment) __asm__("wmain");
int wmain_in_c(int count, wchar_t** arguments, wchar_t** environment) {
    return wmain(count, arguments, environment);
}
