#include "code.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "tokens.hpp"

namespace port {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// Behind these an expression begins.
constexpr std::array<std::string_view, 18> before_expression{
    "return", "else", "do",     "case", "throw", "co_return", "co_await", "co_yield", "and",
    "or",     "not",  "sizeof", "if",   "while", "for",       "switch",   "delete",   "noexcept"};
constexpr std::array<std::string_view, 4> class_keys{"class", "struct", "union", "enum"};
// These have brackets of their own in front of a declared name.
constexpr std::array<std::string_view, 6> attributes{"__declspec",    "__attribute__",  "alignas",
                                                     "DECLSPEC_UUID", "DECLSPEC_ALIGN", "requires"};

enum class scope_kind { open, type, enumeration, body, initializer };

// Where a brace leads into.
struct scope {
    scope_kind kind = scope_kind::open;
    std::size_t classes = 0;
    // What goes on behind the closing brace, if it is in the middle of a statement.
    bool in_statement = false;
    std::size_t head = 0;
    int depth = 0;
    bool assigned = false;
};

// Where the reader stands; an #else goes back to where its #if was.
struct place {
    std::vector<scope> scopes;
    std::vector<std::string> classes;
    // The first token of the statement, the open brackets in it, and whether an initializer has begun.
    std::size_t head = 0;
    int depth = 0;
    bool assigned = false;
};

class reader {
public:
    explicit reader(std::string_view text) : tokens_(tokens_of(text)) {
        facts_.lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
        if (!text.empty() && text.back() != '\n') ++facts_.lines;
    }

    code_facts run() {
        for (std::size_t i = 0; i < tokens_.size();) {
            if (tokens_[i].directive != 0)
                i = read_directive(i);
            else
                read(i++);
        }
        return std::move(facts_);
    }

private:
    // --- Tokens of the code proper: those of directives in between are passed over.

    [[nodiscard]] std::string_view text(std::size_t i) const { return i < tokens_.size() ? tokens_[i].text : ""; }
    [[nodiscard]] bool is_identifier(std::size_t i) const {
        return i < tokens_.size() && tokens_[i].kind == token_kind::identifier;
    }
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    // The neighbours in the same piece of code: a directive ends at its last token.
    [[nodiscard]] std::size_t previous(std::size_t i) const {
        const std::size_t directive = tokens_[i].directive;
        while (i != 0 && i != first_)
            if (tokens_[--i].directive == directive) return i;
        return none;
    }
    [[nodiscard]] std::size_t next(std::size_t i) const {
        const std::size_t directive = tokens_[i].directive;
        while (++i < last_)
            if (tokens_[i].directive == directive) return i;
        return none;
    }
    [[nodiscard]] std::string_view text_or_none(std::size_t i) const { return i == none ? "" : text(i); }

    // --- The preprocessor.

    [[nodiscard]] std::size_t end_of_directive(std::size_t i) const {
        const std::size_t number = tokens_[i].directive;
        while (i < tokens_.size() && tokens_[i].directive == number) ++i;
        return i;
    }

    std::size_t read_directive(std::size_t i) {
        const std::size_t end = end_of_directive(i);
        const auto what = text(i + 1);
        if (what == "define" && i + 2 < end) {
            read_macro(i + 2, end);
        } else if (what == "if" || what == "ifdef" || what == "ifndef") {
            if (what == "if" && end == i + 3 && text(i + 2) == "0") return behind_skipped(end);
            branch();
        } else if ((what == "else" || what == "elif") && !branches_.empty()) {
            if (branches_.back()) here_ = *branches_.back();
        } else if (what == "endif" && !branches_.empty()) {
            branches_.pop_back();
        }
        return end;
    }

    // What no person wrote is not remembered: it could take any amount of memory.
    void branch() {
        constexpr std::size_t deepest = 200;
        const bool sane = branches_.size() < deepest && here_.scopes.size() < deepest;
        branches_.push_back(sane ? std::optional(here_) : std::nullopt);
    }

