#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "manual.hpp"

namespace kobj::tool {

namespace {

enum class kind { nothing, word, file, session, process };

kind kind_of(const CLI::Option& o) {
    if (o.get_items_expected_max() == 0) return kind::nothing;
    const std::string& type = o.get_type_name();
    const std::string name = o.get_name(true);
    if (name == "PID") return kind::process;
    if (o.check_name("--session")) return kind::session;
    return type == "FILE" ? kind::file : kind::word;
}

struct choice {
    std::string name;  ///< with its hyphens; of a positional argument as it is
    std::string description;
    kind takes = kind::nothing;
    bool positional = false;
};

struct command {
    std::string name;
    std::string description;
    std::vector<choice> choices;
    bool runs_program = false;

    [[nodiscard]] bool wants_process() const {
        return std::any_of(choices.begin(), choices.end(),
                           [](const choice& c) { return c.positional && c.takes == kind::process; });
    }
    [[nodiscard]] std::string options() const {
        std::string all;
        for (const choice& c : choices) {
            if (!c.positional) all += (all.empty() ? "" : " ") + c.name;
        }
        return all;
    }
};

command describe(const CLI::App& app) {
    command out{app.get_name(), app.get_description(), {}, app.get_prefix_command()};
    for (const CLI::Option* o : app.get_options()) {
        if (o->get_group().empty()) continue;
        if (o->get_positional() && !o->nonpositional())
            out.choices.push_back({o->get_name(true), o->get_description(), kind_of(*o), true});
        for (const std::string& n : o->get_lnames())
            out.choices.push_back({"--" + n, o->get_description(), kind_of(*o), false});
    }
    return out;
}

// In single quotes, for any shell.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + '\'';
}

// What is listed, without the heads of the columns and what is in brackets.
constexpr const char* processes = "kobj ps 2>/dev/null | awk 'NR > 1 { print $1 }'";
constexpr const char* sessions = "kobj ls --sessions 2>/dev/null | awk 'NR > 1 && $1 !~ /^\\(/ { print $1 }'";

std::string for_bash(const command& program, const std::vector<command>& commands) {
    std::string names;
    std::string files;
    std::string cases;
    for (const command& c : commands) {
        names += c.name + ' ';
        std::string words = c.options();
        if (c.wants_process()) words += fmt::format(" $({})", processes);
        if (c.runs_program) words += " $(compgen -c -f -- \"$word\")";
        cases += fmt::format("    {}) words=\"{}\" ;;\n", c.name, words);
        for (const choice& o : c.choices) {
            if (o.takes == kind::file && files.find(o.name + '|') == std::string::npos) files += o.name + '|';
        }
    }
    if (!files.empty()) files.pop_back();
    return fmt::format(
        R"(# Completion of kobj for bash, made by: kobj --completion bash
_kobj() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command= words= i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${{COMP_WORDS[i]}} != -* ]]; then
            command=${{COMP_WORDS[i]}}
            break
        fi
    done
    case $before in
    {0}) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --session) words=$({1}) ; COMPREPLY=($(compgen -W "$words" -- "$word")); return ;;
    esac
    case $command in
    '') words={2} ;;
{3}    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o filenames -F _kobj kobj
)",
        files, sessions, quoted(names + program.options()), cases);
}

std::string for_zsh(const command& program, const std::vector<command>& commands) {
    const auto action = [](kind takes) -> std::string {
        switch (takes) {
            case kind::nothing:
                return "";
            case kind::file:
                return ":file:_files";
            case kind::session:
                return fmt::format(":session:($({}))", sessions);
            case kind::process:
                return fmt::format(":process:($({}))", processes);
            case kind::word:
                break;
        }
        return ":value: ";
    };
    // Inside of brackets and in front of colons.
    const auto plain = [](const std::string& text) {
        std::string out;
        for (const char c : text)
            out += c == '[' || c == ']' || c == ':' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        return out;
    };
    const auto arguments = [&](const command& c) {
        std::string out;
        for (const choice& o : c.choices) {
            out += " \\\n            " +
                   quoted(o.positional ? fmt::format("*{}", action(o.takes).empty() ? ":value: " : action(o.takes))
                                       : fmt::format("{}[{}]{}", o.name, plain(o.description), action(o.takes)));
        }
        if (c.runs_program) out += " \\\n            '*::program:_normal'";
        return out;
    };
    std::string names;
    std::string cases;
    for (const command& c : commands) {
        names += fmt::format("        {}\n", quoted(c.name + ':' + plain(c.description)));
        cases += fmt::format("        {}) _arguments{} ;;\n", c.name, arguments(c));
    }
    return fmt::format(
        R"(#compdef kobj
# Completion of kobj for zsh, made by: kobj --completion zsh
_kobj() {{
    local -a commands
    local state line
    commands=(
{0}    )
    _arguments -C '1: :->command' '*:: :->argument'{1}
    case $state in
    command) _describe command commands ;;
    argument)
        case $words[1] in
{2}        esac ;;
    esac
}}
_kobj "$@"
)",
        names, arguments(program), cases);
}

std::string for_fish(const command& program, const std::vector<command>& commands) {
    std::string out = "# Completion of kobj for fish, made by: kobj --completion fish\ncomplete -c kobj -f\n";
    const auto add = [&](const std::string& when, const choice& c) {
        std::string takes;
        switch (c.takes) {
            case kind::nothing:
                break;
            case kind::file:
                takes = " -r -F";
                break;
            case kind::session:
                takes = fmt::format(" -x -a {}", quoted(fmt::format("({})", sessions)));
                break;
            case kind::process:
                takes = fmt::format(" -x -a {}", quoted(fmt::format("({})", processes)));
                break;
            case kind::word:
                takes = " -x";
        }
        const std::string name = c.positional ? "" : " -l " + c.name.substr(2);
        if (c.positional && c.takes != kind::process) return;
        out += fmt::format("complete -c kobj -n {}{}{} -d {}\n", quoted(when), name, takes, quoted(c.description));
    };
    for (const choice& c : program.choices) add("__fish_use_subcommand", c);
    for (const command& c : commands) {
        out += fmt::format("complete -c kobj -n __fish_use_subcommand -a {} -d {}\n", c.name, quoted(c.description));
        for (const choice& o : c.choices) add("__fish_seen_subcommand_from " + c.name, o);
        if (c.runs_program)
            out += fmt::format(
                "complete -c kobj -n '__fish_seen_subcommand_from {}' -a '(__fish_complete_subcommand)'\n", c.name);
    }
    return out;
}

}  // namespace

std::string completion(const CLI::App& program, const std::string& shell) {
    const command whole = describe(program);
    std::vector<command> commands;
    for (const CLI::App* c : program.get_subcommands([](const CLI::App*) { return true; }))
        commands.push_back(describe(*c));
    if (shell == "bash") return for_bash(whole, commands);
    if (shell == "zsh") return for_zsh(whole, commands);
    if (shell == "fish") return for_fish(whole, commands);
    return {};
}

}  // namespace kobj::tool
