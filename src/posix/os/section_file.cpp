#include "posix/os/section_file.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/permissions.hpp>
#include <boost/interprocess/shared_memory_object.hpp>
#include <cerrno>
#include <map>
#include <memory>
#include <mutex>

#include "posix/os/shared_file.hpp"

namespace kobj::posix::os {

namespace ipc = boost::interprocess;

namespace {

// The regions of this process by address: a view is unmapped by where it is.
struct region_list {
    std::mutex gate;
    std::map<void*, ipc::mapped_region> regions;
};
region_list& the_regions() {
    static region_list& only = *new region_list;
    return only;
}

int error_of(const ipc::interprocess_exception& why) noexcept {
    return why.get_native_error() != 0 ? why.get_native_error() : EIO;
}

}  // namespace

int make_section_file(const std::string& name, std::uint64_t size) noexcept {
    try {
        const ipc::permissions owner_only(S_IRUSR | S_IWUSR);
        const ipc::shared_memory_object file(ipc::create_only, name.c_str(), ipc::read_write, owner_only);
        const int error = commit_file(file.get_mapping_handle().handle, 0, size);
        if (error != 0) remove_section_file(name);
        return error;
    } catch (const ipc::interprocess_exception& why) {
        return error_of(why);
    }
}

void remove_section_file(const std::string& name) noexcept {
    ipc::shared_memory_object::remove(name.c_str());
}

mapped_section map_section_file(const std::string& name, std::uint64_t size) noexcept {
    try {
        const ipc::shared_memory_object file(ipc::open_only, name.c_str(), ipc::read_write);
        ipc::mapped_region mapped(file, ipc::read_write, 0, size);
        void* base = mapped.get_address();
        region_list& list = the_regions();
        const std::lock_guard lock(list.gate);
        list.regions[base] = std::move(mapped);
        return {base, 0};
    } catch (const ipc::interprocess_exception& why) {
        return {nullptr, error_of(why)};
    } catch (const std::bad_alloc&) {
        return {nullptr, ENOMEM};
    }
}

void unmap_section(void* base) noexcept {
    region_list& list = the_regions();
    ipc::mapped_region gone;
    const std::lock_guard lock(list.gate);
    const auto found = list.regions.find(base);
    if (found == list.regions.end()) return;
    gone.swap(found->second);
    list.regions.erase(found);
}

void lock_sections() noexcept {
    the_regions().gate.lock();
}
void unlock_sections() noexcept {
    the_regions().gate.unlock();
}

}  // namespace kobj::posix::os
