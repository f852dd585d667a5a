/* How threads wait and are woken: docs/model.md says what is what in src/posix/dispatch.
 *
 * Three threads, each in a process of its own, follow their programs (P0, P1, P2: operations, four bits each, first
 * one lowest). Two objects: mutex M and event or semaphore E. DEATHS threads are killed, between any two steps.
 *
 *   DEATHS     how many are killed (0 to 3)
 *   WHERE      in which of the places below a thread may be killed: sum of 1, 2, 4 (the default: 7)
 *   RECHECK    1: a sleeper looks at its objects again once nothing else moves (in the code: once a second)
 *   LIMITS     how many waits may time out
 *   MISTAKE   a mistake in the protocol, see below
 *   UNITS      1: E is an auto-reset event; more: a semaphore of as many units (given to spin, as -DUNITS=2)
 */

/* Read from the environment when the check starts, so that the checker is compiled once. */
c_decl {
    static int setting[8];
    static void read_settings(void) {
        static const char *const names[8] = {"P0", "P1", "P2", "DEATHS", "WHERE", "RECHECK", "LIMITS", "MISTAKE"};
        for (int i = 0; i < 8; i++) {
            const char *text = getenv(names[i]);
            setting[i] = text == NULL ? (i == 4 ? 7 : 0) : atoi(text);
        }
    }
}
#define P0 c_expr { setting[0] }
#define P1 c_expr { setting[1] }
#define P2 c_expr { setting[2] }
#define DEATHS c_expr { setting[3] }
#define WHERE c_expr { setting[4] }
#define RECHECK c_expr { setting[5] }
#define LIMITS c_expr { setting[6] }
#define MISTAKE c_expr { setting[7] }
#ifndef UNITS
#define UNITS 1
#endif

/* Operations of a program. */
#define STOP 0
#define LOCK 1    /* wait for M */
#define UNLOCK 2  /* release M, if the thread has it */
#define SET 3     /* set E, or release one unit */
#define WAIT 4    /* wait for E */
#define ANY 5     /* wait for M or E */
#define ALL 6     /* wait for M and E */
#define PASS 7    /* signal-and-wait: set E and wait for M */

/* Where a thread is, for WHERE. */
#define CALM 1     /* anywhere else */
#define WAKING 2   /* it has committed, and has not yet woken everybody */
#define WOKEN 4    /* somebody or a death has woken it, and it has not acted yet */

/* Mistakes. Each of them is found: models/check. */
#define NO_CONTENDED 1      /* who queues does not set the contended bit */
#define OPEN_EARLY 2        /* the contended bit is cleared before the commit */
#define TELL_EARLY 3        /* park words are written before the commit */
#define NO_NEW_WATCH 4      /* who gives a mutex away wakes nobody to watch the new owner's life */
#define NO_PASSING_ON 5     /* the same, and the head that leaves a queue passes nothing on */
#define BARGE_SILENTLY 6    /* the head is not told that a mutex was let go */
#define BLIND_SLEEP 7       /* the sleep does not compare the park word */
#define LOOK_FIRST 8        /* who waits looks before it sets the contended bit and queues, and not after */
#define BURY_NOBODY 9       /* the dead are served like the living */
#define NO_REWATCH 10       /* who waits for all is not told that its mutex has been taken past it */
#define OPEN_QUEUED 11      /* the contended bit is cleared although others are queued */
#define WATCH_LATE 12       /* whose life to watch is read when the lock has been let go */

#define MISTAKEN(what) (MISTAKE == (what))

#define N 3
#define M 0
#define E 1
#define NOBODY 255
#define NOTHING 255

/* Park words. */
#define ASLEEP 0
#define LOOK 1
#define SATISFIED 2
#define AWAKE 3

/* Answers: one bit per object, and whether it was abandoned. */
#define TIMED_OUT 8
#define ABANDONED 4

/* ---- shared memory ---- */

byte value[2];  /* M: 1 + owner, 0 when free; E: its units */
bool contended[2];
byte queue[6];  /* of M: 0..2, of E: 3..5; first come first */
byte queued[2];
byte waits_for[N];  /* the objects of a queued thread, one bit each; 0: not waiting (wait_count) */
bool for_all[N];
byte answer[N];
byte park[N] = ASLEEP;
byte holder;        /* of the session lock: 1 + thread; 0: free */
bool noted;         /* the undo log is not empty */
byte old_value[2] = NOTHING;  /* the undo log: see models/undo.pml for why a copy stands for it */
byte old_queue[6];
byte old_queued[2];
byte old_waits_for[N];
byte old_answer[N];

