#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "activity.hpp"
#include "arena_session.hpp"
#include "style.hpp"
#include "table.hpp"
#include "terminal.hpp"
#include "words.hpp"

// kobj top: what goes on in a session, live.
namespace kobj::tool {

using namespace posix;

namespace {

struct choices : question {
    double interval = 1;
    int count = 0;  ///< of looks; 0: without end
    bool once = false;
    std::string sort;
    bool objects = false;
};

// A busy session need not stand still: what was torn is said to be, and the next look comes soon.
constexpr int copies_of_a_look = 10;

enum class style { plain, warning, alarm };

struct cell {
    std::string text;
    double number = 0;  ///< by what the column is sorted
};
struct row {
    std::vector<cell> cells;
    style look = style::plain;
};
struct column {
    const char* title;
    bool is_number;
};

cell counted(double number) {
    return {fmt::format("{:.0f}", number), number};
}
cell measured(const std::optional<double>& number, int digits) {
    return number ? cell{fmt::format("{:.{}f}", *number, digits), *number} : cell{"-", -1};
}
cell worded(std::string text) {
    return {printable(text), 0};
}

const std::vector<column> process_columns{{"PID", true},     {"HANDLES", true}, {"GROWTH", true},   {"THREADS", true},
                                          {"WAITING", true}, {"BLOCKED", true}, {"SLEEPS/S", true}, {"ASLEEP", true},
                                          {"STATE", false},  {"PROGRAM", false}};
const std::vector<column> object_columns{{"WAITERS", true}, {"SLEEPS/S", true}, {"SLEEPS", true}, {"HANDLES", true},
                                         {"TYPE", false},   {"NAME", false},    {"STATE", false}};

row row_of(const process_activity& p) {
    std::string state = p.state;
    if (p.stuck) state = "DEADLOCK";
    if (p.grows) state += ", grows";
    return {{counted(p.id), counted(p.handles), cell{fmt::format("{:+}", p.growth), static_cast<double>(p.growth)},
             counted(static_cast<double>(p.threads)), counted(static_cast<double>(p.waiting)),
             p.waiting == 0 ? cell{"-", -1} : cell{span_of(p.blocked), static_cast<double>(p.blocked)},
             measured(p.sleeps, 0), measured(p.waiting_threads, 2), worded(state), worded(p.program)},
            p.stuck   ? style::alarm
            : p.grows ? style::warning
                      : style::plain};
}
row row_of(const object_activity& o) {
    return {{counted(static_cast<double>(o.waiters)), measured(o.sleeps, 0), counted(o.sleeps_in_all),
             counted(o.handles), worded(o.type), worded(o.name), worded(o.state)},
            style::plain};
}

/// A table that is sorted by a column.
class view {
public:
    view(const char* title, const std::vector<column>& columns, std::size_t by)
        : title_(title), columns_(columns), by_(by), downwards_(columns[by].is_number) {}

    void fill(std::vector<row> rows) {
        rows_ = std::move(rows);
        sort();
    }
    void sort_by(std::size_t column) {
        by_ = column;
        downwards_ = columns_[by_].is_number;
        sort();
    }
    /// By the title of the column, in small letters.
    bool sort_by(const std::string& title) {
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            if (lower(columns_[c].title) != title) continue;
            sort_by(c);
            return true;
        }
        return false;
    }
    void move_sort(int by) { sort_by((by_ + columns_.size() + static_cast<std::size_t>(by)) % columns_.size()); }
    void reverse() {
        downwards_ = !downwards_;
        sort();
    }
    void scroll(int lines) {
        const auto wanted = static_cast<std::ptrdiff_t>(first_) + lines;
        first_ = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(
            wanted, 0, std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(rows_.size()) - 1)));
    }

    /// The heads and at most `most` lines, no wider than a terminal; `live`: the column is marked by which it is
    /// sorted.
    [[nodiscard]] std::string text(std::size_t most, bool live) const {
        std::vector<std::size_t> widths;
        for (const column& c : columns_) widths.push_back(width_of(c.title));
        for (const row& r : rows_) {
            for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], width_of(r.cells[c].text));
        }
        std::string out;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            std::string head = padded(columns_[c].title, widths[c], c);
            out += live && c == by_ ? "\x1b[7m" + head + "\x1b[m" : heading(std::move(head));
            if (c + 1 < columns_.size()) out += "  ";
        }
        out += '\n';
        const std::size_t width = line_width();
        for (std::size_t i = first_; i < rows_.size() && i - first_ < most; ++i) {
            std::string line;
            for (std::size_t c = 0; c < columns_.size(); ++c)
                line += padded(rows_[i].cells[c].text, widths[c], c) + (c + 1 < columns_.size() ? "  " : "");
            line.erase(line.find_last_not_of(' ') + 1);
            line = cut(std::move(line), width);
            out += (rows_[i].look == style::alarm     ? alarm(std::move(line))
                    : rows_[i].look == style::warning ? caution(std::move(line))
                                                      : line) +
                   '\n';
        }
        return out;
    }
    [[nodiscard]] const char* title() const noexcept { return title_; }
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

