#pragma once

#include <kobj/error.hpp>

#include <functional>
#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>

namespace kobj {

/// Selects the constructor of result that makes a failure in place.
struct unexpect_t {
    explicit unexpect_t() = default;
};
inline constexpr unexpect_t unexpect{};

template <class T>
class result;
template <>
class result<void>;

namespace detail {
template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<result<T>> = true;
}  // namespace detail

/// A value or the failure that came instead: the interface of std::expected<T, failure>, the same
/// class at every language level, so that programs of C++20 and C++23 can share one library.
///
/// value() throws kobj::error on a failure; nothing else here throws by itself. A failure converts to
/// any result, so a function may `return failure(...)` where std::expected wants std::unexpected.
template <class T>
class [[nodiscard]] result {
    static_assert(std::is_object_v<T> && !std::is_array_v<T> && !std::is_same_v<std::remove_cv_t<T>, failure>);

public:
    using value_type = T;
    using error_type = failure;
    template <class U>
    using rebind = result<U>;

    result() noexcept(std::is_nothrow_default_constructible_v<T>) requires std::is_default_constructible_v<T>
        : has_(true) {
        std::construct_at(std::addressof(value_));
    }

    template <class U = T>
    requires(!std::is_same_v<std::remove_cvref_t<U>, result> && !std::is_same_v<std::remove_cvref_t<U>, failure> &&
             !std::is_same_v<std::remove_cvref_t<U>, errc> &&
             !std::is_same_v<std::remove_cvref_t<U>, std::in_place_t> &&
             !std::is_same_v<std::remove_cvref_t<U>, unexpect_t> &&
             std::is_constructible_v<T, U>) explicit(!std::is_convertible_v<U, T>)
        result(U&& value) noexcept(std::is_nothrow_constructible_v<T, U>)
        : has_(true) {
        std::construct_at(std::addressof(value_), std::forward<U>(value));
    }

    result(failure why) noexcept : has_(false) { std::construct_at(std::addressof(error_), std::move(why)); }
    result(errc why) noexcept : result(failure(why)) {}

    template <class... Args>
    requires std::is_constructible_v<T, Args...>
    explicit result(std::in_place_t, Args&&... args) noexcept(std::is_nothrow_constructible_v<T, Args...>)
        : has_(true) {
        std::construct_at(std::addressof(value_), std::forward<Args>(args)...);
    }
    template <class... Args>
    requires std::is_constructible_v<failure, Args...>
    explicit result(unexpect_t, Args&&... args) noexcept : has_(false) {
        std::construct_at(std::addressof(error_), std::forward<Args>(args)...);
    }

    result(const result& other) noexcept(
        std::is_nothrow_copy_constructible_v<T>) requires std::is_copy_constructible_v<T> : has_(other.has_) {
        if (has_)
            std::construct_at(std::addressof(value_), other.value_);
        else
            std::construct_at(std::addressof(error_), other.error_);
    }
    result(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) requires std::is_move_constructible_v<T>
        : has_(other.has_) {
        if (has_)
            std::construct_at(std::addressof(value_), std::move(other.value_));
        else
            std::construct_at(std::addressof(error_), std::move(other.error_));
    }

    result& operator=(const result& other) requires(std::is_copy_constructible_v<T>&& std::is_copy_assignable_v<T>) {
        if (this != std::addressof(other)) assign(other);
        return *this;
    }
    result& operator=(result&& other) noexcept(
        std::is_nothrow_move_constructible_v<T>&& std::is_nothrow_move_assignable_v<
            T>) requires(std::is_move_constructible_v<T>&& std::is_move_assignable_v<T>) {
        if (this != std::addressof(other)) assign(std::move(other));
        return *this;
    }

    ~result() { destroy(); }

    [[nodiscard]] bool has_value() const noexcept { return has_; }
    explicit operator bool() const noexcept { return has_; }

    /// The value. Throws kobj::error when there is none.
    T& value() & {
        check();
        return value_;
    }
    const T& value() const& {
        check();
        return value_;
    }
    T&& value() && {
        check();
        return std::move(value_);
    }
    const T&& value() const&& {
        check();
        return std::move(value_);
    }

