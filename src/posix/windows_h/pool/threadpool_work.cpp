#include "posix/windows_h/pool/threadpool.hpp"

using namespace kobj::windows_h;

struct _TP_WORK final : threadpool_object {
    _TP_WORK(PTP_WORK_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment)
        : threadpool_object(environment, context), callback_(callback) {}

private:
    void invoke(PTP_CALLBACK_INSTANCE instance, unsigned) override { callback_(instance, context_, this); }

    const PTP_WORK_CALLBACK callback_;
};

namespace {

/// Closes itself behind its only callback.
class simple_callback final : public threadpool_object {
public:
    simple_callback(PTP_SIMPLE_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment)
        : threadpool_object(environment, context), callback_(callback) {}

private:
    void invoke(PTP_CALLBACK_INSTANCE instance, unsigned) override {
        callback_(instance, context_);
        close_object(this);
    }

    const PTP_SIMPLE_CALLBACK callback_;
};

}  // namespace

BOOL TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment) {
    auto* const made = make_threadpool_object<simple_callback>(callback, context, environment);
    if (made == nullptr) return FALSE;
    const std::lock_guard lock(made->pool().gate);
    made->queue_one();
    return TRUE;
}

PTP_WORK CreateThreadpoolWork(PTP_WORK_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment) {
    return make_threadpool_object<_TP_WORK>(callback, context, environment);
}
void SubmitThreadpoolWork(PTP_WORK work) {
    const std::lock_guard lock(work->pool().gate);
    work->queue_one();
}
void WaitForThreadpoolWorkCallbacks(PTP_WORK work, BOOL cancel) {
    await_callbacks(work, cancel);
}
void CloseThreadpoolWork(PTP_WORK work) {
    close_object(work);
}
