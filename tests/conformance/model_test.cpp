#include "support/catch.hpp"
#include "support/platform.hpp"
#include "support/scratch.hpp"
#include "support/state.hpp"
#include "support/watchdog.hpp"

#include <kobj/kobj.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

// A model of the objects, small enough to be seen to be right, and the real ones go through the same random operations.
// After each one the answers and the whole state are compared.

using namespace std::chrono_literals;
using kobj::errc;
using kobj::wait_status;

namespace {

struct model_object {
    kobj::object_type type;
    bool manual = false;
    int count = 0;  ///< event, timer: 1 signaled; semaphore: units; mutex: how often this thread holds it
    int most = 0;   ///< of a semaphore
    int handles = 0;
    std::string name;

    [[nodiscard]] bool is_signaled() const { return type == kobj::object_type::mutex || count > 0; }
    void take() {
        if (type == kobj::object_type::mutex)
            ++count;
        else if (type == kobj::object_type::semaphore || !manual)
            --count;
    }
    /// What signal_and_wait does to it.
    errc signal() {
        switch (type) {
            case kobj::object_type::event:
                count = 1;
                return errc::success;
            case kobj::object_type::semaphore:
                if (count == most) return errc::too_many_posts;
                ++count;
                return errc::success;
            case kobj::object_type::mutex:
                if (count == 0) return errc::not_owner;
                --count;
                return errc::success;
            default:
                return errc::invalid_handle;
        }
    }
};

struct model_handle {
    kobj::handle real;
    std::shared_ptr<model_object> object;
};

class play {
public:
    explicit play(unsigned seed) : random_(seed) {}

    void step() {
        if (handles_.empty() || (handles_.size() < 24 && number(0, 5) == 0)) return create();
        switch (number(0, 11)) {
            case 0:
                return close();
            case 1:
                return duplicate();
            case 2:
            case 3:
                return signal();
            case 4:
                return reset();
            case 5:
                return pulse();
            case 6:
                return release();
            case 7:
                return set_timer();
            case 8:
                return wait_one();
            case 9:
                return wait_any();
            case 10:
                return wait_all();
            default:
                return signal_and_wait();
        }
    }

    /// Each object shows its state to a look that puts it back.
    void compare() {
        std::vector<const model_object*> seen;
        for (const model_handle& each : handles_) {
            CHECK(kobj::type_of(each.real.get()).value() == each.object->type);
            CHECK(test::usage_count(each.real.get()) == static_cast<std::uint32_t>(each.object->handles));
            if (std::find(seen.begin(), seen.end(), each.object.get()) != seen.end()) continue;
            seen.push_back(each.object.get());
            CHECK(state_of(each) == each.object->count);
        }
    }

private:
    using object_type = kobj::object_type;

    static void expect(errc got, errc wanted) { CHECK(got == wanted); }

