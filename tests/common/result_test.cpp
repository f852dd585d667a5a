#include "support/catch.hpp"

#include <kobj/result.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using kobj::errc;
using kobj::failure;
using kobj::result;

namespace {

static_assert(std::is_same_v<result<int>::value_type, int>);
static_assert(std::is_same_v<result<int>::error_type, failure>);
static_assert(std::is_same_v<result<int>::rebind<char>, result<char>>);
static_assert(!std::is_copy_constructible_v<result<std::unique_ptr<int>>>);
static_assert(std::is_nothrow_move_constructible_v<result<std::unique_ptr<int>>>);
static_assert(!std::is_convertible_v<result<int>, bool>);
static_assert(!std::is_default_constructible_v<result<std::reference_wrapper<int>>>);
static_assert(std::is_same_v<decltype(*std::declval<result<int>&>()), int&>);
static_assert(std::is_same_v<decltype(*std::declval<const result<int>&>()), const int&>);
static_assert(std::is_same_v<decltype(*std::declval<result<int>>()), int&&>);
static_assert(std::is_same_v<decltype(std::declval<result<int>>().value()), int&&>);
static_assert(std::is_same_v<decltype(std::declval<const result<int>>().value()), const int&&>);

// Counts the living, and throws from a copy on request.
struct fragile {
    static inline int living = 0;
    int number;
    bool throws = false;
    explicit fragile(int n) : number(n) { ++living; }
    fragile(const fragile& other) : number(other.number), throws(other.throws) {
        if (throws) throw std::runtime_error("copy");
        ++living;
    }
    fragile(fragile&& other) : fragile(static_cast<const fragile&>(other)) {}
    fragile& operator=(const fragile&) = default;
    ~fragile() { --living; }
};

result<int> half(int n) {
    if (n % 2 != 0) return failure(errc::invalid_parameter, "odd");
    return n / 2;
}

}  // namespace

TEST_CASE("A result is made from a value, and holds it", "[result]") {
    const result<int> made = 7;
    CHECK(made.has_value());
    CHECK(static_cast<bool>(made));
    CHECK(*made == 7);
    CHECK(made.value() == 7);
    CHECK(made.value_or(1) == 7);
    CHECK(made.error_or(errc::timeout) == errc::timeout);
    CHECK(*result<int>() == 0);
    CHECK(*result<std::string>(std::in_place, 3, 'x') == "xxx");
    const result<std::string> text = "abc";
    CHECK(text->size() == 3);
}

TEST_CASE("A result is made from a failure or its number, and holds it", "[result]") {
    const result<int> made = errc::not_owner;
    CHECK_FALSE(made.has_value());
    CHECK_FALSE(static_cast<bool>(made));
    CHECK(made.error() == errc::not_owner);
    CHECK(made.value_or(1) == 1);
    CHECK(made.error_or(errc::timeout) == errc::not_owner);
    const result<int> told = failure(errc::access_denied, "no right");
    CHECK(told.error().detail() == "no right");
    const result<int> in_place(kobj::unexpect, errc::invalid_name, "bad");
    CHECK(in_place.error() == errc::invalid_name);
    CHECK(in_place.error().detail() == "bad");
}

TEST_CASE("value() of a failure throws kobj::error with its number and text", "[result]") {
    result<int> made = failure(errc::not_owner, "mutex 4");
    try {
        (void)made.value();
        FAIL("nothing was thrown");
    } catch (const kobj::error& thrown) {
        CHECK(thrown.code().value() == 288);
        CHECK(thrown.code().category() == kobj::win32_category());
        CHECK(std::string(thrown.what()).find("mutex 4") != std::string::npos);
    }
    CHECK_THROWS_AS(std::as_const(made).value(), std::system_error);
    CHECK_THROWS_AS(std::move(made).value(), kobj::error);
    CHECK(made.error() == errc::not_owner);
}

TEST_CASE("A result of a move-only value moves it", "[result]") {
    result<std::unique_ptr<int>> first = std::make_unique<int>(5);
    result<std::unique_ptr<int>> second = std::move(first);
    REQUIRE(second.has_value());
    CHECK(**second == 5);
    CHECK(first.has_value());
    CHECK(*first == nullptr);
    const std::unique_ptr<int> out = *std::move(second);
    CHECK(*out == 5);
    CHECK(*result<std::unique_ptr<int>>(std::make_unique<int>(6)).value_or(nullptr) == 6);
}

