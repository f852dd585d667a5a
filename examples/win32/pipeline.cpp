// What a shell does for "list | longer | number": three children, joined by two pipes. A third pipe brings back what
// the last one writes.

#include "win32.hpp"

#include <cstring>

namespace {

// Reads lines from the standard input, and gives each to `use`.
template <class F>
void ForEachLine(F use) {
    const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    std::string text;
    char part[64];
    DWORD length = 0;
    while (ReadFile(input, part, sizeof part, &length, nullptr) && length != 0) {
        text.append(part, length);
        for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            use(text.substr(0, end));
            text.erase(0, end + 1);
        }
    }
    // Every writer has closed its end, or has ended.
    if (length == 0 && GetLastError() != ERROR_BROKEN_PIPE && GetLastError() != NO_ERROR) Fail("ReadFile");
}

void WriteLine(const std::string& line) {
    const std::string text = line + "\n";
    DWORD done = 0;
    if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text.data(), static_cast<DWORD>(text.size()), &done, nullptr))
        Fail("WriteFile");
}

int List() {
    for (const char* word : {"pipe", "handle", "ox", "descriptor", "inheritance", "file"}) WriteLine(word);
    return 0;
}

int Longer() {
    ForEachLine([](const std::string& line) {
        if (line.size() > 4) WriteLine(line);
    });
    return 0;
}

int Number() {
    int number = 0;
    ForEachLine([&](const std::string& line) { WriteLine(std::to_string(++number) + ". " + line); });
    return number;
}

struct Pipe {
    Handle reader;
    Handle writer;
    Pipe() {
        HANDLE read = nullptr;
        HANDLE write = nullptr;
        if (!CreatePipe(&read, &write, nullptr, 0)) Fail("CreatePipe");
        reader = Handle(read);
        writer = Handle(write);
    }
};

// A child with these streams. Only they are inheritable, and only while it starts: a copy of a writer in some other
// child would keep its reader waiting.
Child Start(const wchar_t* role, HANDLE input, HANDLE output) {
    STARTUPINFOW start = {};
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = input;
    start.hStdOutput = output;
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    for (HANDLE each : {input, output})
        if (each != nullptr) SetHandleInformation(each, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    Child child = StartSelf(role, TRUE, 0, start);
    for (HANDLE each : {input, output})
        if (each != nullptr) SetHandleInformation(each, HANDLE_FLAG_INHERIT, 0);
    return child;
}

}  // namespace

extern "C" int wmain(int argc, wchar_t** argv) {
    if (argc == 2) {
        const std::wstring role = argv[1];
        return role == L"list" ? List() : role == L"longer" ? Longer() : Number();
    }

    Pipe words;
    Pipe longWords;
    Pipe result;
    const Child list = Start(L"list", nullptr, words.writer.Get());
    const Child longer = Start(L"longer", words.reader.Get(), longWords.writer.Get());
    const Child number = Start(L"number", longWords.reader.Get(), result.writer.Get());
    // The children have their own. As long as a writer is open here, its reader sees no end.
    words = Pipe();
    longWords = Pipe();
    result.writer.Close();

    std::string all;
    char part[64];
    DWORD length = 0;
    while (ReadFile(result.reader.Get(), part, sizeof part, &length, nullptr) && length != 0) all.append(part, length);
    std::printf("%s", all.c_str());
    std::printf("The end of the pipe: error %u.\n", static_cast<unsigned>(GetLastError()));
    std::printf("Codes: %u, %u, %u.\n", static_cast<unsigned>(list.ExitCode()),
                static_cast<unsigned>(longer.ExitCode()), static_cast<unsigned>(number.ExitCode()));
    return 0;
}
