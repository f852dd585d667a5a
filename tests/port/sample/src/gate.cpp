#include "gate.hpp"

bool Gate::ResetEvent() const {
    // Not ResetEvent(event_): that would be this function.
    return ::ResetEvent(event_) != FALSE;
}
