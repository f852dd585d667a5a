#include "posix/check/examination.hpp"

// What is kept of each process, also after its end.
namespace kobj::posix::check {

void examination::accounts() {
    constexpr u32 is_free = ~u32{0};
    std::vector<u32> owners(accounts_);
    for (u32 i = a_.header().free_account.get(); i != 0; i = a_.account(i)->link.get()) {
        if (i >= accounts_)
            return say(rule::account, 0, "the list of free accounts leads to account {}, of {}", i, accounts_);
        if (owners[i] != 0) return say(rule::account, i, "the list of free accounts comes to account {} twice", i);
        owners[i] = is_free;
    }
    for (u32 o = 1; o < objects_ && !has_enough(); ++o) {
        const object_record& object = *a_.object(o);
        if (state::type(object.state.get()) != static_cast<u32>(object_type::process)) continue;
        const u32 i = object.account.get();
        if (i == 0 || i >= accounts_)
            say(rule::account, number_of(o), "{} has account {}, of {}", describe(o), i, accounts_);
        else if (owners[i] == is_free)
            say(rule::account, number_of(o), "the account of {} is in the list of free ones", describe(o));
        else if (owners[i] != 0)
            say(rule::account, number_of(o), "{} has the account of {}", describe(o), describe(owners[i]));
        else
            owners[i] = o;
    }
    for (u32 i = 1; i < accounts_ && !has_enough(); ++i)
        if (owners[i] == 0) say(rule::account, i, "account {} is of no process, and not in the list of free ones", i);
}

}  // namespace kobj::posix::check