/* ---- the kernel ---- */

bool alive[N] = true;
bool sleeps[N];    /* in futex_waitv on its park word and on a life */
byte on_life[N];   /* 1 + the thread on whose life word it sleeps, or 0 */

/* ---- what only the model knows ---- */

byte place[N];
bool thorough[N];  /* the recheck has ended its sleep */
bool finished[N];
byte inside = NOBODY;  /* who has returned with M and not yet begun to release it */
byte units_made, units_taken;
byte deaths, limits, rechecks;
bool lost_wake_up;

#define program(t) (t == 0 -> P0 : (t == 1 -> P1 : P2))

/* Scratch of one indivisible step; not part of the state. */
hidden byte i_, p_, t_, o_, next_, how_[2], first_, h_;
hidden byte given_, satisfied_, missing_, passed_;

#define bit(o) (1 << (o))
#define has(set, o) (((set) >> (o)) & 1)
#define slot(o, i) queue[3 * (o) + (i)]
#define owner_is_dead() (value[M] != 0 && !alive[value[M] - 1])

/* look_at: 0 no, 1 ready, 2 abandoned */
#define readiness(o) \
    ((o) == M -> (value[M] == 0 -> 1 : (owner_is_dead() -> 2 : 0)) : (value[E] != 0 -> 1 : 0))

/* The value of an object is also changed by the quick ways while its contended bit is clear: noted when it is set. */
inline store(o, v) {
    old_value[o] = (old_value[o] == NOTHING -> value[o] : old_value[o]);
    value[o] = v
}

inline take(o, t) {
    assert(alive[t]);
    if
    :: o == M -> store(M, t + 1)
    :: else -> store(E, value[E] - 1)
    fi
}

/* ---- under the session lock: parts of one transaction ---- */

inline note_all() {
    noted = true;
    for (i_ : 0 .. 1) { old_queued[i_] = queued[i_] }
    for (i_ : 0 .. 5) { old_queue[i_] = queue[i_] }
    for (i_ : 0 .. 2) { old_waits_for[i_] = waits_for[i_]; old_answer[i_] = answer[i_] }
}

inline forget_notes() {
    noted = false;
    for (i_ : 0 .. 1) { old_value[i_] = NOTHING; old_queued[i_] = 0 }
    for (i_ : 0 .. 5) { old_queue[i_] = 0 }
    for (i_ : 0 .. 2) { old_waits_for[i_] = 0; old_answer[i_] = 0 }
}

inline undo() {
    for (i_ : 0 .. 1) {
        value[i_] = (old_value[i_] == NOTHING -> value[i_] : old_value[i_]);
        queued[i_] = old_queued[i_]
    }
    for (i_ : 0 .. 5) { queue[i_] = old_queue[i_] }
    for (i_ : 0 .. 2) { waits_for[i_] = old_waits_for[i_]; answer[i_] = old_answer[i_] }
    forget_notes()
}

inline enqueue(t, set, all) {
    waits_for[t] = set;
    for_all[t] = all;
    answer[t] = 0;
    for (i_ : 0 .. 1) {
        if
        :: has(set, i_) -> slot(i_, queued[i_]) = t; queued[i_]++
        :: else
        fi
    }
}

/* dequeue: `opening` and `tell` are what the transaction does behind its commit. */
inline dequeue(t) {
    for (i_ : 0 .. 1) {
        if
        :: has(waits_for[t], i_) ->
            p_ = 0;
            do
            :: slot(i_, p_) != t -> p_++
            :: else -> break
            od;
            first_ = (p_ == 0);
            do
            :: p_ + 1 < queued[i_] -> slot(i_, p_) = slot(i_, p_ + 1); p_++
            :: else -> break
            od;
            queued[i_]--;
            slot(i_, queued[i_]) = 0;
            if
            :: queued[i_] == 0 || MISTAKEN(OPEN_QUEUED) -> opening[i_] = (opening[i_] == 0 -> 1 : opening[i_])
            :: else ->
                if
                :: first_ && !MISTAKEN(NO_PASSING_ON) -> tell[slot(i_, 0)] = LOOK
                :: else
                fi
            fi
        :: else
        fi
    }
    waits_for[t] = 0
}

