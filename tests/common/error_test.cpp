#include "support/catch.hpp"

#include <kobj/error.hpp>

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

using kobj::errc;
using kobj::failure;

TEST_CASE("Error numbers are those of Win32", "[error]") {
    CHECK(static_cast<std::uint32_t>(errc::invalid_handle) == 6);
    CHECK(failure(errc::not_owner).value() == 288);
    CHECK(failure(errc::mutant_limit_exceeded).value() == 587);
    CHECK(failure(std::uint32_t{1450}) == errc::no_system_resources);
    CHECK(failure(errc::no_unicode_translation).code().value() == 1113);
}

TEST_CASE("Each error number has an English text", "[error]") {
    for (const errc each : {errc::success,
                            errc::file_not_found,
                            errc::path_not_found,
                            errc::too_many_open_files,
                            errc::access_denied,
                            errc::invalid_handle,
                            errc::not_enough_memory,
                            errc::invalid_data,
                            errc::write_fault,
                            errc::not_supported,
                            errc::invalid_parameter,
                            errc::disk_full,
                            errc::call_not_implemented,
                            errc::invalid_name,
                            errc::bad_pathname,
                            errc::already_exists,
                            errc::bad_exe_format,
                            errc::filename_exceeds_range,
                            errc::directory,
                            errc::not_owner,
                            errc::too_many_posts,
                            errc::invalid_address,
                            errc::mutant_limit_exceeded,
                            errc::file_invalid,
                            errc::no_unicode_translation,
                            errc::possible_deadlock,
                            errc::mapped_alignment,
                            errc::revision_mismatch,
                            errc::invalid_owner,
                            errc::file_corrupt,
                            errc::no_system_resources,
                            errc::timeout,
                            errc::invalid_state}) {
        const std::string text = make_error_code(each).message();
        INFO(static_cast<std::uint32_t>(each));
        CHECK_FALSE(text.empty());
        CHECK(text.find_first_of("\r\n") == std::string::npos);
        CHECK(failure(each).message() == text);
    }
    CHECK_FALSE(failure(std::uint32_t{999999}).message().empty());
}

TEST_CASE("The category is kobj's own, and maps to std::errc where one fits", "[error]") {
    const std::error_code code = errc::access_denied;
    CHECK(code.category() == kobj::win32_category());
    CHECK(code.category() != std::system_category());
    CHECK(code == std::errc::permission_denied);
    CHECK(make_error_code(errc::file_not_found) == std::errc::no_such_file_or_directory);
    CHECK(make_error_code(errc::invalid_parameter) == std::errc::invalid_argument);
    CHECK(make_error_code(errc::not_enough_memory) == std::errc::not_enough_memory);
    CHECK(make_error_code(errc::timeout) == std::errc::timed_out);
    CHECK(make_error_code(errc::not_supported) == std::errc::not_supported);
    CHECK(make_error_code(errc::already_exists) == std::errc::file_exists);
    CHECK_FALSE(std::string(kobj::win32_category().name()).empty());
    const std::error_code from_failure = failure(errc::not_owner);
    CHECK(from_failure == errc::not_owner);
}

TEST_CASE("A failure tells the general text, and the detail behind a colon", "[error]") {
    const failure plain(errc::invalid_handle);
    CHECK(plain.detail().empty());
    const failure told(errc::invalid_handle, "handle 12 is closed");
    CHECK(told.detail() == "handle 12 is closed");
    // A full stop before the colon goes.
    const std::string general = plain.message().substr(0, plain.message().find_last_not_of('.') + 1);
    CHECK(told.message() == general + ": handle 12 is closed");
    CHECK(failure(errc::invalid_handle, "").message() == plain.message());
}

TEST_CASE("A failure is copied, moved and assigned with its text", "[error]") {
    failure first(errc::timeout, "one");
    failure copy = first;
    CHECK(copy.detail() == "one");
    failure moved = std::move(copy);
    CHECK(moved.detail() == "one");
    CHECK(moved == errc::timeout);
    failure other(errc::not_owner, "two");
    other = first;
    CHECK(other.detail() == "one");
    other = *&other;
    CHECK(other.detail() == "one");
    first.swap(moved = failure(errc::invalid_name));
    CHECK(first == errc::invalid_name);
    CHECK(first.detail().empty());
    CHECK(moved.detail() == "one");
    CHECK(moved == other);
    CHECK_FALSE(moved == first);
}

TEST_CASE("kobj::error is a std::system_error", "[error]") {
    try {
        throw kobj::error(failure(errc::directory, "/nowhere"));
    } catch (const std::system_error& thrown) {
        CHECK(thrown.code() == errc::directory);
        CHECK(std::string(thrown.what()).find("/nowhere") != std::string::npos);
    }
}
