int wmain(int count, const wchar_t* const* arguments);
int wmain(int count, const wchar_t** arguments);

int wmain(int count, const wchar_t** arguments) {
    return wmain(count, static_cast<const wchar_t* const*>(arguments));
}
