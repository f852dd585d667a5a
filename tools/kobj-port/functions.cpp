#include "functions.hpp"

#include <map>
#include <string>

namespace port {
namespace {

// Plain pointers: clang counts the steps in which a constant is made, and there are many names.
struct win32_row {
    const char* name;
    bool letters;
    const char* library;
};
// From win32_functions.txt, which update_names makes.
constexpr win32_row win32_rows[] = {
#include "win32_functions.inc"
};

struct kobj_row {
    std::string_view name;
    std::string_view header;
    std::string_view missing;
};
// From the headers of <windows.h>.
constexpr kobj_row kobj_rows[] = {
#include "kobj_functions.inc"
};

struct table {
    // By every name under which it is called.
    std::map<std::string, const function*, std::less<>> names;
    std::map<std::string_view, function> functions;

    table() {
        for (const auto& row : kobj_rows) {
            auto& here = add(row.name, true);
            here.header = row.header;
            here.missing = row.missing;
        }
        for (const auto& row : win32_rows) {
            const auto found = names.find(row.name);
            (found != names.end() ? functions.at(found->second->name) : add(row.name, row.letters)).library =
                row.library;
        }
    }

    function& add(std::string_view name, bool letters) {
        function& added = functions.try_emplace(name, function{name, {}, {}, {}}).first->second;
        names.try_emplace(std::string(name), &added);
        if (letters) {
            names.try_emplace(std::string(name) + 'A', &added);
            names.try_emplace(std::string(name) + 'W', &added);
        }
        return added;
    }
};

}  // namespace

const function* find_function(std::string_view name) {
    static const table all;
    const auto found = all.names.find(name);
    return found == all.names.end() ? nullptr : found->second;
}

}  // namespace port
