int wmain(int count, const wchar_t** arguments);
int wmain(int count, wchar_t** arguments);

int wmain(int count, wchar_t** arguments) {
    return wmain(count, const_cast<const wchar_t**>(arguments));
}
