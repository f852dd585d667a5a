#include "posix/windows_h/pool/threadpool.hpp"

using namespace kobj::windows_h;

_TP_CALLBACK_INSTANCE::~_TP_CALLBACK_INSTANCE() {
    if (section != nullptr) LeaveCriticalSection(section);
    if (mutex != nullptr) ReleaseMutex(mutex);
    if (semaphore != nullptr) ReleaseSemaphore(semaphore, static_cast<LONG>(units), nullptr);
    if (event != nullptr) SetEvent(event);
}

void SetEventWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HANDLE event) {
    instance->event = event;
}
void ReleaseSemaphoreWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HANDLE semaphore, DWORD units) {
    instance->semaphore = semaphore;
    instance->units = units;
}
void ReleaseMutexWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HANDLE mutex) {
    instance->mutex = mutex;
}
void LeaveCriticalSectionWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, PCRITICAL_SECTION section) {
    instance->section = section;
}

BOOL CallbackMayRunLong(PTP_CALLBACK_INSTANCE instance) {
    return instance->from.may_run_long() ? TRUE : FALSE;
}

void DisassociateCurrentThreadFromCallback(PTP_CALLBACK_INSTANCE instance) {
    instance->from.disassociate(instance->from.pool());
}