private:
    static std::string lower(std::string text) {
        for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        return text;
    }
    [[nodiscard]] std::string padded(const std::string& text, std::size_t width, std::size_t c) const {
        const std::string fill(width - std::min(width, width_of(text)), ' ');
        return columns_[c].is_number ? fill + text : text + fill;
    }
    void sort() {
        std::stable_sort(rows_.begin(), rows_.end(), [&](const row& a, const row& b) {
            const row& first = downwards_ ? b : a;
            const row& second = downwards_ ? a : b;
            return columns_[by_].is_number ? first.cells[by_].number < second.cells[by_].number
                                           : first.cells[by_].text < second.cells[by_].text;
        });
        scroll(0);
    }

    const char* title_;
    const std::vector<column>& columns_;
    std::size_t by_;
    bool downwards_;
    std::size_t first_ = 0;
    std::vector<row> rows_{};
};

class top {
public:
    explicit top(const choices& asked) : asked_(asked) {
        if (!asked.sort.empty() && !processes_.sort_by(asked.sort) && !objects_.sort_by(asked.sort))
            throw facts::unreadable(fmt::format("there is no column \"{}\"", asked.sort));
    }

    /// Throws facts::unreadable.
    void look() {
        const session read = read_arena(asked_.where, copies_of_a_look);
        activity_.look(*read.facts);
        torn_ = read.torn;
        arena_ = read.path;
        std::vector<row> rows;
        for (const process_activity& p : activity_.processes()) rows.push_back(row_of(p));
        processes_.fill(std::move(rows));
        rows.clear();
        for (const object_activity& o : activity_.objects()) rows.push_back(row_of(o));
        objects_.fill(std::move(rows));
    }

    [[nodiscard]] nlohmann::json as_json() const {
        nlohmann::json out{{"arena", arena_},
                           {"torn", torn_},
                           {"processes", nlohmann::json::array()},
                           {"objects", nlohmann::json::array()}};
        const auto set = [](nlohmann::json& one, const char* key, const std::optional<double>& value) {
            if (value) one[key] = *value;
        };
        for (const process_activity& p : activity_.processes()) {
            nlohmann::json one{{"process", p.id},      {"program", p.program},  {"handles", p.handles},
                               {"growth", p.growth},   {"grows", p.grows},      {"threads", p.threads},
                               {"waiting", p.waiting}, {"deadlocked", p.stuck}, {"state", p.state}};
            if (p.waiting != 0) one["blocked_ms"] = p.blocked / 1'000'000;
            set(one, "sleeps_per_second", p.sleeps);
            set(one, "threads_asleep", p.waiting_threads);
            out["processes"].push_back(std::move(one));
        }
        for (const object_activity& o : activity_.objects()) {
            nlohmann::json one{{"object", o.record},   {"type", o.type},       {"name", o.name},
                               {"handles", o.handles}, {"waiters", o.waiters}, {"sleeps", o.sleeps_in_all},
                               {"state", o.state}};
            set(one, "sleeps_per_second", o.sleeps);
            out["objects"].push_back(std::move(one));
        }
        return out;
    }

    [[nodiscard]] std::string summary() const {
        return fmt::format("{}: {} processes, {} objects{}", arena_, processes_.size(), objects_.size(),
                           torn_ ? "; torn: it changed while it was read" : "");
    }
    [[nodiscard]] std::string as_text() const {
        constexpr std::size_t all = static_cast<std::size_t>(-1);
        return summary() + "\n\n" + processes_.text(all, false) + '\n' + objects_.text(all, false);
    }

    /// As many lines as the screen has.
    [[nodiscard]] std::string screen(std::size_t rows, bool shows_objects, const std::string& trouble) const {
        const view& shown = shows_objects ? objects_ : processes_;
        const std::size_t room = rows > 4 ? rows - 4 : 1;
        std::string out = (trouble.empty() ? summary() : trouble) + "\n\n" + shown.text(room, true);
        const auto lines = static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n'));
        if (lines + 1 < rows) out.append(rows - 1 - lines, '\n');
        return out +
               fmt::format("tab {}  \u2190 \u2192 sort  r reverse  \u2191 \u2193 scroll  m growth from here  q quit",
                           shows_objects ? processes_.title() : objects_.title());
    }

