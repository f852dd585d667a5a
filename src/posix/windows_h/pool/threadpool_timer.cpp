#include "posix/windows_h/pool/threadpool.hpp"

using namespace kobj::windows_h;

struct _TP_TIMER final : threadpool_object, pool::deadlines::entry {
    _TP_TIMER(PTP_TIMER_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment)
        : threadpool_object(environment, context), callback_(callback) {}

    /// Was it set, and not due yet?
    bool set(const FILETIME* due, DWORD period) {
        const bool was_set = pool::deadlines::has(*this);
        is_set_ = due != nullptr;
        period_ = std::chrono::milliseconds(period);
        if (is_set_)
            pool_.timers.set(*this, time_of(*due));
        else
            pool_.timers.clear(*this);
        return was_set;
    }
    [[nodiscard]] bool is_set() const { return is_set_; }

private:
    void come_due(pool::gate_lock&, pool::clock::time_point due) override {
        if (period_.count() != 0) {
            const auto late = pool::clock::now() - due;
            pool_.timers.set(*this, due + period_ * (late / period_ + 1));
        }
        queue_one();
    }
    void stop(pool::gate_lock&) override { pool_.timers.clear(*this); }
    void invoke(PTP_CALLBACK_INSTANCE instance, unsigned) override { callback_(instance, context_, this); }

    const PTP_TIMER_CALLBACK callback_;
    std::chrono::milliseconds period_{};
    bool is_set_ = false;
};

PTP_TIMER CreateThreadpoolTimer(PTP_TIMER_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment) {
    return make_threadpool_object<_TP_TIMER>(callback, context, environment);
}
BOOL SetThreadpoolTimerEx(PTP_TIMER timer, PFILETIME due, DWORD period, DWORD) {
    const std::lock_guard lock(timer->pool().gate);
    return timer->set(due, period) ? TRUE : FALSE;
}
void SetThreadpoolTimer(PTP_TIMER timer, PFILETIME due, DWORD period, DWORD window) {
    SetThreadpoolTimerEx(timer, due, period, window);
}
BOOL IsThreadpoolTimerSet(PTP_TIMER timer) {
    const std::lock_guard lock(timer->pool().gate);
    return timer->is_set() ? TRUE : FALSE;
}
void WaitForThreadpoolTimerCallbacks(PTP_TIMER timer, BOOL cancel) {
    await_callbacks(timer, cancel);
}
void CloseThreadpoolTimer(PTP_TIMER timer) {
    close_object(timer);
}
