#include "posix/object/making.hpp"

namespace kobj::posix {

void add_to_making(transaction& tx, u32 index) {
    object_record& object = the_arena().object(index);
    word32& list = the_arena().process(object.witness.get()).making;
    tx.set(object.link, list.get());
    tx.set(list, index);
}

void take_from_making(transaction& tx, u32 index) {
    arena& a = the_arena();
    object_record& object = a.object(index);
    word32* link = &a.process(object.witness.get()).making;
    for (u32 steps = 0; link->get() != index; ++steps) {
        if (link->get() == 0 || steps > max_objects) fail_corrupt("a list of what a process is making");
        link = &a.object(link->get()).link;
    }
    tx.set(*link, object.link.get());
}

}  // namespace kobj::posix