/* try_satisfy: takes what thread t waits for, if it can have it now. */
inline try_satisfy(t) {
    satisfied_ = false;
    missing_ = false;
    passed_ = false;
    for (i_ : 0 .. 1) {
        if
        :: has(waits_for[t], i_) && !satisfied_ && !missing_ ->
            if
            :: i_ == M && !contended[M] -> passed_ = true
            :: else
            fi;
            contended[i_] = !MISTAKEN(NO_CONTENDED);
            how_[i_] = readiness(i_);
            if
            :: for_all[t] && how_[i_] == 0 -> missing_ = true
            :: !for_all[t] && how_[i_] != 0 ->
                satisfied_ = true;
                take(i_, t);
                answer[t] = bit(i_) | (how_[i_] == 2 -> ABANDONED : 0)
            :: else
            fi
        :: else
        fi
    }
    if
    :: for_all[t] && !missing_ ->
        satisfied_ = true;
        answer[t] = waits_for[t] | (how_[M] == 2 -> ABANDONED : 0);
        take(M, t);
        take(E, t)
    :: else
    fi;
    /* A mutex was free past this thread, and has a new owner, whose life it does not watch. */
    if
    :: !satisfied_ && passed_ && value[M] != 0 && !MISTAKEN(NO_REWATCH) -> tell[t] = LOOK
    :: else
    fi
}

/* serve_queue */
inline serve(o) {
    o_ = o;
    if
    :: queued[o_] != 0 ->
        contended[o_] = !MISTAKEN(NO_CONTENDED);
        given_ = false;
        h_ = 0;
        do
        :: h_ < queued[o_] ->
            t_ = slot(o_, h_);
            if
            :: !alive[t_] && !MISTAKEN(BURY_NOBODY) -> dequeue(t_)
            :: else ->
                try_satisfy(t_);
                if
                :: satisfied_ ->
                    dequeue(t_);
                    tell[t_] = SATISFIED;
                    given_ = true;
                    if
                    :: readiness(o_) == 0 -> break
                    :: else
                    fi
                :: else -> h_++
                fi
            fi
        :: else -> break
        od;
        if
        :: given_ && o_ == M && value[M] != 0 && queued[M] != 0 && !MISTAKEN(NO_NEW_WATCH) && !MISTAKEN(NO_PASSING_ON) ->
            tell[slot(M, 0)] = LOOK
        :: else
        fi
    :: else
    fi
}

/* waiting::serve_all */
inline serve_all(last_look) {
    for (next_ : 0 .. 1) {
        if
        :: has(waits_for[me], next_) && readiness(next_) != 0 -> serve(next_)
        :: else
        fi
    }
    if
    :: waits_for[me] != 0 && last_look -> answer[me] = TIMED_OUT; dequeue(me)
    :: else
    fi
}

/* Those that are to be woken. */
inline chosen() {
    for (i_ : 0 .. 2) {
        if
        :: i_ != me && tell[i_] != ASLEEP -> place[i_] = place[i_] | WOKEN
        :: else
        fi
    };
    skip
}

/* ---- steps of a living thread; in front of each one it may be killed ---- */

#define step atomic { alive[me] ->
#define when(condition) atomic { (alive[me] && (condition)) ->

/* models/lock.pml is the lock itself. Here: it is had when it is free, or from the dead. */
inline lock() {
    when(holder == 0 || !alive[holder - 1]) holder = me + 1 };
    if
    :: when(noted) d_step { undo(); skip } }
    :: when(!noted) skip }
    fi
}

inline commit() {
    if
    :: MISTAKEN(OPEN_EARLY) -> open_all()
    :: else
    fi;
    if
    :: MISTAKEN(TELL_EARLY) -> tell_all()
    :: else
    fi;
    step d_step {
        forget_notes();
        units_made = units_made + made;
        made = 0;
        place[me] = WAKING
    } };
    open_all();
    tell_all();
    step holder = 0 };
    i = 0;
    do
    :: i < N && woke[i] ->
        step
            if
            :: sleeps[i] -> sleeps[i] = false; place[i] = place[i] | WOKEN
            :: else
            fi;
            woke[i] = false;
            i++
        }
    :: i < N && !woke[i] -> i++
    :: else -> break
    od;
    step i = 0; place[me] = place[me] & WOKEN }
}