    /// The value; undefined when there is none.
    T& operator*() & noexcept { return value_; }
    const T& operator*() const& noexcept { return value_; }
    T&& operator*() && noexcept { return std::move(value_); }
    const T&& operator*() const&& noexcept { return std::move(value_); }
    T* operator->() noexcept { return std::addressof(value_); }
    const T* operator->() const noexcept { return std::addressof(value_); }

    /// The failure; undefined when there is a value.
    [[nodiscard]] failure& error() & noexcept { return error_; }
    [[nodiscard]] const failure& error() const& noexcept { return error_; }
    [[nodiscard]] failure&& error() && noexcept { return std::move(error_); }
    [[nodiscard]] const failure&& error() const&& noexcept { return std::move(error_); }

    template <class U = std::remove_cv_t<T>>
    [[nodiscard]] T value_or(U&& other) const& {
        return has_ ? value_ : static_cast<T>(std::forward<U>(other));
    }
    template <class U = std::remove_cv_t<T>>
    [[nodiscard]] T value_or(U&& other) && {
        return has_ ? std::move(value_) : static_cast<T>(std::forward<U>(other));
    }
    template <class G = failure>
    [[nodiscard]] failure error_or(G&& other) const {
        return has_ ? failure(std::forward<G>(other)) : error_;
    }

    template <class F>
    auto and_then(F&& f) & {
        return chain(*this, std::forward<F>(f));
    }
    template <class F>
    auto and_then(F&& f) const& {
        return chain(*this, std::forward<F>(f));
    }
    template <class F>
    auto and_then(F&& f) && {
        return chain(std::move(*this), std::forward<F>(f));
    }
    template <class F>
    auto transform(F&& f) & {
        return map(*this, std::forward<F>(f));
    }
    template <class F>
    auto transform(F&& f) const& {
        return map(*this, std::forward<F>(f));
    }
    template <class F>
    auto transform(F&& f) && {
        return map(std::move(*this), std::forward<F>(f));
    }
    template <class F>
    result or_else(F&& f) const& {
        return has_ ? result(*this) : result(std::invoke(std::forward<F>(f), error_));
    }
    template <class F>
    result or_else(F&& f) && {
        return has_ ? result(std::move(*this)) : result(std::invoke(std::forward<F>(f), std::move(error_)));
    }
    template <class F>
    result transform_error(F&& f) const& {
        return has_ ? result(*this) : result(failure(std::invoke(std::forward<F>(f), error_)));
    }
    template <class F>
    result transform_error(F&& f) && {
        return has_ ? result(std::move(*this)) : result(failure(std::invoke(std::forward<F>(f), std::move(error_))));
    }

    template <class... Args>
    requires std::is_nothrow_constructible_v<T, Args...> T& emplace(Args&&... args) noexcept {
        destroy();
        has_ = true;
        return *std::construct_at(std::addressof(value_), std::forward<Args>(args)...);
    }

    void swap(result& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
        result mine(std::move(*this));
        *this = std::move(other);
        other = std::move(mine);
    }
    friend void swap(result& a, result& b) noexcept(noexcept(a.swap(b))) { a.swap(b); }

private:
    void check() const {
        if (!has_) detail::throw_failure(error_);
    }
    void destroy() noexcept {
        if (has_)
            std::destroy_at(std::addressof(value_));
        else
            std::destroy_at(std::addressof(error_));
    }
    // Assigns in place where both hold the same; otherwise makes the new one first, so that a
    // constructor that throws leaves this as it was.
    template <class Other>
    void assign(Other&& other) {
        if (has_ && other.has_) {
            value_ = std::forward<Other>(other).value_;
        } else if (!has_ && !other.has_) {
            error_ = std::forward<Other>(other).error_;
        } else if (has_) {
            std::destroy_at(std::addressof(value_));
            std::construct_at(std::addressof(error_), std::forward<Other>(other).error_);
            has_ = false;
        } else {
            failure kept(std::move(error_));
            struct undo {
                result& self;
                failure& kept;
                bool armed = true;
                ~undo() {
                    if (armed) std::construct_at(std::addressof(self.error_), std::move(kept));
                }
            } guard{*this, kept};
            std::destroy_at(std::addressof(error_));
            std::construct_at(std::addressof(value_), std::forward<Other>(other).value_);
            guard.armed = false;
            has_ = true;
        }
    }
    template <class Self, class F>
    static auto chain(Self&& self, F&& f) {
        using next = std::remove_cvref_t<std::invoke_result_t<F, decltype(*std::forward<Self>(self))>>;
        static_assert(detail::is_result<next>, "the callable of and_then returns a result");
        if (self.has_) return next(std::invoke(std::forward<F>(f), *std::forward<Self>(self)));
        return next(std::forward<Self>(self).error());
    }
    template <class Self, class F>
    static auto map(Self&& self, F&& f) {
        using next = std::remove_cv_t<std::invoke_result_t<F, decltype(*std::forward<Self>(self))>>;
        if (!self.has_) return result<next>(std::forward<Self>(self).error());
        if constexpr (std::is_void_v<next>) {
            std::invoke(std::forward<F>(f), *std::forward<Self>(self));
            return result<next>();
        } else {
            return result<next>(std::invoke(std::forward<F>(f), *std::forward<Self>(self)));
        }
    }

