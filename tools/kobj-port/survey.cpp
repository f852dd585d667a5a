#include "survey.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "code.hpp"

namespace port {
namespace {

using names = std::set<std::string, std::less<>>;

// What the whole tree calls by a name of Win32's.
struct tree_names {
    names shared;
    std::map<std::string, names, std::less<>> methods;

    void add(const code_facts& facts, bool header) {
        shared.insert(facts.shared_names.begin(), facts.shared_names.end());
        if (header) shared.insert(facts.static_names.begin(), facts.static_names.end());
        for (const auto& [type, its] : facts.methods) methods[type].insert(its.begin(), its.end());
    }

    [[nodiscard]] bool hide(const mention& each) const {
        // A macro is not expanded in its own body.
        if (shared.contains(each.name) && each.macro != each.name) return true;
        return std::any_of(each.classes.begin(), each.classes.end(), [&](const std::string& type) {
            const auto found = methods.find(type);
            return found != methods.end() && found->second.contains(each.name);
        });
    }
};

int rank(const function& of) {
    return !of.there() ? 0 : of.partial() ? 1 : 2;
}

}  // namespace

std::size_t used_function::files() const {
    std::set<std::string_view> all;
    for (const auto& place : places) all.insert(place.file);
    return all.size();
}

survey survey_of(const std::filesystem::path& root) {
    survey result;
    tree_names tree;
    std::vector<std::pair<std::string, code_facts>> files;
    result.left = for_each_source(root, [&](const std::string& path, const std::string& text) {
        files.emplace_back(path, read_code(text));
        tree.add(files.back().second, is_header(path));
    });

    std::map<const function*, used_function> used;
    for (const auto& [path, facts] : files) {
        ++result.files;
        result.lines += facts.lines;
        for (const auto& each : facts.mentions) {
            if (tree.hide(each) || facts.static_names.contains(each.name) || facts.variables.contains(each.name))
                continue;
            auto& function = used[each.of];
            function.of = each.of;
            function.places.push_back({path, each.line});
        }
    }
    for (auto& [of, function] : used) result.functions.push_back(std::move(function));
    std::sort(result.functions.begin(), result.functions.end(), [](const used_function& a, const used_function& b) {
        return std::tuple(rank(*a.of), a.of->name) < std::tuple(rank(*b.of), b.of->name);
    });
    return result;
}

}  // namespace port
