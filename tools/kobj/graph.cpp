#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "facts/wait_graph.hpp"
#include "session.hpp"
#include "words.hpp"

// kobj graph: a picture of who has what open, owns it and waits for it.
namespace kobj::tool {

using facts::object_facts;
using facts::process_facts;
using facts::session_facts;
using facts::u32;

namespace {

struct choices : question {
    bool html = false;
    bool everything = false;
    std::string to;
};

constexpr int box_width = 300;
constexpr int box_height = 34;
constexpr int gap = 14;
constexpr int left = 20;
constexpr int right = 660;
constexpr int top = 60;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

// Of UTF-8, so that no character is cut in two.
std::string shortened(std::string text) {
    constexpr std::size_t most = 42;
    if (text.size() <= most) return text;
    std::size_t end = most - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
}

class picture {
public:
    picture(const session_facts& all, bool everything, bool torn) : all_(all), graph_(all), torn_(torn) {
        for (const process_facts& p : all.processes()) {
            for (const facts::handle_facts& h : all.handles_of(p)) holders_[h.object].insert(p.record);
        }
        // What only one process knows and nobody waits for tells nothing about the others.
        for (const object_facts& o : all.objects()) {
            if (everything || holders_[o.record].size() > 1 || !o.waiters.empty()) {
                object_row_[o.record] = static_cast<int>(object_row_.size());
                for (const u32 p : holders_[o.record]) shown_processes_.insert(p);
            }
        }
        for (const process_facts& p : all.processes()) {
            if (everything || shown_processes_.contains(p.record))
                process_row_[p.record] = static_cast<int>(process_row_.size());
        }
    }

    [[nodiscard]] std::string svg() const {
        const int rows = static_cast<int>(std::max({process_row_.size(), object_row_.size(), std::size_t{1}}));
        const int height = top + rows * (box_height + gap) + gap;
        std::string out = fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
            "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
            "<text x=\"{2}\" y=\"24\" fill=\"#555\">thin: has it open &#160; thick: owns it &#160; dashed: waits for "
            "it &#160; red: in vain, a deadlock{4}</text>\n"
            "<text x=\"{2}\" y=\"48\" font-weight=\"bold\">processes</text><text x=\"{3}\" y=\"48\" "
            "font-weight=\"bold\">objects</text>\n",
            right + box_width + left, height, left, right, torn_ ? " &#160; TORN: it changed while it was read" : "");
        for (const auto& [o, row] : object_row_) edges_of(o, row, out);
        for (const auto& [p, row] : process_row_) {
            const process_facts& process = *all_.process(p);
            const bool stuck =
                std::any_of(process.threads.begin(), process.threads.end(), [&](u32 t) { return graph_.is_stuck(t); });
            box(left, row, words_of(process),
                fmt::format("{} handles, {} threads", process.handles, process.threads.size()), stuck,
                fmt::format("p{}", p), out);
        }
        for (const auto& [o, row] : object_row_) {
            const object_facts& object = *all_.object(o);
            box(right, row, words_of(all_, object), state_of(all_, object), false, fmt::format("o{}", o), out);
        }
        return out + "</svg>\n";
    }

private:
    static int middle(int row) { return top + row * (box_height + gap) + box_height / 2; }

    static void box(int x, int row, const std::string& head, const std::string& below, bool stuck,
                    const std::string& id, std::string& out) {
        const int y = top + row * (box_height + gap);
        out += fmt::format(
            "<g class=\"node\" id=\"{}\"><title>{}: {}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
            "rx=\"4\" "
            "fill=\"{}\" stroke=\"{}\"/><text x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\" font-size=\"10\" "
            "fill=\"#555\">{}</text></g>\n",
            id, escaped(head), escaped(below), x, y, box_width, box_height, stuck ? "#fdeaea" : "#f4f7fa",
            stuck ? "#c62828" : "#8a99a8", x + 8, y + 14, escaped(shortened(head)), x + 8, y + 28,
            escaped(shortened(below)));
    }