inline open_all() {
    i = 0;
    do
    :: i < 2 && opening[i] != 0 ->
        step
            if
            :: opening[i] == 2 || queued[i] == 0 || MISTAKEN(OPEN_QUEUED) -> contended[i] = false
            :: else
            fi;
            opening[i] = 0;
            i++
        }
    :: i < 2 && opening[i] == 0 -> i++
    :: else -> break
    od
}

inline tell_all() {
    i = 0;
    do
    :: i < N && tell[i] != ASLEEP ->
        step
            woke[i] = woke[i] || park[i] == ASLEEP;
            park[i] = tell[i];
            tell[i] = ASLEEP;
            i++
        }
    :: i < N && tell[i] == ASLEEP -> i++
    :: else -> break
    od
}

inline contend(set) {
    if
    :: has(set, M) -> step contended[M] = !MISTAKEN(NO_CONTENDED) }
    :: else
    fi;
    if
    :: has(set, E) -> step contended[E] = !MISTAKEN(NO_CONTENDED) }
    :: else
    fi
}

/* doze: what it slept on is left in on_life[me]; `death` says whether that life is over. */
inline doze() {
    death = false;
    step
        if
        :: park[me] == AWAKE -> park[me] = ASLEEP
        :: else
        fi
    };
    if
    :: when(park[me] == ASLEEP) skip };
        step on_life[me] = (MISTAKEN(WATCH_LATE) && has(set, M) -> value[M] : watch) };
        step
            if
            :: on_life[me] != 0 && !alive[on_life[me] - 1] -> death = true
            :: else ->
                if
                :: park[me] == ASLEEP || MISTAKEN(BLIND_SLEEP) -> sleeps[me] = true
                :: else
                fi
            fi
        };
        if
        :: when(!sleeps[me]) skip }
        :: when(sleeps[me] && limited) sleeps[me] = false; late = true }
        fi;
        step
            if
            :: on_life[me] != 0 && !alive[on_life[me] - 1] ->
                death = true;
                d_step {
                    for (t_ : 0 .. 2) {
                        if
                        :: t_ != me && sleeps[t_] && on_life[t_] == on_life[me] -> sleeps[t_] = false; place[t_] = WOKEN
                        :: else
                        fi
                    };
                    skip
                }
            :: else
            fi;
            on_life[me] = 0
        }
    :: when(park[me] != ASLEEP) skip }
    fi
}

/* The slow way of a wait: queue, sleep until satisfied. */
inline wait_for(all) {
    if
    :: when(limits < LIMITS) limits++; limited = true }
    :: true
    fi;
    late = false;
    if
    :: MISTAKEN(LOOK_FIRST) -> early = (readiness(M) != 0 && has(set, M)) || (readiness(E) != 0 && has(set, E))
    :: else
    fi;
    lock();
    contend(set);
    step d_step {
        note_all();
        park[me] = AWAKE;
        enqueue(me, set, all);
        if
        :: signals && value[E] < UNITS -> contended[E] = true; store(E, value[E] + 1); made = 1; serve(E)
        :: else
        fi;
        if
        :: signals && queued[E] == 0 -> opening[E] = 1
        :: else
        fi;
        signals = false;
        if
        :: MISTAKEN(LOOK_FIRST) && !early
        :: else -> serve_all(false)
        fi;
        skip;
        early = false;
        asleep_on = (waits_for[me] != 0);
        watch = (has(set, M) && asleep_on && !owner_is_dead() -> value[M] : 0);
        chosen()
    } };
    commit();
    do
    :: !asleep_on -> break
    :: asleep_on ->
        doze();
        if
        :: when(park[me] == SATISFIED) asleep_on = false; place[me] = 0 }
        :: when(park[me] == ASLEEP && !death && !late && !thorough[me]) place[me] = 0 }
        :: when(park[me] != SATISFIED && (park[me] != ASLEEP || death || late || thorough[me])) thorough[me] = false };
            lock();
            if
            :: when(waits_for[me] == 0) holder = 0; place[me] = 0; asleep_on = false }
            :: when(waits_for[me] != 0) park[me] = AWAKE };
                contend(set);
                step d_step { note_all(); serve_all(late); asleep_on = (waits_for[me] != 0);
                    watch = (has(set, M) && asleep_on && !owner_is_dead() -> value[M] : 0);
                    chosen() } };
                commit()
            fi
        fi
    od;
    step d_step {
        got = answer[me];
        answer[me] = 0;
        park[me] = ASLEEP;
        for_all[me] = false;
        thorough[me] = false;
        death = false;
        late = false;
        limited = false;
        watch = 0;
        returned();
        skip
    } }
}

