int wmain(int count, wchar_t** arguments);
int wmain(int count, wchar_t** arguments, wchar_t** environment);

int wmain(int count, wchar_t** arguments, wchar_t**) {
    return wmain(count, arguments);
}