    // Behind the #else, #elif or #endif of an `#if 0`.
    std::size_t behind_skipped(std::size_t i) {
        std::size_t inner = 0;
        for (; i < tokens_.size(); i = tokens_[i].directive != 0 ? end_of_directive(i) : i + 1) {
            if (tokens_[i].directive == 0) continue;
            const auto what = text(i + 1);
            if (inner == 0 && (what == "else" || what == "elif")) {
                branch();
                return end_of_directive(i);
            }
            if (what == "endif" && inner-- == 0) return end_of_directive(i);
            if (what.starts_with("if")) ++inner;
        }
        return i;
    }

    void read_macro(std::size_t name, std::size_t end) {
        std::size_t i = name + 1;
        // Brackets right behind the name are parameters.
        const bool parameters = i < end && text(i) == "(" && text(i).data() == text(name).data() + text(name).size();
        if (parameters)
            while (i < end && text(i++) != ")") {
            }
        note(facts_.shared_names, name);
        first_ = i;
        last_ = end;
        for (; i < end; ++i)
            if (is_identifier(i)) look_at(i, true, std::string(text(name)));
        first_ = 0;
        last_ = tokens_.size();
    }

    // --- The code.

    void read(std::size_t i) {
        if (is_identifier(i)) {
            if (kind() == scope_kind::enumeration) {
                if (text_or_none(previous(i)) != "=") note(facts_.shared_names, i);
            } else {
                look_at(i, in_expression(), {});
            }
            return;
        }
        const auto what = text(i);
        if (what == "(" || what == "[") {
            ++here_.depth;
        } else if (what == ")" || what == "]") {
            here_.depth = std::max(0, here_.depth - 1);
        } else if (what == "=" && here_.depth == 0) {
            here_.assigned = here_.assigned || is_assignment(i);
        } else if (what == "{") {
            open(i);
        } else if (what == "}") {
            close(i);
        } else if (what == ";" && here_.depth == 0) {
            if (text(head()) == "typedef") note(facts_.shared_names, previous(i));
            begin_statement(i + 1);
        }
    }

    // And not a part of the name of an operator.
    [[nodiscard]] bool is_assignment(std::size_t i) const {
        const std::size_t before = previous(i);
        if (before == none) return false;
        return (is_identifier(before) && text(before) != "operator") || text(before) == ")" || text(before) == "]" ||
               (text(before) == ">" && text_or_none(previous(before)) != "operator");
    }

    [[nodiscard]] scope_kind kind() const { return here_.scopes.empty() ? scope_kind::open : here_.scopes.back().kind; }
    [[nodiscard]] bool in_expression() const {
        return kind() == scope_kind::body || kind() == scope_kind::initializer || here_.depth > 0 || here_.assigned;
    }

    // The first token of the statement, if any.
    [[nodiscard]] std::size_t head() const {
        std::size_t i = here_.head;
        while (i < tokens_.size() && tokens_[i].directive != 0) ++i;
        return i;
    }
    void begin_statement(std::size_t i) {
        here_.head = i;
        here_.depth = 0;
        here_.assigned = false;
    }

    // What the statement in front of an opening brace is.
    struct statement {
        // The first of class, struct, union and enum outside brackets, and the name behind it.
        std::size_t key = none;
        std::size_t type_name = none;
        // The declared function, and the closing bracket of its parameters.
        std::size_t function = none;
        std::size_t parameters_end = none;
        bool name_space = false;
    };