TEST_CASE("A result is assigned from any state to any other", "[result]") {
    result<std::string> target = "old";
    const result<std::string> value = "new";
    const result<std::string> wrong = failure(errc::timeout, "late");
    target = value;
    CHECK(*target == "new");
    target = wrong;
    REQUIRE_FALSE(target.has_value());
    CHECK(target.error().detail() == "late");
    target = wrong;
    CHECK(target.error() == errc::timeout);
    target = value;
    CHECK(*target == "new");
    target = errc::invalid_handle;
    CHECK(target.error() == errc::invalid_handle);
    target = "third";
    CHECK(*target == "third");
    target = *&target;
    CHECK(*target == "third");
    CHECK(*value == "new");
    CHECK(wrong.error().detail() == "late");
}

TEST_CASE("A copy that throws leaves a result as it was", "[result]") {
    const int before = fragile::living;
    {
        result<fragile> good(std::in_place, 1);
        good->throws = true;
        result<fragile> bad = failure(errc::timeout, "kept");
        CHECK_THROWS_AS(bad = good, std::runtime_error);
        REQUIRE_FALSE(bad.has_value());
        CHECK(bad.error() == errc::timeout);
        CHECK(bad.error().detail() == "kept");
        CHECK(good->number == 1);
        CHECK_THROWS_AS(result<fragile>(good), std::runtime_error);
        CHECK(fragile::living == before + 1);
    }
    CHECK(fragile::living == before);
}

TEST_CASE("Results of the same and of other types are compared", "[result]") {
    const result<int> one = 1;
    const result<int> two = 2;
    const result<long> long_one = 1L;
    const result<int> wrong = errc::timeout;
    CHECK(one == result<int>(1));
    CHECK_FALSE(one == two);
    CHECK(one != two);
    CHECK(one == long_one);
    CHECK(one == 1);
    CHECK(one != 2);
    CHECK(wrong != 1);
    CHECK(wrong != one);
    CHECK(wrong == result<int>(errc::timeout));
    CHECK(wrong != result<int>(errc::invalid_handle));
    CHECK(wrong == failure(errc::timeout, "the text is not compared"));
    CHECK(one != failure(errc::timeout));
}

TEST_CASE("and_then goes on with the value, or hands the failure on", "[result]") {
    result<int> twelve = 12;
    CHECK(twelve.and_then(half).and_then(half) == 3);
    CHECK(std::as_const(twelve).and_then(half) == 6);
    const auto odd = result<int>(6).and_then(half).and_then(half);
    REQUIRE_FALSE(odd.has_value());
    CHECK(odd.error().detail() == "odd");
    int calls = 0;
    const auto skipped = result<int>(errc::timeout).and_then([&](int n) {
        ++calls;
        return result<std::string>(std::to_string(n));
    });
    CHECK(skipped.error() == errc::timeout);
    CHECK(calls == 0);
}

TEST_CASE("transform maps the value, also to nothing", "[result]") {
    CHECK(result<int>(4).transform([](int n) { return n * 1.5; }) == 6.0);
    CHECK(result<std::string>("ab").transform(&std::string::size) == 2U);
    int seen = 0;
    const result<void> done = result<int>(4).transform([&](int n) { seen = n; });
    CHECK(done.has_value());
    CHECK(seen == 4);
    const result<void> not_done = result<int>(errc::timeout).transform([&](int n) { seen = n + 1; });
    CHECK(not_done.error() == errc::timeout);
    CHECK(seen == 4);
    auto moved =
        result<std::unique_ptr<int>>(std::make_unique<int>(3)).transform([](std::unique_ptr<int> p) { return p; });
    CHECK(**moved == 3);
}

TEST_CASE("or_else repairs a failure, transform_error maps it", "[result]") {
    const auto repair = [](const failure& why) -> result<int> {
        if (why == errc::timeout) return -1;
        return why;
    };
    CHECK(result<int>(errc::timeout).or_else(repair) == -1);
    CHECK(result<int>(5).or_else(repair) == 5);
    CHECK(result<int>(errc::not_owner).or_else(repair).error() == errc::not_owner);
    const auto mapped = result<int>(errc::timeout).transform_error([](const failure&) {
        return failure(errc::invalid_state, "mapped");
    });
    CHECK(mapped.error() == errc::invalid_state);
    CHECK(mapped.error().detail() == "mapped");
    CHECK(result<int>(5).transform_error([](const failure& why) { return why; }) == 5);
}

TEST_CASE("emplace and swap", "[result]") {
    result<std::vector<int>> first = errc::timeout;
    first.emplace();
    CHECK(first->empty());
    first->push_back(1);
    result<std::vector<int>> second = failure(errc::not_owner, "x");
    swap(first, second);
    REQUIRE(second.has_value());
    CHECK(second->size() == 1);
    REQUIRE_FALSE(first.has_value());
    CHECK(first.error().detail() == "x");
    first.swap(second);
    CHECK(first.has_value());
    CHECK(second.error() == errc::not_owner);
}
