#include "support/catch.hpp"

#include <kobj/version.hpp>

#include <string>

TEST_CASE("The library's version is the headers'", "[version]") {
    CHECK(std::string(kobj::version()) == std::to_string(KOBJ_VERSION_MAJOR) + "." +
                                              std::to_string(KOBJ_VERSION_MINOR) + "." +
                                              std::to_string(KOBJ_VERSION_PATCH));
}
