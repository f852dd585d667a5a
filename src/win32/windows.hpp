#pragma once

// The one place that includes <windows.h>.
#ifndef _WIN32_WINNT
#    define _WIN32_WINNT 0x0A00
#endif
#ifndef UNICODE
#    define UNICODE
#endif
#ifndef WIN32_LEAN_AND_MEAN
#    define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#    define NOMINMAX
#endif
#include <windows.h>
