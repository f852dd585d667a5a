#include "access_rights.hpp"

#include "explain.hpp"
#include "object_type.hpp"

namespace kobj::detail {
namespace {

// What each generic right stands for. generic_all stands for all_rights().
struct generic_rights {
    access_mask read;
    access_mask write;
    access_mask execute;
};

generic_rights generic_rights_of(object_type type) noexcept {
    using namespace access;
    switch (type) {
        case object_type::process:
            return {read_control | process_query_information | 0x0010,  // and read memory
                    read_control | process_set_information | process_suspend_resume | process_dup_handle |
                        process_create_process | process_create_thread | 0x0128,  // and memory, quota
                    read_control | synchronize | process_query_limited_information | process_terminate};
        case object_type::thread:
            return {read_control | thread_query_information | 0x0008,  // and the context
                    read_control | thread_set_information | thread_suspend_resume | thread_terminate | 0x0410,
                    read_control | synchronize | thread_query_limited_information};
        case object_type::file_mapping:
            return {read_control | section_query | section_map_read, read_control | section_map_write,
                    read_control | 0x0008};
        case object_type::file:
            return {0x0012'0089, 0x0012'0116, 0x0012'00A0};
        case object_type::job:
            return {read_control | job_query, read_control | job_assign_process | job_set_attributes | job_terminate,
                    read_control | synchronize};
        default:
            // Query, modify, synchronize: the bits 0 and 1 of a mutex, event, semaphore or timer.
            return {read_control | (all_rights(type) & 0x0001), read_control | (all_rights(type) & 0x0002),
                    read_control | synchronize};
    }
}

}  // namespace

access_mask all_rights(object_type type) noexcept {
    switch (type) {
        case object_type::mutex:
            return access::mutex_all;
        case object_type::event:
        case object_type::semaphore:
        case object_type::timer:
            return 0x001F'0003;
        case object_type::process:
            return access::process_all;
        case object_type::thread:
            return access::thread_all;
        case object_type::file_mapping:
            return access::section_all;
        case object_type::file:
            return access::file_all;
        case object_type::job:
            return access::job_all;
        case object_type::none:
        case object_type::other:
            break;
    }
    return 0x001F'FFFF;
}

result<access_mask> resolve_access(object_type type, access_mask wanted) noexcept {
    using namespace access;
    const access_mask all = all_rights(type);
    access_mask rights = wanted & ~(maximum_allowed | generic_all | generic_execute | generic_write | generic_read);
    if ((rights & system_security) != 0)
        return explain(errc::privilege_not_held, {"the right to the audit entries of a ", type_name(type)});
    if ((rights & ~all) != 0)
        return explain(errc::access_denied, {"the rights ", number_text(wanted, number_text::base::hexadecimal),
                                             " do not exist for a ", type_name(type)});
    const auto generic = generic_rights_of(type);
    if ((wanted & (maximum_allowed | generic_all)) != 0) rights |= all;
    if ((wanted & generic_read) != 0) rights |= generic.read;
    if ((wanted & generic_write) != 0) rights |= generic.write;
    if ((wanted & generic_execute) != 0) rights |= generic.execute;
    return rights;
}

}  // namespace kobj::detail
