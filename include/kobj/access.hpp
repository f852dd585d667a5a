#pragma once

#include <cstdint>

namespace kobj {

/// A set of access rights, with the bits of Win32.
/// https://learn.microsoft.com/windows/win32/sync/synchronization-object-security-and-access-rights
using access_mask = std::uint32_t;

namespace access {

inline constexpr access_mask delete_object = 0x0001'0000;
inline constexpr access_mask read_control = 0x0002'0000;
inline constexpr access_mask write_dac = 0x0004'0000;
inline constexpr access_mask write_owner = 0x0008'0000;
inline constexpr access_mask synchronize = 0x0010'0000;
inline constexpr access_mask standard_rights_required = 0x000F'0000;

/// To see and to change the audit entries. Nobody has the privilege: error privilege_not_held (1314).
inline constexpr access_mask system_security = 0x0100'0000;
/// Everything that the caller may have.
inline constexpr access_mask maximum_allowed = 0x0200'0000;
inline constexpr access_mask generic_all = 0x1000'0000;
inline constexpr access_mask generic_execute = 0x2000'0000;
inline constexpr access_mask generic_write = 0x4000'0000;
inline constexpr access_mask generic_read = 0x8000'0000;

inline constexpr access_mask mutex_modify_state = 0x0001;
inline constexpr access_mask mutex_all = 0x001F'0001;

inline constexpr access_mask event_query_state = 0x0001;
inline constexpr access_mask event_modify_state = 0x0002;
inline constexpr access_mask event_all = 0x001F'0003;

inline constexpr access_mask semaphore_query_state = 0x0001;
inline constexpr access_mask semaphore_modify_state = 0x0002;
inline constexpr access_mask semaphore_all = 0x001F'0003;

inline constexpr access_mask timer_query_state = 0x0001;
inline constexpr access_mask timer_modify_state = 0x0002;
inline constexpr access_mask timer_all = 0x001F'0003;

inline constexpr access_mask process_terminate = 0x0001;
inline constexpr access_mask process_create_thread = 0x0002;
inline constexpr access_mask process_dup_handle = 0x0040;
inline constexpr access_mask process_create_process = 0x0080;
inline constexpr access_mask process_set_quota = 0x0100;
inline constexpr access_mask process_set_information = 0x0200;
inline constexpr access_mask process_query_information = 0x0400;
inline constexpr access_mask process_suspend_resume = 0x0800;
inline constexpr access_mask process_query_limited_information = 0x1000;
inline constexpr access_mask process_all = 0x001F'FFFF;

inline constexpr access_mask thread_terminate = 0x0001;
inline constexpr access_mask thread_suspend_resume = 0x0002;
inline constexpr access_mask thread_set_information = 0x0020;
inline constexpr access_mask thread_query_information = 0x0040;
inline constexpr access_mask thread_query_limited_information = 0x0800;
inline constexpr access_mask thread_all = 0x001F'FFFF;

inline constexpr access_mask file_read_data = 0x0001;
inline constexpr access_mask file_write_data = 0x0002;
inline constexpr access_mask file_append_data = 0x0004;
inline constexpr access_mask file_read_attributes = 0x0080;
inline constexpr access_mask file_write_attributes = 0x0100;
inline constexpr access_mask file_all = 0x001F'01FF;

inline constexpr access_mask section_query = 0x0001;
inline constexpr access_mask section_map_write = 0x0002;
inline constexpr access_mask section_map_read = 0x0004;
inline constexpr access_mask section_all = 0x000F'001F;

inline constexpr access_mask job_assign_process = 0x0001;
inline constexpr access_mask job_set_attributes = 0x0002;
inline constexpr access_mask job_query = 0x0004;
inline constexpr access_mask job_terminate = 0x0008;
inline constexpr access_mask job_set_security_attributes = 0x0010;
inline constexpr access_mask job_impersonate = 0x0020;
inline constexpr access_mask job_all = 0x001F'003F;

}  // namespace access
}  // namespace kobj
