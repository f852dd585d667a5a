#pragma once

#include "operation.hpp"
#include "stepper.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace test {

/// Kills processes in one operation.
class stepping {
public:
    stepping(world& w, const operation& what) : w_(w), what_(what) {}

    /// Runs the operation once, to know the way.
    trail walk();
    /// Kills a child when so many instructions have run. What does not hold then, or an empty text.
    std::string kill_behind(const trail& known, std::size_t instruction);

    /// The same of the one that repairs after a death behind `death`.
    trail walk_repair(const trail& known, std::size_t death);
    std::string kill_in_repair(const trail& known, std::size_t death, const trail& repair, std::size_t instruction);

    /// Lets a child do the whole, so that what happens only the first time has happened.
    std::string run_whole();
    /// What does not hold now.
    std::string finish();
    /// How many deaths were not where they should have been, since the child went another way.
    std::size_t astray = 0;

private:
    struct child_in_world;
    world& w_;
    const operation& what_;
};

/// How much is killed: some of each operation, or everything.
class amount {
public:
    amount();
    [[nodiscard]] bool is_late() const { return !all_ && std::chrono::steady_clock::now() > end_; }
    [[nodiscard]] bool all() const { return all_; }
    /// Behind which instructions of a way.
    std::vector<std::size_t> of(const trail& known);
    std::size_t any(std::size_t below) { return random_() % below; }
    /// A number per name that is another one in each run, to begin at another operation.
    std::mt19937_64& random() { return random_; }

private:
    bool all_ = false;
    bool each_instruction_ = false;
    std::size_t most_;
    std::mt19937_64 random_;
    std::chrono::steady_clock::time_point end_;
};

/// Kills behind those, checks and prints what came of it.
void kill_at(const std::string& name, const trail& known, const std::vector<std::size_t>& places,
             const stepping& counted, const std::function<std::string(std::size_t)>& kill);

/// Does `one` for each of the names, or for as many as there is time for, beginning at a random one.
void for_each_operation(amount& much, const std::vector<const operation*>& which,
                        const std::function<void(const operation&)>& one);

}  // namespace test
