#pragma once

// Catch2 of version 2 (one header) or 3, and how it prints what kobj gives.

#if defined(KOBJ_CATCH2_V3)
#    include <catch2/catch_all.hpp>
#else
#    include <catch2/catch.hpp>
#endif

#include <kobj/kobj.hpp>

#include <string>

namespace Catch {

template <>
struct StringMaker<kobj::errc> {
    static std::string convert(kobj::errc code) {
        return std::to_string(static_cast<std::uint32_t>(code)) + " (" + kobj::failure(code).message() + ")";
    }
};

template <>
struct StringMaker<kobj::handle_value> {
    static std::string convert(kobj::handle_value value) { return "handle " + value.to_string(); }
};

template <>
struct StringMaker<kobj::wait_status> {
    static std::string convert(kobj::wait_status how) {
        switch (how) {
            case kobj::wait_status::signaled:
                return "signaled";
            case kobj::wait_status::abandoned:
                return "abandoned";
            case kobj::wait_status::timed_out:
                return "timed out";
        }
        return "not a wait_status";
    }
};

template <>
struct StringMaker<kobj::handle_flags> {
    static std::string convert(kobj::handle_flags flags) {
        return std::string(flags.inheritable ? "inheritable" : "not inheritable") +
               (flags.protect_from_close ? ", protected" : "");
    }
};

}  // namespace Catch