    view& processes() noexcept { return processes_; }
    view& objects() noexcept { return objects_; }
    activity& what_goes_on() noexcept { return activity_; }

private:
    const choices& asked_;
    activity activity_;
    view processes_{"processes", process_columns, 4};
    view objects_{"objects", object_columns, 0};
    std::string arena_;
    bool torn_ = false;
};

int interval_of(const choices& asked) {
    return static_cast<int>(asked.interval * 1000);
}

// Where the output is a file, a pipe or a screen that cannot be filled: one look behind the other.
int list(const choices& asked) {
    top all(asked);
    // What a copy shows stays as it is.
    const int count = asked.once || !asked.where.file.empty() ? 1 : asked.count;
    for (int n = 0; count == 0 || n < count; ++n) {
        if (n != 0) std::this_thread::sleep_for(std::chrono::milliseconds(interval_of(asked)));
        all.look();
        if (!asked.json)
            fmt::print("{}{}", n == 0 ? "" : "\n", all.as_text());
        else if (count == 1)
            print(all.as_json());
        else
            fmt::print("{}\n", all.as_json().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
        if (std::fflush(stdout) != 0) return all_well;  // nobody reads any more
    }
    return all_well;
}

int fill_screen(const choices& asked) {
    top all(asked);
    all.look();
    int signal = 0;
    {
        terminal screen;
        bool shows_objects = asked.objects;
        bool ends = false;
        std::string trouble;
        const auto since = [](auto then) {
            return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - then)
                .count();
        };
        auto last = std::chrono::steady_clock::now();
        int looks = 1;
        while (!ends) {
            screen.show(all.screen(terminal::measure().rows, shows_objects, trouble));
            const auto left = std::max<long long>(0, interval_of(asked) - since(last));
            view& shown = shows_objects ? all.objects() : all.processes();
            switch (screen.wait(static_cast<int>(left))) {
                case terminal::event::end:
                    ends = true;
                    break;
                case terminal::event::key:
                    switch (screen.key()) {
                        case 'q':
                        case 'Q':
                            ends = true;
                            break;
                        case '\t':
                            shows_objects = !shows_objects;
                            break;
                        case terminal::left:
                        case '<':
                            shown.move_sort(-1);
                            break;
                        case terminal::right:
                        case '>':
                            shown.move_sort(1);
                            break;
                        case 'r':
                            shown.reverse();
                            break;
                        case terminal::up:
                            shown.scroll(-1);
                            break;
                        case terminal::down:
                            shown.scroll(1);
                            break;
                        case 'm':
                            all.what_goes_on().mark();
                            last = {};
                            break;
                        default:
                            break;
                    }
                    break;
                default:
                    break;
            }
            if (ends || since(last) < interval_of(asked)) continue;
            last = std::chrono::steady_clock::now();
            try {
                all.look();
                trouble.clear();
            } catch (const facts::unreadable& why) {
                // It may come back.
                trouble = printable(why.what());
            }
            ends = asked.count != 0 && ++looks > asked.count;
        }
        signal = screen.end_signal();
    }
    if (signal != 0) end_by(signal);
    return all_well;
}

}  // namespace

void add_top(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("top", "What goes on in a session, live: handles, waits, contention");
    command->footer(
        "SLEEPS/S are the waits of that second that could not be satisfied at once, ASLEEP how many threads waited on\n"
        "average. GROWTH is that of the handles since the start (key m: since now); a process of which they only rise "
        "is\n"
        "said to grow. Keys: tab, arrows, r, m, q. Without a terminal: one table behind the other.\n\n"
        "  kobj top\n"
        "  kobj top --sort growth\n"
        "  kobj top --once --json\n"
        "  kobj top --interval 5 --count 12 > minute.txt");
    auto asked = std::make_shared<choices>();
    add_question(*command, *asked);
    command->add_flag("--once", asked->once, "One look, without what happens per second");
    command->add_flag("--objects", asked->objects, "Begin with the objects");
    command->add_option("--interval", asked->interval, "Seconds from look to look")->check(CLI::Range(0.1, 3600.0));
    command->add_option("--count", asked->count, "End after so many looks")->check(CLI::PositiveNumber);
    command->add_option("--sort", asked->sort, "The column to sort by, in small letters, such as growth");
    command->callback([=, &exit_code] {
        const bool fills = !asked->once && !asked->json && asked->where.file.empty() && terminal::is_there();
        exit_code = answer(*command, *asked, [&] { return fills ? fill_screen(*asked) : list(*asked); });
    });
}

}  // namespace kobj::tool
