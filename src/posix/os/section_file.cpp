#include "posix/os/section_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/permissions.hpp>
#include <boost/interprocess/shared_memory_object.hpp>
#include <cerrno>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "posix/os/shared_file.hpp"

namespace kobj::posix::os {

namespace ipc = boost::interprocess;

namespace {

using identity = std::pair<std::uint64_t, std::uint64_t>;

identity identity_of(int fd) noexcept {
    struct stat facts {};
    return fstat(fd, &facts) == 0 ? identity(facts.st_dev, facts.st_ino) : identity();
}

// A file of the program that stays open while it is mapped: others find it here when it has lost its path.
class kept_file {
public:
    kept_file(descriptor&& file, const identity& which) : file_(std::move(file)), which_(which) {
        // Out of the way of programs that count on low numbers.
        constexpr int high_enough = 100;
        if (const int moved = fcntl(file_.get(), F_DUPFD_CLOEXEC, high_enough); moved >= 0) file_ = descriptor(moved);
    }
    kept_file(const kept_file&) = delete;
    kept_file& operator=(const kept_file&) = delete;
    ~kept_file() {
        // A program that closes all descriptors has closed this one, too, and may have another file there.
        if (identity_of(file_.get()) != which_) (void)file_.release();
    }
    [[nodiscard]] const identity& which() const noexcept { return which_; }

private:
    descriptor file_;
    identity which_;
};

struct mapped_part {
    ipc::mapped_region region;
    std::shared_ptr<kept_file> file;  ///< null for memory
};

// What this process has mapped, by address: a view is unmapped by where it is.
struct region_list {
    std::mutex gate;
    std::map<void*, mapped_part> parts;
    std::map<identity, std::weak_ptr<kept_file>> files;
};
region_list& the_regions() {
    static region_list& only = *new region_list;
    return only;
}

// How Boost says that the kernel would not give the address.
bool address_is_taken(const ipc::interprocess_exception& why) noexcept {
    return why.get_error_code() == ipc::busy_error && why.get_native_error() == 0;
}

int error_of(const ipc::interprocess_exception& why) noexcept {
    if (address_is_taken(why)) return EEXIST;
    return why.get_native_error() != 0 ? why.get_native_error() : EIO;
}

ipc::mode_t mode_of(map_access how) noexcept {
    switch (how) {
        case map_access::read:
            return ipc::read_only;
        case map_access::copy:
            return ipc::copy_on_write;
        case map_access::write:
            break;
    }
    return ipc::read_write;
}

// Makes the file and gives its descriptor to `fill`, which returns 0 or errno.
template <class Fill>
int make_file(const std::string& name, Fill fill) noexcept {
    try {
        const ipc::permissions owner_only(S_IRUSR | S_IWUSR);
        const ipc::shared_memory_object file(ipc::create_only, name.c_str(), ipc::read_write, owner_only);
        const int error = fill(file.get_mapping_handle().handle);
        if (error != 0) remove_section_file(name);
        return error;
    } catch (const ipc::interprocess_exception& why) {
        return error_of(why);
    }
}

// What Boost maps: anything with a descriptor.
struct borrowed_descriptor {
    int fd;
    [[nodiscard]] ipc::mapping_handle_t get_mapping_handle() const {
        return ipc::ipcdetail::mapping_handle_from_file_handle(fd);
    }
};

// An address with room for a view. It may be gone when it is used.
void* find_address(std::size_t length) noexcept {
    constexpr std::size_t granularity = 65'536;
    if (length > SIZE_MAX - granularity) return nullptr;
    void* const found =
        mmap(nullptr, length + granularity, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (found == MAP_FAILED) return nullptr;
    munmap(found, length + granularity);
    const auto address = reinterpret_cast<std::uintptr_t>(found);
    return reinterpret_cast<void*>((address + granularity - 1) / granularity * granularity);
}

ipc::mapped_region map_at(int fd, const map_request& request, void* address) {
    return ipc::mapped_region(borrowed_descriptor{fd}, mode_of(request.how), static_cast<ipc::offset_t>(request.offset),
                              request.length, address);
}

ipc::mapped_region map_region(int fd, const map_request& request) {
    if (request.address != nullptr) return map_at(fd, request, request.address);
    // Another thread may be quicker at the address.
    for (int attempt = 0; attempt < 100; ++attempt) {
        void* const address = find_address(request.length);
        if (address == nullptr) break;
        try {
            return map_at(fd, request, address);
        } catch (const ipc::interprocess_exception& why) {
            if (!address_is_taken(why)) throw;
        }
    }
    return map_at(fd, request, nullptr);
}

// Maps, and remembers it with what `keep` returns.
template <class Keep>
mapped_section map(int fd, const map_request& request, Keep keep) noexcept {
    try {
        ipc::mapped_region region = map_region(fd, request);
        void* base = region.get_address();
        region_list& list = the_regions();
        const std::lock_guard lock(list.gate);
        mapped_part& part = list.parts[base];
        part.file = keep(list);
        part.region.swap(region);
        return {base, 0};
    } catch (const ipc::interprocess_exception& why) {
        return {nullptr, error_of(why)};
    } catch (const std::bad_alloc&) {
        return {nullptr, ENOMEM};
    }
}

}  // namespace

int make_section_file(const std::string& name, std::uint64_t size) noexcept {
    return make_file(name, [size](int fd) { return commit_file(fd, 0, size); });
}

int make_section_note(const std::string& name, const std::string& content) noexcept {
    return make_file(name, [&content](int fd) {
        // Set aside first, so that a limit on the size of files is an error, and the text is written as a whole.
        if (const int error = commit_file(fd, 0, content.size()); error != 0) return error;
        const ssize_t written = pwrite(fd, content.data(), content.size(), 0);
        if (written == static_cast<ssize_t>(content.size())) return 0;
        return written < 0 ? errno : EIO;
    });
}

int read_section_note(const std::string& name, std::string& content) {
    try {
        const ipc::shared_memory_object file(ipc::open_only, name.c_str(), ipc::read_only);
        const int fd = file.get_mapping_handle().handle;
        struct stat facts {};
        if (fstat(fd, &facts) != 0) return errno;
        constexpr off_t longest = 65'536;
        if (facts.st_size <= 0 || facts.st_size > longest) return EBADMSG;
        content.resize(static_cast<std::size_t>(facts.st_size));
        const ssize_t got = pread(fd, content.data(), content.size(), 0);
        if (got < 0) return errno;
        return got == facts.st_size ? 0 : EBADMSG;
    } catch (const ipc::interprocess_exception& why) {
        return error_of(why);
    }
}

void remove_section_file(const std::string& name) noexcept {
    ipc::shared_memory_object::remove(name.c_str());
}

mapped_section map_user_file(opened_file opened, const map_request& request) noexcept {
    return map(opened.file.get(), request, [&opened](region_list& list) {
        const identity which(opened.facts.identity.device, opened.facts.identity.inode);
        std::weak_ptr<kept_file>& known = list.files[which];
        std::shared_ptr<kept_file> kept = known.lock();
        if (!kept) {
            kept = std::make_shared<kept_file>(std::move(opened.file), which);
            known = kept;
        }
        return kept;
    });
}

mapped_section map_section_file(const std::string& name, const map_request& request) noexcept {
    try {
        const ipc::shared_memory_object file(ipc::open_only, name.c_str(),
                                             request.how == map_access::write ? ipc::read_write : ipc::read_only);
        return map(file.get_mapping_handle().handle, request,
                   [](region_list&) { return std::shared_ptr<kept_file>(); });
    } catch (const ipc::interprocess_exception& why) {
        return {nullptr, error_of(why)};
    }
}

void unmap_section(void* base) noexcept {
    region_list& list = the_regions();
    mapped_part gone;
    const std::lock_guard lock(list.gate);
    const auto found = list.parts.find(base);
    if (found == list.parts.end()) return;
    gone.region.swap(found->second.region);
    gone.file.swap(found->second.file);
    list.parts.erase(found);
    if (gone.file && gone.file.use_count() == 1) list.files.erase(gone.file->which());
}

int flush_section(void* base, std::size_t length) noexcept {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const std::size_t before = reinterpret_cast<std::uintptr_t>(base) % page;
    return msync(static_cast<char*>(base) - before, length + before, MS_SYNC) == 0 ? 0 : errno;
}

void lock_sections() noexcept {
    the_regions().gate.lock();
}
void unlock_sections() noexcept {
    the_regions().gate.unlock();
}

}  // namespace kobj::posix::os
