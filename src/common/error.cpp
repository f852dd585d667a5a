#include <kobj/error.hpp>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

namespace kobj {
namespace {

struct meaning {
    errc code;
    const char* text;
    std::errc condition;  // std::errc{}: none fits
};

constexpr meaning meanings[] = {
    {errc::success, "The operation completed successfully.", {}},
    {errc::file_not_found, "The system cannot find the file specified.", std::errc::no_such_file_or_directory},
    {errc::path_not_found, "The system cannot find the path specified.", std::errc::no_such_file_or_directory},
    {errc::too_many_open_files, "The system cannot open the file: too many are open.", std::errc::too_many_files_open},
    {errc::access_denied, "Access is denied.", std::errc::permission_denied},
    {errc::invalid_handle, "The handle is invalid.", std::errc::bad_file_descriptor},
    {errc::not_enough_memory, "Not enough memory is available.", std::errc::not_enough_memory},
    {errc::invalid_data, "The data is invalid.", {}},
    {errc::write_fault, "The system cannot write to the device.", std::errc::io_error},
    {errc::not_supported, "The request is not supported.", std::errc::not_supported},
    {errc::invalid_parameter, "The parameter is incorrect.", std::errc::invalid_argument},
    {errc::disk_full, "There is not enough space on the disk.", std::errc::no_space_on_device},
    {errc::call_not_implemented, "This function is not supported on this system.", std::errc::function_not_supported},
    {errc::invalid_name, "The name, directory name, or volume label syntax is incorrect.", std::errc::invalid_argument},
    {errc::signal_refused, "The recipient of a signal refused it.", std::errc::resource_unavailable_try_again},
    {errc::bad_pathname, "The specified path is invalid.", std::errc::invalid_argument},
    {errc::already_exists, "It exists already.", std::errc::file_exists},
    {errc::bad_exe_format, "The file is not a program that can run here.", std::errc::executable_format_error},
    {errc::filename_exceeds_range, "The name is too long.", std::errc::filename_too_long},
    {errc::directory, "The directory name is invalid.", std::errc::not_a_directory},
    {errc::not_owner, "The caller does not own the mutex that it releases.", std::errc::operation_not_permitted},
    {errc::too_many_posts, "Too many posts were made to a semaphore.", std::errc::value_too_large},
    {errc::invalid_address, "There is nothing at this address.", std::errc::bad_address},
    {errc::mutant_limit_exceeded, "The mutex has been acquired too often by its owner.",
     std::errc::resource_unavailable_try_again},
    {errc::file_invalid, "The file is not, or no longer, one that can be mapped.", std::errc::io_error},
    {errc::no_unicode_translation, "The text is not valid Unicode.", std::errc::illegal_byte_sequence},
    {errc::possible_deadlock, "A potential deadlock condition has been detected.",
     std::errc::resource_deadlock_would_occur},
    {errc::mapped_alignment, "The base address or the file offset does not have the proper alignment.",
     std::errc::invalid_argument},
    {errc::revision_mismatch, "Two revision levels are incompatible.", {}},
    {errc::invalid_owner, "The owner is not the one that is needed.", std::errc::operation_not_permitted},
    {errc::privilege_not_held, "The caller lacks a privilege that is needed.", std::errc::operation_not_permitted},
    {errc::file_corrupt, "The file is corrupt and unreadable.", std::errc::io_error},
    {errc::no_system_resources, "Not enough system resources exist for the request.", std::errc::not_enough_memory},
    {errc::timeout, "The time-out period has expired.", std::errc::timed_out},
    {errc::not_enough_quota, "Not enough quota is available.", std::errc::resource_unavailable_try_again},
    {errc::invalid_state, "The object is not in the state that the operation needs.", {}},
};

const meaning* find(int number) noexcept {
    for (const auto& each : meanings)
        if (static_cast<int>(each.code) == number) return &each;
    return nullptr;
}

class category final : public std::error_category {
public:
    const char* name() const noexcept override { return "win32"; }

    std::string message(int number) const override {
        if (const auto* known = find(number)) return known->text;
        return "Windows error " + std::to_string(static_cast<std::uint32_t>(number)) + ".";
    }

    std::error_condition default_error_condition(int number) const noexcept override {
        const auto* known = find(number);
        if (known == nullptr) return {number, *this};
        if (known->code == errc::success) return {};
        if (known->condition == std::errc{}) return {number, *this};
        return make_error_condition(known->condition);
    }
};

}  // namespace

const std::error_category& win32_category() noexcept {
    // Never destroyed: error codes may be used by the destructors of other static objects.
    alignas(category) static unsigned char place[sizeof(category)];
    static const category* const only = new (place) category;
    return *only;
}

// The characters stand behind the head, in the same allocation.
struct failure::text {
    std::atomic<std::size_t> holders;
    std::size_t length;

    char* characters() noexcept { return reinterpret_cast<char*>(this + 1); }

    static text* make(std::string_view what) noexcept {
        if (what.empty() || what.size() > static_cast<std::size_t>(-1) - sizeof(text)) return nullptr;
        void* const place = std::malloc(sizeof(text) + what.size());
        if (place == nullptr) return nullptr;
        auto* const made = new (place) text{1, what.size()};
        std::memcpy(made->characters(), what.data(), what.size());
        return made;
    }
};

failure::failure(errc code, std::string_view what) noexcept : failure(static_cast<std::uint32_t>(code), what) {}

failure::failure(std::uint32_t win32_error, std::string_view what) noexcept
    : code_(win32_error), text_(text::make(what)) {}

failure::failure(const failure& other) noexcept : code_(other.code_), text_(other.text_) {
    if (text_ != nullptr) text_->holders.fetch_add(1, std::memory_order_relaxed);
}

void failure::drop() noexcept {
    // Acquire and release: the last holder frees after everybody else has read.
    if (text_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) std::free(text_);
    text_ = nullptr;
}

std::string_view failure::detail() const noexcept {
    return text_ == nullptr ? std::string_view() : std::string_view(text_->characters(), text_->length);
}

std::string failure::message() const {
    std::string all = code().message();
    if (text_ != nullptr) {
        if (all.ends_with('.')) all.pop_back();
        all.append(": ").append(detail());
    }
    return all;
}

namespace {
std::system_error as_system_error(const failure& why) {
    if (why.detail().empty()) return std::system_error(why.code());
    return {why.code(), std::string(why.detail())};
}
}  // namespace

error::error(const failure& why) : std::system_error(as_system_error(why)) {}

error::~error() = default;

void detail::throw_failure(const failure& why) {
    throw error(why);
}

}  // namespace kobj
