#include "support/catch.hpp"

#include <kobj/command_line.hpp>

#include <string>
#include <vector>

using kobj::join_command_line;
using kobj::quote_argument;
using kobj::split_command_line;
using texts = std::vector<std::string>;

TEST_CASE("An argument that needs no quotes stays as it is", "[command_line]") {
    CHECK(quote_argument("plain") == "plain");
    CHECK(quote_argument("back\\slash\\") == "back\\slash\\");
    CHECK(quote_argument("--flag=1") == "--flag=1");
}

TEST_CASE("An argument with spaces, quotes or nothing in it is quoted", "[command_line]") {
    CHECK(quote_argument("") == "\"\"");
    CHECK(quote_argument("a b") == "\"a b\"");
    CHECK(quote_argument("a b\\") == "\"a b\\\\\"");
    CHECK(split_command_line("p " + quote_argument("say \"hi\"")) == texts{"p", "say \"hi\""});
    CHECK(split_command_line("p " + quote_argument("tab\there")) == texts{"p", "tab\there"});
}

// The table of https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
TEST_CASE("A command line is split as Microsoft's examples show", "[command_line]") {
    CHECK(split_command_line(R"(p "a b c" d e)") == texts{"p", "a b c", "d", "e"});
    CHECK(split_command_line(R"(p "ab\"c" "\\" d)") == texts{"p", "ab\"c", "\\", "d"});
    CHECK(split_command_line(R"(p a\\\b d"e f"g h)") == texts{"p", R"(a\\\b)", "de fg", "h"});
    CHECK(split_command_line(R"(p a\\\"b c d)") == texts{"p", R"(a\"b)", "c", "d"});
    CHECK(split_command_line(R"(p a\\\\"b c" d e)") == texts{"p", R"(a\\b c)", "d", "e"});
    CHECK(split_command_line(R"(p a"b"" c d)") == texts{"p", "ab\" c d"});
}

TEST_CASE("Blanks between arguments do not count, quoted nothing is an argument", "[command_line]") {
    CHECK(split_command_line("p   a \t b  ") == texts{"p", "a", "b"});
    CHECK(split_command_line("p \"\" \"\"") == texts{"p", "", ""});
    CHECK(split_command_line("p") == texts{"p"});
}

TEST_CASE("The program's name knows quotes but no escapes", "[command_line]") {
    CHECK(split_command_line(R"("c:\my dir\p.exe" a)") == texts{R"(c:\my dir\p.exe)", "a"});
    CHECK(split_command_line(R"("c:\dir\" a)") == texts{R"(c:\dir\)", "a"});
    CHECK(split_command_line(R"(c:\dir\p a)") == texts{R"(c:\dir\p)", "a"});
    CHECK(split_command_line(join_command_line({R"(c:\my dir\)", "a"})) == texts{R"(c:\my dir\)", "a"});
}

TEST_CASE("What is joined is split again into the same", "[command_line]") {
    for (const texts& each : {
             texts{"prog"},
             texts{"my prog", "a", "b c", ""},
             texts{"prog", "\\", "\\\\", "\\\\ \\", "end\\"},
             texts{"prog", "\"", "\"\"", "\\\"", "a\\\\\"b", " \" "},
             texts{"prog",
                   "gr\xc3\xbc\xc3\x9f"
                   "e",
                   "\xf0\x9f\x98\x80 x"},
             texts{"prog", "line\nbreak", "tab\t", "\v"},
             texts{"dir with space\\", "x y\\\\"},
         }) {
        INFO(join_command_line(each));
        CHECK(split_command_line(join_command_line(each)) == each);
    }
}

TEST_CASE("Any mixture of backslashes, quotes and blanks survives quoting", "[command_line]") {
    constexpr char letters[] = {'\\', '"', ' ', 'a'};
    for (unsigned code = 0; code < 4096; ++code) {
        std::string argument;
        for (unsigned rest = code; argument.size() < 6; rest /= 4) argument += letters[rest % 4];
        const texts whole{"p", argument, "z"};
        if (split_command_line(join_command_line(whole)) != whole) {
            INFO(join_command_line(whole));
            CHECK(split_command_line(join_command_line(whole)) == whole);
        }
    }
    SUCCEED();
}
