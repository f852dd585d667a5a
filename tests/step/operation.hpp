#pragma once

#include "world.hpp"

#include <functional>
#include <string>
#include <vector>

namespace test {

using part = std::function<void(world&)>;
using verdict = std::function<bool(world&)>;

/// One use of the API in which a process is killed.
struct operation {
    std::string name;
    part act;
    part setup = {};      ///< in the child
    part meanwhile = {};  ///< in the survivor, when the child is about to begin
    verdict holds = {};   ///< in the survivor, afterwards
    bool bare = false;    ///< the child has not joined the session
};

/// All of them.
const std::vector<operation>& operations();
const operation& operation_called(const std::string& name);

/// Eventually nobody runs any more whose exit code another process has noted to kill it.
bool told_have_ended(world& w);

// By subject.
void add_handle_operations(std::vector<operation>& all);
void add_object_operations(std::vector<operation>& all);
void add_wait_operations(std::vector<operation>& all);
void add_process_operations(std::vector<operation>& all);
void add_job_operations(std::vector<operation>& all);
void add_windows_operations(std::vector<operation>& all);

}  // namespace test
