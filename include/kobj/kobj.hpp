#pragma once

#include <kobj/access.hpp>
#include <kobj/command_line.hpp>
#include <kobj/error.hpp>
#include <kobj/file_mapping.hpp>
#include <kobj/handle.hpp>
#include <kobj/handle_value.hpp>
#include <kobj/inspect.hpp>
#include <kobj/lockable.hpp>
#include <kobj/mutex.hpp>
#include <kobj/process.hpp>
#include <kobj/result.hpp>
#include <kobj/thread.hpp>
#include <kobj/timeout.hpp>
#include <kobj/version.hpp>