/* The wait has returned: nobody else has what it got. */
inline returned() {
    if
    :: has(got, M) && got != TIMED_OUT ->
        assert(inside == NOBODY || (!alive[inside] && (got & ABANDONED)));
        assert(value[M] == me + 1);
        inside = me
    :: else
    fi;
    if
    :: has(got, E) && got != TIMED_OUT -> units_taken++; assert(units_taken <= units_made)
    :: else
    fi
}

/* The quick ways, by compare-and-swap. `got` is 0 when the slow way is to be gone. */
inline quick_mutex() {
    step seen = value[M]; open = !contended[M] };
    if
    :: when(open && (seen == 0 || !alive[seen - 1]))
        if
        :: value[M] == seen && !contended[M] ->
            got = bit(M) | (seen != 0 -> ABANDONED : 0);
            value[M] = me + 1;
            returned()
        :: else
        fi
    }
    :: when(!(open && (seen == 0 || !alive[seen - 1]))) skip }
    fi;
    seen = 0;
    open = false
}

inline quick_event() {
    step seen = value[E]; open = !contended[E] };
    if
    :: when(open && seen != 0)
        if
        :: value[E] == seen && !contended[E] -> got = bit(E); value[E] = seen - 1; returned()
        :: else
        fi
    }
    :: when(!(open && seen != 0)) skip }
    fi;
    seen = 0;
    open = false
}

inline acquire_mutex() {
    quick_mutex();
    if
    :: got == 0 -> set = bit(M); wait_for(false); set = 0
    :: else
    fi
}

/* mutex_object::try_release, then release_mutex. */
inline release() {
    step assert(value[M] == me + 1 && inside == me); inside = NOBODY; open = !contended[M] };
    if
    :: when(open && !contended[M]) value[M] = 0 }
    :: when(!(open && !contended[M])) skip };
        lock();
        contend(bit(M));
        /* Has the head waited for less than a millisecond? Both may be. */
        if
        :: barge = true
        :: barge = false
        fi;
        step d_step {
            note_all();
            do
            :: queued[M] != 0 && !alive[slot(M, 0)] -> t_ = slot(M, 0); dequeue(t_)
            :: else -> break
            od;
            store(M, 0);
            if
            :: queued[M] == 0 -> opening[M] = 1
            :: else ->
                if
                :: barge && waits_for[slot(M, 0)] == bit(M) ->
                    if
                    :: !MISTAKEN(BARGE_SILENTLY) -> tell[slot(M, 0)] = LOOK
                    :: else
                    fi;
                    opening[M] = 2
                :: else ->
                    serve(M);
                    if
                    :: value[M] == 0 -> opening[M] = 2
                    :: else
                    fi
                fi
            fi;
            barge = false;
            chosen()
        } };
        commit()
    fi;
    open = false
}

/* event_object::try_set, then set_event; with more units semaphore::release. */
inline set_event() {
    step seen = value[E]; open = !contended[E] };
    if
    :: when(open && !contended[E] && value[E] == seen)
        if
        :: seen < UNITS -> value[E] = seen + 1; units_made++
        :: else
        fi
    }
    :: when(!(open && !contended[E] && value[E] == seen)) skip };
        lock();
        contend(bit(E));
        step d_step {
            note_all();
            if
            :: value[E] < UNITS -> store(E, value[E] + 1); made = 1; serve(E)
            :: else
            fi;
            if
            :: queued[E] == 0 -> opening[E] = 1
            :: else
            fi;
            chosen()
        } };
        commit()
    fi;
    seen = 0;
    open = false
}

