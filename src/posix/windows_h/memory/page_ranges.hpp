#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

#include <windows.h>

namespace kobj::windows_h {

/// What VirtualAlloc reserved at one address: which of its pages have memory, and with which protection.
class page_ranges {
public:
    static constexpr DWORD reserved = 0;

    page_ranges(std::size_t size, DWORD first_protection) : protection_(first_protection), size_(size) {
        runs_.emplace(0, reserved);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// That of the call that made it.
    [[nodiscard]] DWORD protection() const noexcept { return protection_; }

    struct run {
        std::size_t begin;
        std::size_t end;
        DWORD protection;  // or reserved
    };
    /// The pages from `offset` on that are alike.
    [[nodiscard]] run at(std::size_t offset) const {
        const auto next = runs_.upper_bound(offset);
        const auto here = std::prev(next);
        return {here->first, next == runs_.end() ? size_ : next->first, here->second};
    }
    [[nodiscard]] bool all_have_memory(std::size_t begin, std::size_t end) const {
        for (std::size_t i = begin; i < end;) {
            const run here = at(i);
            if (here.protection == reserved) return false;
            i = here.end;
        }
        return true;
    }
    void set(std::size_t begin, std::size_t end, DWORD protection) {
        split(begin);
        if (end < size_) split(end);
        const auto first = runs_.find(begin);
        first->second = protection;
        runs_.erase(std::next(first), end < size_ ? runs_.find(end) : runs_.end());
        merge(end);
        merge(begin);
    }

private:
    void split(std::size_t offset) {
        const auto before = std::prev(runs_.upper_bound(offset));
        runs_.emplace(offset, before->second);
    }
    void merge(std::size_t offset) {
        const auto here = runs_.find(offset);
        if (here == runs_.end() || here == runs_.begin()) return;
        if (std::prev(here)->second == here->second) runs_.erase(here);
    }

    DWORD protection_;
    std::size_t size_;
    std::map<std::size_t, DWORD> runs_;  // by their beginnings; the first is at 0
};

}  // namespace kobj::windows_h