    union {
        T value_;
        failure error_;
    };
    bool has_;
};

/// Success without a value, or the failure.
template <>
class [[nodiscard]] result<void> {
public:
    using value_type = void;
    using error_type = failure;
    template <class U>
    using rebind = result<U>;

    result() noexcept = default;
    explicit result(std::in_place_t) noexcept {}
    result(failure why) noexcept : error_(std::move(why)), has_(false) {}
    result(errc why) noexcept : error_(why), has_(false) {}
    template <class... Args>
    requires std::is_constructible_v<failure, Args...>
    explicit result(unexpect_t, Args&&... args) noexcept : error_(std::forward<Args>(args)...), has_(false) {}

    [[nodiscard]] bool has_value() const noexcept { return has_; }
    explicit operator bool() const noexcept { return has_; }
    /// Throws kobj::error on a failure.
    void value() const {
        if (!has_) detail::throw_failure(error_);
    }
    void operator*() const noexcept {}

    [[nodiscard]] failure& error() & noexcept { return error_; }
    [[nodiscard]] const failure& error() const& noexcept { return error_; }
    [[nodiscard]] failure&& error() && noexcept { return std::move(error_); }
    template <class G = failure>
    [[nodiscard]] failure error_or(G&& other) const {
        return has_ ? failure(std::forward<G>(other)) : error_;
    }

    template <class F>
    auto and_then(F&& f) const {
        using next = std::remove_cvref_t<std::invoke_result_t<F>>;
        static_assert(detail::is_result<next>, "the callable of and_then returns a result");
        return has_ ? next(std::invoke(std::forward<F>(f))) : next(error_);
    }
    template <class F>
    auto transform(F&& f) const {
        using next = std::remove_cv_t<std::invoke_result_t<F>>;
        if (!has_) return result<next>(error_);
        if constexpr (std::is_void_v<next>) {
            std::invoke(std::forward<F>(f));
            return result<next>();
        } else {
            return result<next>(std::invoke(std::forward<F>(f)));
        }
    }
    template <class F>
    result or_else(F&& f) const {
        return has_ ? *this : result(std::invoke(std::forward<F>(f), error_));
    }
    template <class F>
    result transform_error(F&& f) const {
        return has_ ? *this : result(failure(std::invoke(std::forward<F>(f), error_)));
    }

    void emplace() noexcept {
        error_ = failure(errc::success);
        has_ = true;
    }
    void swap(result& other) noexcept {
        error_.swap(other.error_);
        std::swap(has_, other.has_);
    }
    friend void swap(result& a, result& b) noexcept { a.swap(b); }

private:
    failure error_{errc::success};
    bool has_ = true;
};

template <class T, class U>
requires(std::is_void_v<T> == std::is_void_v<U>) bool operator==(const result<T>& a, const result<U>& b) {
    if (a.has_value() != b.has_value()) return false;
    if (!a.has_value()) return a.error() == b.error();
    if constexpr (std::is_void_v<T>)
        return true;
    else
        return *a == *b;
}

template <class T, class U>
requires(!std::is_void_v<T> && !detail::is_result<U> && !std::is_same_v<U, failure> && !std::is_same_v<U, errc>) bool
operator==(const result<T>& a, const U& b) {
    return a.has_value() && *a == b;
}

template <class T>
bool operator==(const result<T>& a, const failure& b) {
    return !a.has_value() && a.error() == b;
}

}  // namespace kobj