    [[nodiscard]] statement examine(std::size_t begin, std::size_t end) const {
        statement seen;
        // What is declared stands at the beginning; a longer statement is not read over and over again.
        constexpr std::size_t longest = 300;
        end = std::min(end, begin + longest);
        int depth = 0;
        int angle = 0;
        for (std::size_t i = begin; i < end; ++i) {
            if (tokens_[i].directive != 0) continue;
            const auto what = text(i);
            if (depth == 0 && is_one_of(what, attributes) && text(i + 1) == "(") {
                i = behind_brackets(i + 1, end) - 1;
                continue;
            }
            if (what == "<" && seen.key == none) ++angle;
            if (what == ">" && angle > 0) --angle;
            if (depth == 0 && angle == 0) {
                if (what == "namespace") seen.name_space = true;
                if (is_one_of(what, class_keys) && seen.function == none && seen.key == none) seen.key = i;
                if (seen.key != none && seen.type_name == none && is_identifier(i) && i > seen.key &&
                    !is_one_of(what, class_keys) && is_end_of_type_name(i, end))
                    seen.type_name = i;
                if (seen.function == none && what == "operator") seen.function = i;
                if (seen.function == none && what == "(" && i > begin && is_identifier(i - 1)) seen.function = i - 1;
            }
            if (what == "(" || what == "[") ++depth;
            if (what == ")" || what == "]") {
                --depth;
                if (depth == 0 && seen.function != none && seen.parameters_end == none) seen.parameters_end = i;
            }
        }
        return seen;
    }
    [[nodiscard]] bool is_end_of_type_name(std::size_t i, std::size_t end) const {
        return i + 1 >= end || text(i + 1) == ":" || text(i + 1) == "final" || text(i + 1) == "<";
    }
    [[nodiscard]] std::size_t behind_brackets(std::size_t i, std::size_t end) const {
        int depth = 0;
        for (; i < end; ++i) {
            if (text(i) == "(") ++depth;
            if (text(i) == ")" && --depth == 0) return i + 1;
        }
        return end;
    }

    void open(std::size_t i) {
        scope entered;
        entered.classes = here_.classes.size();
        entered.in_statement = here_.depth > 0 || here_.assigned;
        entered.head = here_.head;
        entered.depth = here_.depth;
        entered.assigned = here_.assigned;

        const statement seen = entered.in_statement ? statement() : examine(here_.head, i);
        if (seen.key != none && seen.function == none) {
            entered.kind = text(seen.key) == "enum" ? scope_kind::enumeration : scope_kind::type;
            // Behind it variables of the type may be declared, or the other names of a typedef.
            entered.in_statement = true;
            if (seen.type_name != none) {
                note(facts_.shared_names, seen.type_name);
                if (entered.kind == scope_kind::type) here_.classes.emplace_back(text(seen.type_name));
            }
        } else if (in_expression()) {
            entered.kind = scope_kind::body;
        } else if (seen.name_space || i == head() || text(head()) == "extern") {
            entered.kind = seen.function != none ? scope_kind::body : scope_kind::open;
            if (seen.function != none) enter_function(seen.function);
        } else if (seen.function != none && !is_member_initializer(seen, i)) {
            entered.kind = scope_kind::body;
            enter_function(seen.function);
        } else {
            entered.kind = scope_kind::initializer;
            entered.in_statement = true;
        }
        here_.scopes.push_back(entered);
        begin_statement(i + 1);
    }

    // name_{...} behind the colon of a constructor.
    [[nodiscard]] bool is_member_initializer(const statement& seen, std::size_t brace) const {
        if (seen.parameters_end == none || !(is_identifier(brace - 1) || text(brace - 1) == ">")) return false;
        if (text(brace - 1) == "const" || text(brace - 1) == "override" || text(brace - 1) == "noexcept" ||
            text(brace - 1) == "final" || text(brace - 1) == "try")
            return false;
        return text(seen.parameters_end + 1) == ":" || text(seen.parameters_end + 2) == ":";
    }

    void enter_function(std::size_t name) {
        // A::B::name: the names in it are looked for in A and B, too.
        std::size_t i = name;
        while (i >= 2 && text(i - 1) == "::" && is_identifier(i - 2)) {
            i -= 2;
            here_.classes.emplace_back(text(i));
        }
        if (i != name) return;
        if (kind() == scope_kind::type && !here_.classes.empty()) {
            note_method(name);
            return;
        }
        bool is_static = false;
        for (std::size_t j = here_.head; j < name; ++j) is_static = is_static || text(j) == "static";
        note(is_static ? facts_.static_names : facts_.shared_names, name);
    }

    void close(std::size_t i) {
        if (here_.scopes.empty()) return begin_statement(i + 1);
        const scope left = here_.scopes.back();
        here_.scopes.pop_back();
        here_.classes.resize(left.classes);
        if (!left.in_statement) return begin_statement(i + 1);
        here_.head = left.head;
        here_.depth = left.depth;
        here_.assigned = left.assigned;
    }