proctype thread(byte me) {
    byte at, op, set, got, seen, i, made, watch;
    byte opening[2], tell[3];
    bool woke[3];
    bool open, limited, late, death, asleep_on, barge, signals, early;

    do
    :: step op = ((program(me) >> (4 * at)) & 15); at++; got = 0 };
        if
        :: op == STOP -> break
        :: op == LOCK -> acquire_mutex()
        :: op == UNLOCK ->
            if
            :: inside == me -> release()
            :: else
            fi
        :: op == SET -> set_event()
        :: op == WAIT ->
            quick_event();
            if
            :: got == 0 -> set = bit(E); wait_for(false); set = 0
            :: else
            fi
        :: op == ANY ->
            quick_mutex();
            /* Behind M: E, if M is still not to be had; otherwise under the lock. */
            if
            :: got == 0 && readiness(M) == 0 -> quick_event()
            :: else
            fi;
            if
            :: got == 0 -> set = bit(M) | bit(E); wait_for(false); set = 0
            :: else
            fi
        :: op == ALL -> set = bit(M) | bit(E); wait_for(true); set = 0
        :: op == PASS -> signals = true; set = bit(M); wait_for(false); set = 0
        fi
    od;
    step finished[me] = true; op = 0; got = 0; at = 0 }
}

/* Kills a thread; the kernel marks its life word and wakes one of the sleepers on it. */
#define sleeps_on(t, life) (sleeps[t] && on_life[t] == 1 + (life))
inline kill(v) {
    alive[v] = false;
    sleeps[v] = false;
    on_life[v] = 0;
    if
    :: sleeps_on(0, v) -> sleeps[0] = false; place[0] = WOKEN
    :: sleeps_on(1, v) -> sleeps[1] = false; place[1] = WOKEN
    :: sleeps_on(2, v) -> sleeps[2] = false; place[2] = WOKEN
    :: else
    fi
}

#define may_die(t) \
    (alive[t] && !finished[t] && (place[t] == 0 -> (WHERE & CALM) : (place[t] & ~(WHERE)) == 0))

proctype killer() {
end:
    do
    :: atomic { deaths < DEATHS && may_die(0) -> deaths++; kill(0) }
    :: atomic { deaths < DEATHS && may_die(1) -> deaths++; kill(1) }
    :: atomic { deaths < DEATHS && may_die(2) -> deaths++; kill(2) }
    od
}

#define lasts(t) (alive[t] && !finished[t])
#define can_have(t) \
    (waits_for[t] == 0 || \
     (for_all[t] -> readiness(M) != 0 && readiness(E) != 0 \
                 : (has(waits_for[t], M) && readiness(M) != 0) || (has(waits_for[t], E) && readiness(E) != 0)))
#define is_stuck(t) (lasts(t) && (!sleeps[t] || can_have(t)))
/* worth_a_look */
#define is_open(t) ((has(waits_for[t], M) && !contended[M]) || (has(waits_for[t], E) && !contended[E]))
#define worth_a_look(t) (lasts(t) && sleeps[t] && (can_have(t) || is_open(t)))

/* Nothing moves any more. */
proctype judge() {
end:
    do
    :: atomic {
        timeout ->
        /* What the dead holder of the lock left half done counts as undone. */
        if
        :: holder != 0 && !alive[holder - 1] && noted -> d_step { undo(); holder = 0 }
        :: else
        fi;
        if
        :: RECHECK && worth_a_look(0) -> sleeps[0] = false; thorough[0] = true; rechecks++
        :: RECHECK && worth_a_look(1) -> sleeps[1] = false; thorough[1] = true; rechecks++
        :: RECHECK && worth_a_look(2) -> sleeps[2] = false; thorough[2] = true; rechecks++
        :: else ->
            /* Nobody sleeps while what it waits for is there. */
            lost_wake_up = is_stuck(0) || is_stuck(1) || is_stuck(2);
            assert(!lost_wake_up);
            /* No unit is lost but in the hands of the dead, and no mutex. */
            assert(units_made - units_taken - value[E] <= deaths);
            assert(value[M] == 0 || !alive[value[M] - 1] || inside == value[M] - 1);
            break
        fi;
        /* Each look that is worth it changes something. */
        assert(rechecks <= 8)
    }
    od
}

init {
    atomic {
        c_code { read_settings(); };
        run thread(0);
        run thread(1);
        run thread(2);
        run killer();
        run judge()
    }
}
