#include "posix/process/thread_object.hpp"

#include "posix/dispatch/queue.hpp"
#include "posix/object/object.hpp"

namespace kobj::posix {

u32 thread_object_of(transaction& tx, u32 thread) {
    thread_record& record = the_arena().thread(thread);
    u32 index = record.object.get();
    if (index != 0) return index;
    const u64 identity = record.identity.get();
    index = make_object(tx, type_number(object_type::thread), 0, u64{thread_id(identity)} << 32U | still_active_code,
                        u64{thread_generation(identity)} << 32U | thread);
    object_record& object = the_arena().object(index);
    object.witness.put(record.process.get());
    add_reference(tx, object);
    tx.set(record.object, index);
    return index;
}

object_record& own_thread_object(const context& me) {
    const u32 object = me.record->object.get();
    if (object != 0) return the_arena().object(object);
    return the_arena().object(transact(me, [&](transaction& tx) { return thread_object_of(tx, me.index); }));
}

void bind_thread_object(transaction& tx, u32 index) {
    object_record& object = the_arena().object(index);
    const u64 identity = tx.me().record->identity.get();
    tx.set(object.extra, u64{thread_id(identity)} << 32U | still_active_code);
    tx.set(object.body, u64{thread_generation(identity)} << 32U | tx.me().index);
    tx.set(object.witness, tx.me().process);
    tx.set(tx.me().record->object, index);
    add_reference(tx, object);
}

u32 process_id_of(const object_record& object) {
    for (;;) {
        const u64 seen = object.state.get();
        const u32 process = object.witness.get();
        const u32 id = (seen & state::ended) != 0 ? static_cast<u32>(object.body.get() >> 32U)
                                                  : the_arena().process(process).id.get();
        if (object.state.get() == seen) return id;
    }
}

u32 thread_record_of(const object_record& object) {
    const u64 body = object.body.get();
    const u32 index = static_cast<u32>(body);
    if (index == 0) return 0;
    const u64 identity = the_arena().thread(index).identity.get();
    return thread_generation(identity) == static_cast<u32>(body >> 32U) ? index : 0;
}

void end_thread_object(transaction& tx, object_record& object, u32 id, u32 exit_code) {
    tx.set(object.extra, u64{id} << 32U | exit_code);
    tx.set(object.body, u64{the_arena().process(object.witness.get()).id.get()} << 32U);
    tx.set(object.suspended, 0);
    tx.set(object.state, make_contended(object) | state::ended);
    tx.uncontend(object);
    drop_reference(tx, object);
    serve(tx, object);
}

}  // namespace kobj::posix
