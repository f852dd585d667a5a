#define KOBJ_KIND "narrow"
#include "tchar.hpp"
