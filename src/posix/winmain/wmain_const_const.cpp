int wmain();
int wmain(int count, const wchar_t* const* arguments);

int wmain(int, const wchar_t* const*) {
    return wmain();
}
