/* Transactions: src/posix/arena/transaction.cpp, docs/model.md.
 *
 * Three threads, one after the other by the session lock, give three words a new value, the same to all of them, the first
 * word in two stores. DEATHS of them are killed, between any two stores, also those of undoing. Who has the lock, and
 * has undone what it found in the log, finds all words alike.
 *
 *   MISTAKE  1: the word is stored before it is noted
 *            2: the log's length is raised before the entry is written
 *            3: undone in the order of the log, not latest first
 *            4: the commit comes before the last store
 *            5: the log is emptied before it is undone
 */

#ifndef DEATHS
#define DEATHS 2
#endif
#ifndef MISTAKE
#define MISTAKE 0
#endif

#define N 3
#define STORES 4

byte word[3];
byte where_[STORES], old_[STORES];  /* the undo log */
byte length;
byte holder;                        /* of the session lock */
bool alive[N] = true;
byte deaths;

#define step atomic { alive[me] ->

/* The place of each store: word 0 twice. */
#define place(i) (i == 0 -> 0 : i - 1)
#define half 100

inline note(i) {
    if
    :: MISTAKE == 2 -> step length = i + 1 }
    :: else
    fi;
    step where_[i] = place(i) };
    step old_[i] = word[place(i)] };
    if
    :: MISTAKE != 2 -> step length = i + 1 }
    :: else
    fi
}

proctype thread(byte me) {
    byte i, new;

    atomic { (alive[me] && (holder == 0 || !alive[holder - 1])) -> holder = me + 1 };
    /* Takes over from the dead: undoes, latest first. The length falls once all is undone. */
    step i = length };
    if
    :: MISTAKE == 5 -> step length = 0 }
    :: else
    fi;
    if
    :: MISTAKE == 3 ->
        new = i;
        i = 0;
        do
        :: i < new -> step word[where_[i]] = old_[i]; i++ }
        :: else -> break
        od
    :: else ->
        do
        :: i > 0 -> step i--; word[where_[i]] = old_[i] }
        :: else -> break
        od
    fi;
    step length = 0; i = 0 };

    step assert(word[0] == word[1] && word[1] == word[2]) };
    step new = word[2] + 1 };
    do
    :: i < STORES ->
        if
        :: MISTAKE == 1 -> step word[place(i)] = (i == 0 -> half : new) }; note(i)
        :: else ->
            note(i);
            if
            :: MISTAKE == 4 && i == STORES - 1 -> step length = 0 }
            :: else
            fi;
            step word[place(i)] = (i == 0 -> half : new) }
        fi;
        i++
    :: else -> break
    od;
    step length = 0 };
    step holder = 0 }
}

proctype killer() {
    byte v;
    do
    :: deaths < DEATHS -> atomic { select(v : 0 .. 2); if :: alive[v] -> alive[v] = false; deaths++ :: else fi }
    :: true -> break
    od
}

init {
    atomic {
        run thread(0);
        run thread(1);
        run thread(2);
        run killer()
    }
}
