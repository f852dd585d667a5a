#include "support/catch.hpp"

#include <kobj/result.hpp>

using kobj::errc;
using kobj::failure;
using kobj::result;

TEST_CASE("A result without a value is a success at first", "[result]") {
    const result<void> good;
    CHECK(good.has_value());
    CHECK(static_cast<bool>(good));
    good.value();
    *good;
    CHECK(result<void>(std::in_place).has_value());
    CHECK(good.error_or(errc::timeout) == errc::timeout);
}

TEST_CASE("A result without a value holds a failure", "[result]") {
    const result<void> bad = failure(errc::invalid_handle, "handle 8");
    CHECK_FALSE(bad.has_value());
    CHECK(bad.error() == errc::invalid_handle);
    CHECK(bad.error().detail() == "handle 8");
    CHECK(bad.error_or(errc::timeout) == errc::invalid_handle);
    CHECK_THROWS_AS(bad.value(), kobj::error);
    CHECK(result<void>(errc::timeout).error() == errc::timeout);
    CHECK(result<void>(kobj::unexpect, errc::timeout, "late").error().detail() == "late");
}

TEST_CASE("Results without a value are assigned, swapped and compared", "[result]") {
    result<void> first;
    result<void> second = failure(errc::timeout, "late");
    CHECK(first != second);
    CHECK(first == result<void>());
    CHECK(second == failure(errc::timeout));
    CHECK(first != failure(errc::timeout));
    swap(first, second);
    CHECK(second.has_value());
    CHECK(first.error().detail() == "late");
    first.emplace();
    CHECK(first == second);
    first = errc::not_owner;
    CHECK(first.error() == errc::not_owner);
    first = result<void>();
    CHECK(first.has_value());
}

TEST_CASE("Results without a value are chained", "[result]") {
    const result<void> good;
    const result<void> bad = errc::timeout;
    CHECK(good.and_then([] { return result<int>(3); }) == 3);
    CHECK(bad.and_then([] { return result<int>(3); }).error() == errc::timeout);
    CHECK(good.transform([] { return 4; }) == 4);
    int calls = 0;
    CHECK(good.transform([&] { ++calls; }).has_value());
    CHECK(bad.transform([&] { ++calls; }).error() == errc::timeout);
    CHECK(calls == 1);
    CHECK(bad.or_else([](const failure&) { return result<void>(); }).has_value());
    CHECK(bad.transform_error([](const failure&) { return failure(errc::not_owner); }).error() == errc::not_owner);
    CHECK(good.transform_error([](const failure& why) { return why; }).has_value());
}