    int number(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
    model_handle& any() { return handles_[static_cast<std::size_t>(number(0, static_cast<int>(handles_.size()) - 1))]; }

    void add(kobj::handle_value real, std::shared_ptr<model_object> object) {
        ++object->handles;
        handles_.push_back({kobj::handle(real), std::move(object)});
    }

    static kobj::handle_value make(const model_object& o) {
        switch (o.type) {
            case object_type::event:
                return kobj::event::create(
                           {.name = o.name, .manual_reset = o.manual, .initially_signaled = o.count != 0})
                    .value()
                    .detach();
            case object_type::semaphore:
                return kobj::semaphore::create(o.count, o.most, {.name = o.name}).value().detach();
            case object_type::timer:
                return kobj::timer::create({.name = o.name, .manual_reset = o.manual}).value().detach();
            default:
                return kobj::mutex::create({.name = o.name, .initially_owned = o.count != 0}).value().detach();
        }
    }

    void create() {
        auto o = std::make_shared<model_object>();
        constexpr object_type types[] = {object_type::event, object_type::semaphore, object_type::timer,
                                         object_type::mutex};
        o->type = types[number(0, 3)];
        o->manual = number(0, 1) == 1;
        o->most = number(1, 4);
        o->count = o->type == object_type::semaphore ? number(0, o->most)
                   : o->type == object_type::timer   ? 0
                                                     : number(0, 1);
        if (number(0, 3) == 0)
            o->name = stem_ + std::to_string(static_cast<int>(o->type)) + std::to_string(number(0, 1));
        const auto same = std::find_if(handles_.begin(), handles_.end(), [&](const model_handle& h) {
            return !o->name.empty() && h.object->name == o->name;
        });
        const auto real = make(*o);
        add(real, same == handles_.end() ? o : same->object);
    }

    void close() {
        const auto place = handles_.begin() + number(0, static_cast<int>(handles_.size()) - 1);
        --place->object->handles;
        CHECK(place->real.close().has_value());
        handles_.erase(place);
    }

    void duplicate() {
        const auto object = any().object;
        const auto& source =
            *std::find_if(handles_.begin(), handles_.end(), [&](const model_handle& h) { return h.object == object; });
        add(kobj::duplicate(source.real.get()).value().detach(), object);
    }

    void signal() {
        model_handle& h = any();
        if (h.object->type != object_type::event)
            return expect(test::error_of(kobj::event::set(h.real.get())), errc::invalid_handle);
        CHECK(kobj::event::set(h.real.get()).has_value());
        h.object->count = 1;
    }

    void reset() {
        model_handle& h = any();
        if (h.object->type != object_type::event) return;
        CHECK(kobj::event::reset(h.real.get()).has_value());
        h.object->count = 0;
    }

    void pulse() {
        model_handle& h = any();
        if (h.object->type != object_type::event) return;
        CHECK(kobj::event::pulse(h.real.get()).has_value());
        h.object->count = 0;
    }

    void release() {
        model_handle& h = any();
        model_object& o = *h.object;
        if (o.type == object_type::mutex) {
            CHECK(test::error_of(kobj::mutex::release(h.real.get())) == o.signal());
        } else if (o.type == object_type::semaphore) {
            const int units = number(-1, 3);
            const auto done = kobj::semaphore::release(h.real.get(), units);
            if (units <= 0) return expect(test::error_of(done), errc::invalid_parameter);
            if (units > o.most - o.count) return expect(test::error_of(done), errc::too_many_posts);
            CHECK(done.value() == o.count);
            o.count += units;
        }
    }

    void set_timer() {
        model_handle& h = any();
        if (h.object->type != object_type::timer) return;
        switch (number(0, 2)) {
            case 0:
                CHECK(kobj::timer::set(h.real.get(), kobj::due_time(0s)).has_value());
                // Due at once; Windows signals it a moment later.
                CHECK(kobj::wait(h.real.get(), test::patience()).value() == wait_status::signaled);
                if (!h.object->manual) CHECK(kobj::timer::set(h.real.get(), kobj::due_time(0s)).has_value());
                h.object->count = 1;
                settle_timer(h);
                break;
            case 1:
                CHECK(kobj::timer::set(h.real.get(), kobj::due_time(1h)).has_value());
                h.object->count = 0;
                break;
            default:
                CHECK(kobj::timer::cancel(h.real.get()).has_value());
        }
    }

    // Until a timer set to be due at once is signaled, without taking the signal.
    static void settle_timer(const model_handle& h) {
        if (test::on_windows && !h.object->manual) std::this_thread::sleep_for(20ms);
    }

    void wait_one() {
        model_handle& h = any();
        const bool have = h.object->is_signaled();
        CHECK(kobj::wait(h.real.get(), 0s).value() == (have ? wait_status::signaled : wait_status::timed_out));
        if (have) h.object->take();
    }

    std::vector<model_handle*> some() {
        std::vector<model_handle*> picked;
        for (int i = number(1, 6); i > 0; --i) picked.push_back(&any());
        return picked;
    }

    static std::vector<kobj::handle_value> values(const std::vector<model_handle*>& picked) {
        std::vector<kobj::handle_value> all;
        for (const auto* each : picked) all.push_back(each->real.get());
        return all;
    }

    void wait_any() {
        const auto picked = some();
        const auto got = kobj::wait_any(values(picked), 0s).value();
        for (std::size_t i = 0; i < picked.size(); ++i) {
            if (!picked[i]->object->is_signaled()) continue;
            CHECK(got == kobj::wait_outcome{wait_status::signaled, i});
            return picked[i]->object->take();
        }
        CHECK(got.status == wait_status::timed_out);
    }

    void wait_all() {
        const auto picked = some();
        std::vector<const model_object*> objects;
        for (const auto* each : picked) objects.push_back(each->object.get());
        std::sort(objects.begin(), objects.end());
        const bool twice = std::adjacent_find(objects.begin(), objects.end()) != objects.end();
        // Wine lets the same object stand there twice; Microsoft's documentation says that it must not.
        if (twice && test::on_wine()) return;
        const auto got = kobj::wait_all(values(picked), 0s);
        if (twice) return expect(test::error_of(got), errc::invalid_parameter);
        const bool have =
            std::all_of(picked.begin(), picked.end(), [](const auto* h) { return h->object->is_signaled(); });
        CHECK(got.value().status == (have ? wait_status::signaled : wait_status::timed_out));
        if (!have) return;
        for (auto* each : picked) each->object->take();
    }

    void signal_and_wait() {
        model_handle& first = any();
        model_handle& second = any();
        const auto got = kobj::signal_and_wait(first.real.get(), second.real.get(), 0s);
        const errc signaled = first.object->signal();
        if (signaled != errc::success) return expect(test::error_of(got), signaled);
        const bool have = second.object->is_signaled();
        CHECK(got.value() == (have ? wait_status::signaled : wait_status::timed_out));
        if (have) second.object->take();
    }

    static int state_of(const model_handle& h) {
        const auto value = h.real.get();
        switch (h.object->type) {
            case object_type::semaphore: {
                const auto before = kobj::semaphore::release(value, 1);
                if (!before) return h.object->most;
                CHECK(kobj::wait(value, 0s).value() == wait_status::signaled);
                return *before;
            }
            case object_type::mutex: {
                int held = 0;
                while (kobj::mutex::release(value)) ++held;
                for (int i = 0; i < held; ++i) CHECK(kobj::wait(value, 0s).value() == wait_status::signaled);
                return held;
            }
            default: {
                if (kobj::wait(value, 0s).value() == wait_status::timed_out) return 0;
                if (h.object->manual) return 1;
                if (h.object->type == object_type::event) {
                    CHECK(kobj::event::set(value).has_value());
                } else {
                    CHECK(kobj::timer::set(value, kobj::due_time(0s)).has_value());
                    settle_timer(h);
                }
                return 1;
            }
        }
    }

    std::mt19937 random_;
    std::vector<model_handle> handles_;
    std::string stem_ = test::unique_name("model");
};

unsigned first_seed() {
    const char* given = std::getenv("KOBJ_TEST_SEED");
    return given != nullptr ? static_cast<unsigned>(std::atoi(given)) : std::random_device()();
}

}  // namespace

TEST_CASE("Random operations do what the model says", "[model]") {
    const int rounds = test::on_windows ? 4 : 40;
    const int steps = test::on_windows ? 100 : 400;
    unsigned seed = first_seed();
    for (int round = 0; round < rounds; ++round, ++seed) {
        CAPTURE(seed);
        play game(seed);
        for (int step = 0; step < steps; ++step) {
            CAPTURE(step);
            game.step();
            game.compare();
        }
    }
}
