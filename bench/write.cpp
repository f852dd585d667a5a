#include "write.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace bench {
namespace {

std::string number(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

double ratio(const group& g, const row& r) {
    return r.median_ns / g.rows.front().median_ns;
}

std::string today() {
    const std::time_t now = std::time(nullptr);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
    return text;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else
            out += c;
    }
    return out;
}

bool is_kobj(const row& r) {
    return r.name.find("kobj") != std::string::npos && r.name.find("Wine") == std::string::npos;
}

}  // namespace

void print(const table_reporter& report) {
    for (const group& g : report.groups()) {
        const bool waits = std::any_of(g.rows.begin(), g.rows.end(), [](const row& r) { return r.longest_ms > 0; });
        std::printf("\n%-52s %12s %12s %8s%s\n", g.name.c_str(), "median ns", "stddev ns", "ratio",
                    waits ? "  longest wait ms" : "");
        for (const row& r : g.rows) {
            std::printf("  %-50s %12.2f %12.2f %8.2f", r.name.c_str(), r.median_ns, r.spread_ns, ratio(g, r));
            if (waits) std::printf(" %16.2f", r.longest_ms);
            std::printf("\n");
        }
    }
    if (!report.notes.empty()) std::printf("\nshared memory\n");
    for (const auto& [what, how_much] : report.notes) std::printf("  %-50s %s\n", what.c_str(), how_much.c_str());
    std::fflush(stdout);
}

bool write_markdown(const table_reporter& report, const std::string& path) {
    std::ofstream out(path);
    out << "Measured on " << today() << " with " << report.machine() << ". Medians; the ratio is to the first line.\n";
    for (const group& g : report.groups()) {
        const bool waits = std::any_of(g.rows.begin(), g.rows.end(), [](const row& r) { return r.longest_ms > 0; });
        out << "\n| " << g.name << " | ns | spread | ratio |" << (waits ? " longest wait, ms |" : "")
            << "\n|---|---|---|---|" << (waits ? "---|" : "") << "\n";
        for (const row& r : g.rows) {
            out << "| " << r.name << " | " << number("%.1f", r.median_ns) << " | " << number("%.1f", r.spread_ns)
                << " | " << number("%.2f", ratio(g, r)) << " |";
            if (waits) out << ' ' << number("%.1f", r.longest_ms) << " |";
            out << "\n";
        }
    }
    if (!report.notes.empty()) out << "\n| shared memory | |\n|---|---|\n";
    for (const auto& [what, how_much] : report.notes) out << "| " << what << " | " << how_much << " |\n";
    return out.good();
}

bool write_svg(const table_reporter& report, const std::string& path) {
    constexpr int width = 960;
    constexpr int text_width = 430;
    constexpr int line = 20;
    int lines = 0;
    for (const group& g : report.groups()) lines += static_cast<int>(g.rows.size()) + 2;
    std::ofstream out(path);
    const int height = lines * line + 40;
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height
        << "\" viewBox=\"0 0 " << width << ' ' << height << "\" font-family=\"sans-serif\" font-size=\"12\">\n"
        << "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        << "<text x=\"10\" y=\"18\" fill=\"#555\">Time as a ratio to the first bar of each group (logarithmic). "
        << escaped(report.machine()) << ", " << today() << "</text>\n";
    int y = 30;
    for (const group& g : report.groups()) {
        double least = 1;
        double most = 1;
        for (const row& r : g.rows) {
            least = std::min(least, ratio(g, r));
            most = std::max(most, ratio(g, r));
        }
        // The shortest bar keeps some length.
        const double from = std::log10(least) - 0.3;
        const double scale = (width - text_width - 120) / (std::log10(most) - from + 1e-9);
        y += line;
        out << "<text x=\"10\" y=\"" << y << "\" font-weight=\"bold\">" << escaped(g.name) << "</text>\n";
        for (const row& r : g.rows) {
            y += line;
            const double length = std::max(2.0, (std::log10(ratio(g, r)) - from) * scale);
            out << "<text x=\"" << text_width - 8 << "\" y=\"" << y << "\" text-anchor=\"end\">" << escaped(r.name)
                << "</text><rect x=\"" << text_width << "\" y=\"" << y - 12 << "\" width=\"" << number("%.1f", length)
                << "\" height=\"15\" fill=\"" << (is_kobj(r) ? "#2a6fb0" : "#b9c0c7") << "\"/><text x=\""
                << number("%.1f", text_width + length + 6) << "\" y=\"" << y << "\">" << number("%.2f", ratio(g, r))
                << "</text>\n";
        }
        y += line;
    }
    out << "</svg>\n";
    return out.good();
}

}  // namespace bench
