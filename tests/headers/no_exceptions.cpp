#include <kobj/kobj.hpp>
