#pragma once

#include <string>

#include "survey.hpp"

namespace port {

/// For people. With `places` also where each function is used.
std::string text_report(const survey& what, bool places);

/// For programs: docs/kobj-port.md has the form.
std::string json_report(const survey& what);

}  // namespace port
