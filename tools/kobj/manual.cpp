#include "manual.hpp"

#define FMT_HEADER_ONLY
#include <fmt/format.h>

namespace kobj::tool {

namespace {

// A text that roff shows as it is.
std::string plain(const std::string& text) {
    std::string out;
    bool begins = true;
    for (const char c : text) {
        // A line that begins with one of these would be a request.
        if (begins && (c == '.' || c == '\'')) out += "\\&";
        begins = c == '\n';
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

std::string synopsis(const CLI::App& command) {
    std::string words = plain(command.get_name());
    if (!command.get_options([](const CLI::Option* o) { return o->nonpositional(); }).empty())
        words += " [\\fIoptions\\fR]";
    for (const CLI::Option* o : command.get_options([](const CLI::Option* o) { return o->get_positional(); })) {
        const bool many = o->get_expected_max() > 1;
        const std::string name = fmt::format("\\fI{}\\fR{}", plain(o->get_name(true)), many ? "..." : "");
        words += o->get_required() ? ' ' + name : fmt::format(" [{}]", name);
    }
    if (command.get_prefix_command()) words += " \\fIPROGRAM\\fR [\\fIARGUMENT\\fR...]";
    return words;
}

std::string option(const CLI::Option& o) {
    std::string names;
    for (const std::string& n : o.get_snames())
        names += fmt::format("{}\\fB\\-{}\\fR", names.empty() ? "" : ", ", plain(n));
    for (const std::string& n : o.get_lnames())
        names += fmt::format("{}\\fB\\-\\-{}\\fR", names.empty() ? "" : ", ", plain(n));
    if (names.empty())
        names = fmt::format("\\fI{}\\fR", plain(o.get_single_name()));
    else if (o.get_items_expected_max() != 0)
        names += fmt::format(" \\fI{}\\fR", plain(o.get_type_name()));
    return fmt::format(".TP\n{}\n{}\n", names, plain(o.get_description()));
}

// Options that are listed, without the one for help.
std::vector<const CLI::Option*> options_of(const CLI::App& command) {
    return command.get_options(
        [](const CLI::Option* o) { return !o->get_group().empty() && !o->check_name("--help"); });
}

// The text, then the examples: lines that are indented.
std::string footer(const CLI::App& command) {
    const std::string text = command.get_footer();
    return text.empty() ? std::string() : fmt::format(".PP\n.nf\n{}\n.fi\n", plain(text));
}

}  // namespace

std::string manual_page(const CLI::App& program) {
    std::string page =
        fmt::format(".TH KOBJ 1 \"\" \"kobj {}\" \"User Commands\"\n.SH NAME\nkobj \\- {}\n.SH SYNOPSIS\n",
                    program.version(), plain(program.get_description()));
    const auto commands = program.get_subcommands([](const CLI::App*) { return true; });
    for (const CLI::App* c : commands) page += fmt::format("\\fBkobj\\fR {}\n.br\n", synopsis(*c));
    page += fmt::format(".SH DESCRIPTION\n{}\n.SH COMMANDS\n", plain(program.get_footer()));
    for (const CLI::App* c : commands) {
        page += fmt::format(".SS {}\n{}.\n", synopsis(*c), plain(c->get_description()));
        for (const CLI::Option* o : options_of(*c)) page += option(*o);
        page += footer(*c);
    }
    page += ".SH OPTIONS\n";
    for (const CLI::Option* o : options_of(program)) page += option(*o);
    page +=
        ".SH EXIT STATUS\n.TP\n0\nNothing is wrong.\n.TP\n1\nThe command found what it looks for, which is not well.\n"
        ".TP\n2\nThere is no answer; why is on standard error.\n"
        ".SH ENVIRONMENT\n.TP\nKOBJ_SESSION\nThe name of the session, where no option names one.\n"
        ".TP\nNO_COLOR\nNo colours, whatever the terminal.\n.TP\nCOLUMNS\nHow wide lines may be on a terminal.\n"
        ".SH FILES\n.TP\n/dev/shm/kobj.*\nThe sessions: one file each, and those of their file mappings.\n";
    return page;
}

}  // namespace kobj::tool
