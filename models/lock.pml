/* The session lock: src/posix/arena/session_lock.cpp, docs/model.md.
 *
 * Three threads take it ROUNDS times each. DEATHS of them are killed, between any two steps. Who holds it is alone; who
 * finds its holder dead takes it over and is told so; nobody sleeps for ever while it can be had.
 *
 *   WHERE    in which of the places below a thread may be killed: sum of 1, 2, 4, 8
 *   RECHECK  1: a sleeper looks again once nothing else moves (in the code: after a second)
 *
 *   MISTAKE  1: who was asleep takes it without the mark that others may sleep
 *            2: who sleeps does not watch the holder's life
 *            3: the sleep does not compare the lock's word
 */

#ifndef DEATHS
#define DEATHS 1
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef MISTAKE
#define MISTAKE 0
#endif

#ifndef WHERE
#define WHERE 15
#endif
#ifndef RECHECK
#define RECHECK 1
#endif

/* Where a thread is, for WHERE. */
#define CALM 1    /* anywhere else */
#define WAKING 2  /* it has let the lock go, and has not yet woken a sleeper */
#define WOKEN 4   /* it has been woken, and has not acted yet */
#define LATER 8   /* it holds the lock, and others have gone to sleep at it before, so that they watch another life */

#define N 3

byte holder;     /* 1 + thread, 0: free */
bool sleepers;   /* bit 31: somebody sleeps on it */
bool alive[N] = true;
bool sleeps[N];
byte on_life[N]; /* 1 + the thread on whose life word it sleeps as well */
bool finished[N];
byte inside;     /* how many living threads hold it */
byte deaths, rechecks;
byte place[N];

#define when(condition) atomic { (alive[me] && (condition)) ->
#define step when(true)

/* FUTEX_WAKE of one on the lock's word. */
inline wake_one() {
    if
    :: sleeps[0] -> sleeps[0] = false; place[0] = WOKEN
    :: sleeps[1] -> sleeps[1] = false; place[1] = WOKEN
    :: sleeps[2] -> sleeps[2] = false; place[2] = WOKEN
    :: else
    fi
}

proctype thread(byte me) {
    byte round, seen, dead_one;
    bool seen_sleepers, keep;

    do
    :: round == ROUNDS -> break
    :: else ->
        keep = false;
        do
        :: step seen = holder; seen_sleepers = sleepers };
            if
            :: when(seen == 0)
                if
                :: holder == seen && sleepers == seen_sleepers ->
                    holder = me + 1;
                    sleepers = keep || seen_sleepers;
                    inside++;
                    place[me] = (sleepers -> LATER : 0);
                    break
                :: else
                fi
            }
            :: when(seen != 0 && !alive[seen - 1])
                if
                :: holder == seen && sleepers == seen_sleepers ->
                    holder = me + 1;
                    sleepers = true;
                    inside++;
                    place[me] = LATER;
                    dead_one = seen
                :: else
                fi
            };
                if
                :: dead_one != 0 ->
                    step d_step {
                        if
                        :: sleeps[0] && on_life[0] == dead_one -> sleeps[0] = false; place[0] = WOKEN
                        :: else
                        fi;
                        if
                        :: sleeps[1] && on_life[1] == dead_one -> sleeps[1] = false; place[1] = WOKEN
                        :: else
                        fi;
                        if
                        :: sleeps[2] && on_life[2] == dead_one -> sleeps[2] = false; place[2] = WOKEN
                        :: else
                        fi
                        dead_one = 0
                    } };
                    break
                :: else
                fi
            :: when(seen != 0 && alive[seen - 1]) skip };
                if
                :: seen_sleepers
                :: !seen_sleepers ->
                    step
                        if
                        :: holder == seen && sleepers == seen_sleepers -> sleepers = true; seen_sleepers = true
                        :: else
                        fi
                    }
                fi;
                if
                :: seen_sleepers ->
                    keep = (MISTAKE != 1);
                    step
                        if
                        :: (holder == seen && sleepers || MISTAKE == 3) && (alive[seen - 1] || MISTAKE == 2) ->
                            sleeps[me] = true;
                            place[me] = 0;
                            on_life[me] = (MISTAKE == 2 -> 0 : seen)
                        :: else
                        fi
                    };
                    when(!sleeps[me]) on_life[me] = 0 }
                :: else
                fi
            fi
        od;
        step assert(inside == 1) };
        step seen = 0; seen_sleepers = false; inside--; keep = sleepers; holder = 0; sleepers = false;
            place[me] = (keep -> WAKING : 0) };
        if
        :: keep -> step wake_one(); place[me] = 0 }
        :: else
        fi;
        keep = false;
        round++
    od;
    step finished[me] = true; round = 0 }
}

inline kill(v) {
    alive[v] = false;
    sleeps[v] = false;
    on_life[v] = 0;
    inside = (holder == v + 1 -> inside - 1 : inside);
    /* The kernel wakes one sleeper on the dead thread's life. */
    if
    :: sleeps[0] && on_life[0] == v + 1 -> sleeps[0] = false; place[0] = WOKEN
    :: sleeps[1] && on_life[1] == v + 1 -> sleeps[1] = false; place[1] = WOKEN
    :: sleeps[2] && on_life[2] == v + 1 -> sleeps[2] = false; place[2] = WOKEN
    :: else
    fi
}

#define may_die(t) (alive[t] && !finished[t] && (place[t] == 0 -> (WHERE & CALM) : (place[t] & WHERE)))

proctype killer() {
end:
    do
    :: atomic { deaths < DEATHS && may_die(0) -> deaths++; kill(0) }
    :: atomic { deaths < DEATHS && may_die(1) -> deaths++; kill(1) }
    :: atomic { deaths < DEATHS && may_die(2) -> deaths++; kill(2) }
    od
}

#define is_stuck(t) (alive[t] && !finished[t])

bool lost_wake_up;
proctype judge() {
end:
    do
    :: atomic {
        timeout ->
        if
        :: RECHECK && is_stuck(0) && sleeps[0] -> sleeps[0] = false; rechecks++
        :: RECHECK && is_stuck(1) && sleeps[1] -> sleeps[1] = false; rechecks++
        :: RECHECK && is_stuck(2) && sleeps[2] -> sleeps[2] = false; rechecks++
        :: else ->
            lost_wake_up = is_stuck(0) || is_stuck(1) || is_stuck(2);
            assert(!lost_wake_up);
            break
        fi;
        assert(rechecks <= 8)
    }
    od
}

init {
    atomic {
        run thread(0);
        run thread(1);
        run thread(2);
        run killer();
        run judge()
    }
}
