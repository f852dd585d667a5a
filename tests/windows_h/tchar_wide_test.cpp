#define UNICODE
#define _UNICODE
#define KOBJ_KIND "wide"
#include "tchar.hpp"