    void line(u32 process, u32 object, int object_row, const char* style, std::string& out) const {
        const auto at = process_row_.find(process);
        if (at == process_row_.end()) return;
        out += fmt::format("<path class=\"edge p{} o{}\" d=\"M{} {} C{} {} {} {} {} {}\" fill=\"none\" {}/>\n", process,
                           object, left + box_width, middle(at->second), left + box_width + 120, middle(at->second),
                           right - 120, middle(object_row), right, middle(object_row), style);
    }

    void edges_of(u32 record, int row, std::string& out) const {
        const object_facts& object = *all_.object(record);
        const facts::thread_facts* owner = all_.thread(object.owner);
        for (const u32 p : holders_.at(record)) line(p, record, row, "stroke=\"#b4bfca\"", out);
        std::set<u32> stuck_waiters;
        for (const u32 t : object.waiters) {
            const facts::thread_facts* thread = all_.thread(t);
            if (thread == nullptr) continue;
            const bool stuck = graph_.is_stuck(t);
            line(thread->process, record, row,
                 stuck ? "stroke=\"#c62828\" stroke-width=\"2\" stroke-dasharray=\"6 4\""
                       : "stroke=\"#2a6fb0\" stroke-width=\"2\" stroke-dasharray=\"6 4\"",
                 out);
        }
        if (owner == nullptr || object.type != object_type::mutex) return;
        line(owner->process, record, row,
             graph_.is_stuck(owner->record) ? "stroke=\"#c62828\" stroke-width=\"3\""
                                            : "stroke=\"#2a6fb0\" stroke-width=\"3\"",
             out);
    }

    const session_facts& all_;
    facts::wait_graph graph_;
    bool torn_;
    std::map<u32, std::set<u32>> holders_;  ///< processes, by object
    std::set<u32> shown_processes_;
    std::map<u32, int> object_row_, process_row_;
};

// One page, without anything from elsewhere: what is pointed at stands out with all that it touches.
std::string page(const std::string& title, const std::string& svg) {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>kobj: {}</title>\n"
        "<style>body{{margin:0}} svg.some .edge{{opacity:.12}} svg.some .edge.on{{opacity:1}} .node{{cursor:pointer}}"
        "</style>\n{}<script>\nconst svg = document.querySelector('svg');\n"
        "for (const node of document.querySelectorAll('.node')) {{\n"
        "  node.onmouseenter = () => {{\n    svg.classList.add('some');\n"
        "    for (const edge of document.querySelectorAll('.edge.' + node.id)) edge.classList.add('on');\n  }};\n"
        "  node.onmouseleave = () => {{\n    svg.classList.remove('some');\n"
        "    for (const edge of document.querySelectorAll('.on')) edge.classList.remove('on');\n  }};\n}}\n"
        "</script></html>\n",
        escaped(title), svg);
}

int draw(const choices& asked) {
    const session read = read_session(asked.where);
    const std::string svg = picture(*read.facts, asked.everything, read.torn).svg();
    const std::string all = asked.html ? page(read.path, svg) : svg;
    if (asked.to.empty()) {
        fmt::print("{}", all);
        return all_well;
    }
    std::ofstream file(asked.to, std::ios::binary);
    file << all;
    file.close();
    if (!file) throw facts::unreadable(fmt::format("{}: cannot be written", asked.to));
    return all_well;
}

}  // namespace

void add_graph(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("graph", "A picture: who has what open, owns it, waits for it");
    command->footer(
        "Objects that several processes have, or for which somebody waits. SVG, or a page that needs no network.\n\n"
        "  kobj graph > session.svg\n"
        "  kobj graph --html --output session.html");
    auto asked = std::make_shared<choices>();
    add_source(*command, asked->where);
    command->add_flag("--html", asked->html, "A page, where what is pointed at stands out");
    command->add_flag("--all", asked->everything, "All objects and processes");
    command->add_option("--output", asked->to, "The file to write; otherwise standard output")->type_name("FILE");
    command->callback([=, &exit_code] { exit_code = answer(*command, *asked, [&] { return draw(*asked); }); });
}

}  // namespace kobj::tool
