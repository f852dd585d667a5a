#pragma once

// The kernel-object part of Win32 for POSIX: docs/windows_h.md. On Windows the system's own header is used instead.

#include <stdarg.h>

#include <windef.h>

#include <winbase.h>

#include <crt_names.h>

#include <stringapiset.h>
#include <winuser.h>
#ifndef WIN32_LEAN_AND_MEAN
#    include <mmsystem.h>
#    include <shellapi.h>
#endif
