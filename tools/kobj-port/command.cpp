#include "command.hpp"

#include <algorithm>
#include <filesystem>

#include "report.hpp"
#include "survey.hpp"

namespace port {
namespace {

constexpr const char* usage =
    "kobj-port [--json | --places] DIR\n"
    "\n"
    "Says which functions of Win32 the C and C++ files below DIR use, and which of them kobj has on POSIX.\n"
    "\n"
    "  --json      as JSON, with the places\n"
    "  --places    also where each function is used\n"
    "\n"
    "Exit code: 0 kobj has all of them, perhaps not complete; 1 it has not; 2 not everything could be read.\n";

constexpr int all_there = 0;
constexpr int some_missing = 1;
constexpr int trouble = 2;

outcome refuse(const std::string& why) {
    return {trouble, {}, "kobj-port: " + why + "\n" + usage};
}

int code_of(const survey& found) {
    const auto missing = [](const used_function& each) { return !each.of->there(); };
    if (std::any_of(found.functions.begin(), found.functions.end(), missing)) return some_missing;
    const auto matters = [](const left_out& each) { return each.matters; };
    return std::any_of(found.left.begin(), found.left.end(), matters) ? trouble : all_there;
}

}  // namespace

outcome run(const std::vector<std::string>& arguments) {
    bool json = false;
    bool places = false;
    const std::string* root = nullptr;
    for (const auto& argument : arguments) {
        if (argument == "--help" || argument == "-h") return {all_there, usage, {}};
        if (argument == "--json")
            json = true;
        else if (argument == "--places")
            places = true;
        else if (argument.starts_with("-"))
            return refuse("there is no option " + argument);
        else if (root != nullptr)
            return refuse("one folder at a time");
        else
            root = &argument;
    }
    if (root == nullptr) return refuse("which folder?");
    std::error_code error;
    if (!std::filesystem::exists(*root, error)) return refuse("there is no " + *root);
    const survey found = survey_of(*root);
    return {code_of(found), json ? json_report(found) : text_report(found, places), {}};
}

}  // namespace port