    // --- Names.

    void note(std::set<std::string, std::less<>>& names, std::size_t i) {
        if (i != none && is_identifier(i) && find_function(text(i)) != nullptr) names.emplace(text(i));
    }
    void note_method(std::size_t i) {
        if (find_function(text(i)) != nullptr) facts_.methods[here_.classes.back()].emplace(text(i));
    }

    // Is it a use? And if it is not, does it give the name to something else?
    void look_at(std::size_t i, bool expression, const std::string& macro) {
        const function* const found = find_function(text(i));
        if (found == nullptr) return;
        const std::size_t before = previous(i);
        const std::size_t behind = next(i);
        const auto last = text_or_none(before);
        if (last == "." || last == "->") return;
        if (last == "::") {
            const std::size_t owner = previous(before);
            if (owner != none &&
                (text(owner) == ">" ||
                 (is_identifier(owner) && !is_one_of(text(owner), before_expression) && text(owner) != "using")))
                return;
        } else if (is_one_of(last, class_keys) || last == "new" || last == "goto" || last == "~" ||
                   last == "typename") {
            if (is_one_of(last, class_keys) && text_or_none(behind) == ";") note(facts_.shared_names, i);
            return;
        }
        const bool behind_type = before != none && is_identifier(before) && !is_one_of(last, before_expression);
        if (text_or_none(behind) == "(") {
            if (behind_type && macro.empty()) return declared(i);
            if (!expression) return declared(i);
        } else {
            if (behind_type || !expression) return named(i, behind);
            if (!is_reference(before, behind, macro)) return named_behind_pointer(i, before, behind);
        }
        // ::Name is no method, whatever class it stands in.
        auto classes = last == "::" ? std::vector<std::string>() : here_.classes;
        facts_.mentions.push_back({found, std::string(text(i)), tokens_[i].line, std::move(classes), macro});
    }

    // A name without brackets behind it is a function where a value can stand.
    [[nodiscard]] bool is_reference(std::size_t before, std::size_t behind, const std::string& macro) const {
        constexpr std::array<std::string_view, 9> openers{"&", "=", "(", ",", "{", "?", ":", "<", "::"};
        constexpr std::array<std::string_view, 8> closers{")", ",", ";", "}", ">", ":", "?", "="};
        const bool opened = before == none
                                ? !macro.empty()
                                : is_one_of(text(before), openers) || is_one_of(text(before), before_expression);
        const bool closed = behind == none ? !macro.empty() : is_one_of(text(behind), closers);
        return opened && closed && !(behind != none && text(behind) == "=");
    }

    // A prototype. That of a class gives it a method; another may be Win32's own.
    void declared(std::size_t i) {
        if (kind() == scope_kind::type && !here_.classes.empty()) note_method(i);
    }
    // A variable, a parameter or an alias of a type.
    void named(std::size_t i, std::size_t behind) {
        const auto what = text_or_none(behind);
        const bool alias = text_or_none(previous(i)) == "using";
        if (alias) return note(facts_.shared_names, i);
        if (kind() != scope_kind::type &&
            (what == ";" || what == "=" || what == "," || what == ")" || what == "[" || what == "{"))
            note(facts_.variables, i);
    }
    // BOOL (WINAPI *Name)(HANDLE), auto& Name = ...
    void named_behind_pointer(std::size_t i, std::size_t before, std::size_t behind) {
        if (before == none || (text(before) != "*" && text(before) != "&")) return;
        const std::size_t type = previous(before);
        const auto what = text_or_none(behind);
        if (type != none && is_identifier(type) && !is_one_of(text(type), before_expression) &&
            (what == ")" || what == "="))
            note(facts_.variables, i);
    }

    std::vector<token> tokens_;
    code_facts facts_;
    place here_;
    std::vector<std::optional<place>> branches_;
    // The piece of code in which neighbours are looked for.
    std::size_t first_ = 0;
    std::size_t last_ = tokens_.size();
};

}  // namespace

code_facts read_code(std::string_view text) {
    return reader(text).run();
}

}  // namespace port
