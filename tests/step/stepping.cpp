#include "stepping.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/watchdog.hpp"

#include "posix/arena/transaction.hpp"
#include "posix/process/attach.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <sstream>
#include <thread>

#include <unistd.h>

namespace test {

namespace check = kobj::posix::check;

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// As many as there were before the first death.
std::optional<counts> usual;

std::string what_is_left(const check::report& now) {
    std::string left;
    for (const std::string& debt : now.debts) {
        // Swept by the next process that joins.
        if (debt.find("its record") == std::string::npos) left += debt + "\n";
    }
    if (!usual) usual = count(now);
    if (count(now) != *usual) {
        std::ostringstream text;
        text << "there are " << count(now) << ", not " << *usual << "\n";
        left += text.str();
    }
    return left;
}

/// It claims a record without the lock, also one that the dead was about to free.
bool new_thread_keeps_its_record() {
    using namespace kobj::posix;
    bool keeps = false;
    std::thread([&] {
        const context& me = enter();
        // Takes back what was not finished, if nobody has yet.
        transact(me, [](transaction&) {});
        const auto id = static_cast<u32>(gettid());
        keeps = me.record->identity.get() == make_thread_identity(id, owner_generation(me.owner), true);
    }).join();
    return keeps;
}

}  // namespace

struct stepping::child_in_world {
    explicit child_in_world(stepping& s) {
        at.emplace(
            [&s] {
                if (s.what_.setup) s.what_.setup(s.w_);
            },
            [&s] { s.what_.act(s.w_); }, s.what_.bare);
        if (s.what_.meanwhile) s.what_.meanwhile(s.w_);
    }
    std::optional<stepped_child> at;
};

trail stepping::walk() {
    trail found;
    {
        child_in_world child(*this);
        found = child.at->walk();
    }
    (void)finish();
    return found;
}

std::string stepping::kill_behind(const trail& known, std::size_t instruction) {
    {
        child_in_world child(*this);
        if (!child.at->lead(known, instruction)) ++astray;
    }
    return finish();
}

std::string stepping::run_whole() {
    {
        child_in_world child(*this);
        child.at->run();
    }
    return finish();
}

trail stepping::walk_repair(const trail& known, std::size_t death) {
    trail found;
    {
        child_in_world child(*this);
        // Made before the death: a fork would repair.
        stepped_child repairs([] {}, [this] { (void)usage_count(w_.gate); }, false);
        (void)child.at->lead(known, death);
        child.at->kill_now();
        found = repairs.walk();
    }
    (void)finish();
    return found;
}

std::string stepping::kill_in_repair(const trail& known, std::size_t death, const trail& repair,
                                     std::size_t instruction) {
    {
        child_in_world child(*this);
        stepped_child repairs([] {}, [this] { (void)usage_count(w_.gate); }, false);
        (void)child.at->lead(known, death);
        child.at->kill_now();
        if (!repairs.lead(repair, instruction)) ++astray;
    }
    return finish();
}

std::string stepping::finish() {
    std::string wrong = check::to_text(look());
    if (!wrong.empty()) wrong = "right behind the death: " + wrong;
    if (!new_thread_keeps_its_record()) wrong += "a new thread has lost its record\n";
    if (what_.holds && !what_.holds(w_)) wrong += "the survivor's operations do not work as they should\n";
    // What the dead one had started may run for a moment still.
    check::report after;
    std::string left;
    (void)eventually([&] {
        tidy(w_);
        after = look();
        left = what_is_left(after);
        return left.empty();
    });
    return wrong + check::to_text(after) + left;
}

amount::amount() : most_(number_from("KOBJ_STEP_KILLS", 5)) {
    const char* wanted = std::getenv("KOBJ_STEP");
    each_instruction_ = wanted != nullptr && std::strcmp(wanted, "instructions") == 0;
    all_ = each_instruction_ || (wanted != nullptr && std::strcmp(wanted, "places") == 0);
    const std::uint64_t seed = number_from("KOBJ_STEP_SEED", std::random_device()());
    if (!all_) std::printf("step: seed %llu\n", static_cast<unsigned long long>(seed));
    random_.seed(seed);
    end_ = std::chrono::steady_clock::now() + std::chrono::seconds(number_from("KOBJ_STEP_SECONDS", 8));
    usual.reset();
}

std::vector<std::size_t> amount::of(const trail& known) {
    std::vector<std::size_t> list = known.places;
    if (each_instruction_) {
        list.resize(known.at.size());
        std::iota(list.begin(), list.end(), std::size_t{0});
    }
    if (all_) return list;
    const std::size_t stride = std::max<std::size_t>(1, list.size() / (is_late() ? 1 : most_));
    std::vector<std::size_t> some;
    for (std::size_t i = any(stride); i < list.size(); i += stride) some.push_back(list[i]);
    return some;
}

void kill_at(const std::string& name, const trail& known, const std::vector<std::size_t>& places,
             const stepping& counted, const std::function<std::string(std::size_t)>& kill) {
    std::size_t violations = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (i % 32 == 0) watch("step: " + name);
        const std::string wrong = kill(places[i]);
        if (!wrong.empty() && ++violations <= 5)
            std::printf("step: %s: killed behind instruction %zu of %zu: %s", name.c_str(), places[i],
                        known.instructions(), wrong.c_str());
    }
    // The rows of docs/crash-contract.md.
    const char* path = std::getenv("KOBJ_STEP_TABLE");
    if (std::FILE* table = path == nullptr ? nullptr : std::fopen(path, "a")) {
        std::fprintf(table, "| %s | %zu | %zu | %zu | %zu |\n", name.c_str(), known.instructions(), known.places.size(),
                     places.size(), violations);
        std::fclose(table);
    }
    std::printf("step: %-60s %6zu instructions, %4zu places, %5zu kills (%zu astray), %zu violations\n", name.c_str(),
                known.instructions(), known.places.size(), places.size(), counted.astray, violations);
    std::fflush(stdout);
    CHECKED_ELSE(violations == 0) {
        FAIL_CHECK(name);
    }
}

void for_each_operation(amount& much, const std::vector<const operation*>& which,
                        const std::function<void(const operation&)>& one) {
    const char* only = std::getenv("KOBJ_STEP_ONLY");
    usual = count(look());
    const std::size_t first = much.all() || which.empty() ? 0 : much.any(which.size());
    std::size_t done = 0;
    for (; done < which.size() && !much.is_late(); ++done) {
        const operation& each = *which[(first + done) % which.size()];
        if (only != nullptr && each.name != only) continue;
        watch("step: " + each.name);
        one(each);
    }
    if (done < which.size()) std::printf("step: %zu operations have no turn this time\n", which.size() - done);
}

}  // namespace test
