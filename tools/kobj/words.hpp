#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "session.hpp"

// How things are called in what the commands print.
namespace kobj::tool {

/// `mutex`, `file mapping`
std::string_view type_of(const facts::object_facts& object);
/// `mutex "name"`, `unnamed event #17`, `process 4711 (server)`.
std::string words_of(const facts::session_facts& all, const facts::object_facts& object);
/// What an object's state means: "signaled", "held by thread 12 of 10 (server), 2 times", "3 of 8", ...
std::string state_of(const facts::session_facts& all, const facts::object_facts& object);
/// `thread 12 of 10 (server)`, `main thread of 10 (server)`
std::string words_of(const facts::session_facts& all, const facts::thread_facts& thread);
/// `10 (server)`
std::string words_of(const facts::process_facts& process);
/// "runs", "stopped", "has not called kobj", ...
const char* state_of(const facts::process_facts& process);
/// The access rights of a handle, by name: `synchronize, modify`.
std::string access_of(access_mask access, object_type type);
/// `3.2 s`, `15 ms`
std::string span_of(std::uint64_t nanoseconds);
/// Characters that a terminal would act on are shown as `?`.
std::string printable(std::string_view text);

nlohmann::json json_of(const facts::session_facts& all, const facts::object_facts& object);
nlohmann::json json_of(const facts::session_facts& all, const facts::thread_facts& thread);
/// Prints it. Names may hold any bytes.
void print(const nlohmann::json& value);

}  // namespace kobj::tool
