#pragma once

#include <kobj/kobj.hpp>

namespace test {

/// Memory that a test shares with its children: a struct of std::atomic fields, all zero at first.
/// The mapping is inheritable; hand it to the role like any object.
template <class T>
class shared {
public:
    shared() : shared(kobj::file_mapping::create(sizeof(T), {.inheritable = true}).value()) {}
    /// In the child.
    explicit shared(kobj::handle_value inherited) : shared(kobj::file_mapping::adopt(inherited).value()) {}

    [[nodiscard]] kobj::handle_value get() const { return mapping_.get(); }
    [[nodiscard]] kobj::file_mapping& mapping() { return mapping_; }
    T* operator->() const { return static_cast<T*>(static_cast<void*>(bytes_.data())); }
    T& operator*() const { return *operator->(); }

private:
    explicit shared(kobj::file_mapping mapping)
        : mapping_(std::move(mapping)), bytes_(mapping_.map<std::byte>().value()) {}

    kobj::file_mapping mapping_;
    kobj::view<std::byte> bytes_;
};

}  // namespace test
