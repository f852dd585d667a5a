#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/role.hpp"
#include "support/scratch.hpp"
#include "support/waiter.hpp"
#include "tool/tool.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

// kobj top: what goes on in a session.

using nlohmann::json;
using test::kobj_tool;

namespace {

json of_process(const json& look, int id) {
    for (const json& p : look["processes"]) {
        if (p["process"] == id) return p;
    }
    FAIL("process " << id << " is not in " << look);
    return {};
}

// kobj in a terminal of its own.
class in_terminal {
public:
    explicit in_terminal(std::vector<std::string> arguments) {
        const winsize size{24, 100, 0, 0};
        arguments.insert(arguments.begin(), KOBJ_TOOL);
        std::vector<char*> all;
        for (std::string& each : arguments) all.push_back(each.data());
        all.push_back(nullptr);
        int other = -1;
        REQUIRE(openpty(&terminal_, &other, nullptr, nullptr, &size) == 0);
        REQUIRE(tcgetattr(other, &before_) == 0);
        // Kept open, so that what is set there stays.
        line_ = other;
        pid_ = fork();
        if (pid_ == 0) {
            login_tty(other);
            setenv("TERM", "xterm", 1);
            sigset_t none;
            sigemptyset(&none);
            sigprocmask(SIG_SETMASK, &none, nullptr);
            execv(all[0], all.data());
            _exit(127);
        }
        REQUIRE(pid_ > 0);
        fcntl(terminal_, F_SETFL, O_NONBLOCK);
    }
    in_terminal(const in_terminal&) = delete;
    in_terminal& operator=(const in_terminal&) = delete;
    ~in_terminal() {
        if (!ended_) ::kill(pid_, SIGKILL);
        if (!ended_) waitpid(pid_, nullptr, 0);
        close(terminal_);
        close(line_);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }
    void type(const std::string& keys) const {
        REQUIRE(write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    }
    void resize(unsigned short rows, unsigned short columns) const {
        const winsize size{rows, columns, 0, 0};
        REQUIRE(ioctl(terminal_, TIOCSWINSZ, &size) == 0);
    }
    /// What was written since the last call.
    std::string written() {
        std::string text;
        std::array<char, 4096> part{};
        for (ssize_t n = 0; (n = read(terminal_, part.data(), part.size())) > 0;)
            text.append(part.data(), static_cast<std::size_t>(n));
        all_ += text;
        return text;
    }
    bool shows(const std::string& part) {
        return test::eventually([&] { return written().find(part) != std::string::npos; });
    }
    /// The status that waitpid gives, after the end.
    int end() {
        int status = 0;
        ended_ = test::eventually([&] {
            written();
            return waitpid(pid_, &status, WNOHANG) == pid_;
        });
        REQUIRE(ended_);
        written();
        return status;
    }
    /// The terminal is as it was, and the other screen is left.
    void check_given_back() const {
        termios now{};
        REQUIRE(tcgetattr(line_, &now) == 0);
        CHECK(now.c_lflag == before_.c_lflag);
        CHECK(all_.rfind("\x1b[?1049l") != std::string::npos);
        CHECK(all_.rfind("\x1b[?1049l") > all_.rfind("\x1b[?1049h"));
        CHECK(all_.rfind("\x1b[?25h") > all_.rfind("\x1b[?25l"));
    }

private:
    int terminal_ = -1;
    int line_ = -1;
    termios before_{};
    pid_t pid_ = -1;
    bool ended_ = false;
    std::string all_;
};

}  // namespace

ROLE(waits_once) {
    (void)kobj::wait(args.handle(0)).value();
    return 0;
}

TEST_CASE("One look shows handles, waits and for how long", "[tool][top][process]") {
    auto event = kobj::event::create({.name = test::unique_name("top"), .inheritable = true}).value();
    const auto child = test::start_role("waits_once", {event});
    test::until_waiting(event, 1);
    const auto answer = kobj_tool("top --once --json");
    REQUIRE(answer.code == 0);
    const json look = answer.json();
    const json waiting = of_process(look, static_cast<int>(child.id().value()));
    CHECK(waiting["waiting"] == 1);
    CHECK(waiting["blocked_ms"] >= 0);
    CHECK(waiting["growth"] == 0);
    CHECK_FALSE(waiting.contains("sleeps_per_second"));
    const auto& objects = look["objects"];
    const auto found = std::find_if(objects.begin(), objects.end(),
                                    [&](const json& o) { return o["name"].get<std::string>().ends_with("top"); });
    const auto text = kobj_tool("top --once");
    CHECK(text.has("PROGRAM"));
    CHECK(text.has("SLEEPS"));
    (void)found;
    event.set().value();
    CHECK(test::wait_for_exit(child) == 0);
}

// Opens more and more handles, closes none, and sleeps in waits.
ROLE(leaks_and_waits) {
    auto stop = args.adopt<kobj::event>(0);
    auto never = args.adopt<kobj::event>(1);
    std::vector<kobj::event> leaked;
    while (kobj::wait(stop.get(), std::chrono::seconds(0)).value() == kobj::wait_status::timed_out) {
        leaked.push_back(kobj::event::create().value());
        (void)kobj::wait(never.get(), std::chrono::milliseconds(5)).value();
    }
    return 0;
}

TEST_CASE("Growth and waits are counted from look to look", "[tool][top][process]") {
    auto stop = kobj::event::create({.inheritable = true, .manual_reset = true}).value();
    const auto never = kobj::event::create({.name = test::unique_name("never"), .inheritable = true}).value();
    const auto child = test::start_role("leaks_and_waits", {stop, never});
    const auto answer = kobj_tool("top --json --interval 0.3 --count 6");
    stop.set().value();
    CHECK(test::wait_for_exit(child) == 0);
    REQUIRE(answer.code == 0);
    std::vector<json> looks;
    std::istringstream lines(answer.text);
    for (std::string line; std::getline(lines, line);) looks.push_back(json::parse(line));
    REQUIRE(looks.size() == 6);
    const int id = static_cast<int>(child.id().value());
    CHECK(of_process(looks[0], id)["growth"] == 0);
    CHECK_FALSE(of_process(looks[0], id)["grows"].get<bool>());
    const json last = of_process(looks[5], id);
    CHECK(last["growth"] > 5);
    CHECK(last["grows"].get<bool>());
    CHECK(last["sleeps_per_second"] > 1.0);
    CHECK(last["threads_asleep"] > 0.1);
    CHECK_FALSE(of_process(looks[5], getpid())["grows"].get<bool>());
}

TEST_CASE("The screen is filled, answers keys and is given back", "[tool][top][process]") {
    const std::string name = test::unique_name("on screen");
    auto event = kobj::event::create({.name = name}).value();
    in_terminal top({"top", "--interval", "0.2"});
    CHECK(top.shows("PROGRAM"));
    top.type("\t");
    CHECK(top.shows(name));
    top.type("\x1b[C\x1b[Dr\x1b[B\x1b[Am");
    top.resize(8, 40);
    CHECK(top.shows("WAITERS"));
    // Stopped and going on it fills the screen again.
    top.type("\x1a");
    int status = 0;
    REQUIRE(test::eventually([&] { return waitpid(top.pid(), &status, WNOHANG | WUNTRACED) == top.pid(); }));
    CHECK(WIFSTOPPED(status));
    top.written();
    top.check_given_back();
    ::kill(top.pid(), SIGCONT);
    CHECK(top.shows("\x1b[?1049h"));
    top.type("q");
    status = top.end();
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    top.check_given_back();
}

TEST_CASE("A signal ends it, and the terminal is as it was", "[tool][top][process]") {
    const auto event = kobj::event::create().value();
    const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
    in_terminal top({"top"});
    CHECK(top.shows("PROGRAM"));
    if (signal == SIGINT)
        top.type("\x03");
    else
        ::kill(top.pid(), signal);
    const int status = top.end();
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    top.check_given_back();
}
