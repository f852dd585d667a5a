#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>

#include "call_stack.hpp"
#include "posix/facts/image.hpp"
#include "posix/os/shared_file.hpp"
#include "style.hpp"
#include "words.hpp"

// kobj run: a program, watched. With --verify its mistakes with handles are told as they happen.
namespace kobj::tool {

namespace {

using facts::unreadable;
using nlohmann::json;

struct choices : question {
    bool verify = false;
    bool stacks = false;
    bool breaks = false;
    bool fails = false;
    std::string log;
};

const std::map<std::string, const char*> meanings = {
    {"double_close", "is closed twice"},
    {"use_after_close", "is used after it was closed"},
    {"never_opened", "was never opened in this process"},
    {"null_handle", "the null handle is used"},
    {"wrong_type", "is used as if it were of another type"},
    {"not_owner", "a mutex is released by a thread that does not own it"},
    {"leak", "is still open at the end of the process"},
    {"more_leaks", "and more handles are still open, which are not listed"},
};

// What the program's processes write down: lines of JSON (src/posix/handle/verify.cpp).
class findings {
public:
    findings(std::string raw, std::FILE* out, bool as_json) : raw_(std::move(raw)), out_(out), json_(as_json) {}

    /// Shows what has come since the last time.
    void show_new() {
        std::ifstream file(raw_, std::ios::binary);
        file.seekg(read_);
        std::vector<json> batch;
        for (std::string line; std::getline(file, line) && !file.eof();) {
            read_ += static_cast<std::streamoff>(line.size() + 1);
            json one = json::parse(line, nullptr, false);
            if (one.is_discarded() || !one.is_object()) continue;
            if (one.value("kind", "") == "begin")
                ++processes_;
            else
                batch.push_back(std::move(one));
        }
        for (json& one : batch) {
            name_stacks(one);
            const std::string kind = one.value("kind", "");
            if (kind == "leak" || kind == "more_leaks")
                add_leak(std::move(one));
            else
                show(one);
        }
        show_leaks(false);
        std::fflush(out_);
    }
    /// The same, when nothing comes any more.
    void show_last() {
        show_new();
        show_leaks(true);
        std::fflush(out_);
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::size_t processes() const noexcept { return processes_; }

private:
    // A process writes down its leaks in one go, but not in one look of the reader's.
    struct leak {
        json told;
        bool is_new = true;
    };

    // Handles that were opened in one place and forgotten are one finding.
    void add_leak(json one) {
        for (leak& known : leaks_) {
            if (one["kind"] != "leak" || known.told["kind"] != "leak" || known.told["process"] != one["process"] ||
                known.told["stacks"] != one["stacks"])
                continue;
            known.told["more"].push_back(one["handle"]);
            known.is_new = true;
            return;
        }
        leaks_.push_back({std::move(one)});
    }

    // Those to which this look has added nothing, or all.
    void show_leaks(bool all) {
        for (const leak& each : leaks_)
            if (all || !each.is_new) show(each.told);
        if (all) leaks_.clear();
        std::erase_if(leaks_, [](const leak& each) { return !each.is_new; });
        for (leak& each : leaks_) each.is_new = false;
    }

    void name_stacks(json& one) {
        if (!one.contains("stacks")) return;
        for (json& stack : one["stacks"]) {
            std::vector<frame> frames;
            for (const json& f : stack["frames"]) frames.push_back({f["module"], f["base"], f["address"]});
            stack["calls"] = names_.lines(frames);
            stack.erase("frames");
        }
    }

    void show(const json& one) {
        ++count_;
        if (json_) {
            fmt::print(out_, "{}\n", one.dump(-1, ' ', false, json::error_handler_t::replace));
            return;
        }
        const std::string kind = one.value("kind", "");
        const auto known = meanings.find(kind);
        const std::string meaning = known == meanings.end() ? kind : known->second;
        const std::string program = one.value("program", "");
        const std::string what = fmt::format("{}{}", one.value("type", "handle"),
                                             kind == "null_handle" ? "" : ' ' + one.value("handle", ""));
        const std::size_t more = one.contains("more") ? one["more"].size() : 0;
        fmt::print(out_, "{} {}: {}{}{}\n", one.value("process", 0), printable(program.substr(program.rfind('/') + 1)),
                   kind == "null_handle" || kind == "more_leaks" || kind == "not_owner" ? "" : what + ' ', meaning,
                   more == 0 ? "" : fmt::format(", and {} more of the same", more));
        if (const std::string text = one.value("text", ""); !text.empty())
            fmt::print(out_, "    {}\n", printable(text));
        for (const json& stack : one.value("stacks", json::array())) {
            fmt::print(out_, "    {} by thread {}, in\n", stack.value("what", ""), stack.value("thread", 0));
            for (const json& call : stack["calls"])
                fmt::print(out_, "        {}\n", printable(call.get<std::string>()));
        }
    }

    std::string raw_;
    std::FILE* out_;
    bool json_;
    std::streamoff read_ = 0;
    std::size_t count_ = 0;
    std::size_t processes_ = 0;
    std::vector<leak> leaks_;
    call_stacks names_;
};

// A new, empty file.
class scratch_file {
public:
    scratch_file() {
        const char* folder = std::getenv("TMPDIR");
        path = fmt::format("{}/kobj-run-XXXXXX", folder != nullptr && *folder == '/' ? folder : "/tmp");
        const posix::os::descriptor made(mkstemp(path.data()));
        if (!made) throw unreadable(fmt::format("{}: {}", path, std::strerror(errno)));
    }
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;
    ~scratch_file() { unlink(path.c_str()); }
    std::string path;
};

void set(const char* name, const std::string& value) {
    if (setenv(name, value.c_str(), 1) != 0) throw unreadable(std::strerror(errno));
}

[[noreturn]] void become(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const std::string& w : words) arguments.push_back(const_cast<char*>(w.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    fmt::print(stderr, "kobj run: {}: {}\n", words[0], std::strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

int wait_and_show(pid_t child, findings& found) {
    constexpr useconds_t between_looks = 50'000;
    int status = 0;
    pid_t ended = 0;
    while ((ended = waitpid(child, &status, WNOHANG)) == 0) {
        found.show_new();
        usleep(between_looks);
    }
    found.show_last();
    if (ended < 0) return cannot_answer;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run(const choices& asked, const std::vector<std::string>& words) {
    if (words.empty()) throw unreadable("which program?");
    if (words[0].starts_with('-')) throw unreadable(fmt::format("there is no option {}", words[0]));
    if (asked.where.given) set("KOBJ_SESSION", asked.where.session);
    if (asked.stacks) set("KOBJ_HANDLE_TRACE", "1");
    if (!asked.verify) become(words);
    const scratch_file raw;
    set("KOBJ_VERIFY", raw.path);
    if (asked.breaks) set("KOBJ_VERIFY_BREAK", "1");
    std::FILE* out = stderr;
    if (!asked.log.empty() && (out = std::fopen(asked.log.c_str(), "we")) == nullptr)
        throw unreadable(fmt::format("{}: {}", asked.log, std::strerror(errno)));
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> closed(out == stderr ? nullptr : out, &std::fclose);
    const pid_t child = fork();
    if (child < 0) throw unreadable(std::strerror(errno));
    if (child == 0) become(words);
    // What the terminal sends is meant for the program.
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGQUIT, SIG_IGN);
    findings found(raw.path, out, asked.json);
    const int code = wait_and_show(child, found);
    if (!asked.json) {
        if (found.processes() == 0)
            fmt::print(stderr, "kobj run: nothing was checked: no process of it has called kobj\n");
        else if (found.count() == 0)
            fmt::print(out, "kobj run: no mistakes with handles in {} {}\n", found.processes(),
                       found.processes() == 1 ? "process" : "processes");
        else
            fmt::print(out, "kobj run: {} {}\n", found.count(), found.count() == 1 ? "mistake" : "mistakes");
    }
    return asked.fails && code == 0 && found.count() != 0 ? found_trouble : code;
}

}  // namespace

void add_run(CLI::App& program, int& exit_code) {
    auto* command = program.add_subcommand("run", "Runs a program and tells its mistakes with handles");
    command->footer(
        "With --verify: a handle that is closed twice, used after it was closed or as one of another type, that was\n"
        "never opened or is null; a mutex released by who does not own it; and what is still open at the end; each "
        "with\n"
        "the calls of the opening, of the closing and of the use. Children are checked, too. No call of the program\n"
        "ends otherwise than it does without. Exit code: that of the program; 128 + n when signal n has ended it.\n\n"
        "  kobj run --verify ./server --port 80\n"
        "  kobj run --verify --fail --log mistakes.txt ./tests\n"
        "  kobj run --stacks ./server & kobj leaks $! --for 60");
    auto asked = std::make_shared<choices>();
    auto* session = command->add_option("--session", asked->where.session, "The session in which it runs");
    session->each([asked](const std::string&) { asked->where.given = true; });
    auto* verify = command->add_flag("--verify", asked->verify, "Tell mistakes with handles, on standard error");
    command->add_option("--log", asked->log, "Tell them in this file instead")->type_name("FILE")->needs(verify);
    command->add_flag("--json", asked->json, "As JSON, a line for each")->needs(verify);
    command->add_flag("--break", asked->breaks, "Also raise SIGTRAP at each, for a debugger")->needs(verify);
    command->add_flag("--fail", asked->fails, "Exit code 1 instead of 0 when there were any")->needs(verify);
    command->add_flag("--stacks", asked->stacks, "Keep the calls that opened handles, for kobj leaks");
    command->prefix_command();
    command->callback(
        [=, &exit_code] { exit_code = answer(*command, *asked, [&] { return run(*asked, command->remaining()); }); });
}

}  // namespace kobj::tool
