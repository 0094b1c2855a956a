/*
 * Never both: the ledger's protocol, for exhaustive checking with spin.
 *
 * docs/never-both.md is the text; "step 3" and so on name its numbered steps. README.md beside this
 * file says what is left out and why that is sound. tools/model runs all configurations and mutants.
 *
 * Two objects, A and B, conflict with each other. Requests want to store them:
 *     request 0   A
 *     request 1   B
 *     request 2   A again, when REQUESTS is 3 (see AGAIN)
 * Every number called revision, order, floor or version is a revision of the one etcd.
 */

#ifndef REPLICAS
#define REPLICAS 2 /* 2 or 3 */
#endif
#ifndef REQUESTS
#define REQUESTS 2 /* 2 or 3 */
#endif
#ifndef UPDATES
#define UPDATES 0 /* 1: A is an object that exists and is updated; 0: it is created. B is created. */
#endif
#ifndef KINDS
#define KINDS 2 /* 2: A and B are of different kinds, each with its own floor; 1: of one kind */
#endif
#ifndef RETRIES
#define RETRIES 0 /* calls that an API server gives up and repeats at another replica */
#endif
#ifndef CRASHES
#define CRASHES 0 /* each at any step; the replica starts again under the same name, or never acts */
#endif
#ifndef LOST_ANSWERS
#define LOST_ANSWERS 0 /* page writes that land and whose answer is lost */
#endif
#ifndef LATE_WRITES
#define LATE_WRITES 0 /* page writes given up or left by a crash that may still land at any time */
#endif
#ifndef GIVING_UP
/* 1: a replica's call may run out of time at any step (503); 2: only when nothing else can happen, those
 * that came first before the others, and it is refused by name. */
#define GIVING_UP 0
#endif
#ifndef DEADLINES
#define DEADLINES 0 /* 1: the API server's request timeout may pass, so that entries end by time */
#endif
#ifndef TAKE_OVERS
#define TAKE_OVERS 0
#endif
#ifndef DELETIONS
#define DELETIONS 0 /* 1: a stored object may be deleted */
#endif
#ifndef REVISIONS
#define REVISIONS 16 /* room in the history; an assertion proves that it is never full */
#endif

/* What request 2 is. */
#define AGAIN_AFTER_DEADLINE 1 /* the client asks again after request 0 ran out of time */
#define AGAIN_AFTER_CONFLICT 2 /* the API server asks again as another writer touched A first */
#ifndef AGAIN
#define AGAIN AGAIN_AFTER_DEADLINE
#endif

/* Each mutant breaks one rule. */
#ifdef MUTANT_DECIDE_BEFORE_OWN_WRITE
#define DECIDES_EARLY 1
#else
#define DECIDES_EARLY 0
#endif
#ifdef MUTANT_NO_FLOOR
#define HAS_FLOORS 0
#else
#define HAS_FLOORS 1
#endif
#ifdef MUTANT_OWN_FLOOR_BY_WATCH
#define OBEYS_OWN_FLOOR 0
#else
#define OBEYS_OWN_FLOOR 1
#endif
#ifdef MUTANT_ENTRY_DROPPED_EARLY
#define DROPS_EARLY 1
#else
#define DROPS_EARLY 0
#endif
#ifdef MUTANT_LOCAL_CLOCK
#define OUT_OF_TIME(request) true
#else
#define OUT_OF_TIME(request) out_of_time[request]
#endif
#ifdef MUTANT_BLIND_WRITE
#define COMPARES 0
#else
#define COMPARES 1
#endif
#ifdef MUTANT_ENDED_AT_START
#define ENDED_AT_START 1
#else
#define ENDED_AT_START 0
#endif
#ifdef MUTANT_DELETES_FIRST
#define DELETES_FIRST 1
#else
#define DELETES_FIRST 0
#endif
#ifdef MUTANT_RETRY_WITHOUT_WRITE
#define WRITES_FOR_RETRY 0
#else
#define WRITES_FOR_RETRY 1
#endif

#ifndef PUT_CREATES
#define PUT_CREATES 0 /* 1: a write upon an old version creates a page that was deleted */
#endif

#ifndef PROGRESS
#define PROGRESS 0 /* 1: whenever all comes to rest, each request has its answer, and one is stored */
#endif

#ifdef MUTANT_TAKEN_NAME
#define NAME_IS_HELD(request) (OBJECT(request) == 0 && (freed == 0 || freed > mirror))
#define NAME_IS_FREE(request) (OBJECT(request) == 1 || freed != 0)
#else
#define NAME_IS_HELD(request) false
#define NAME_IS_FREE(request) true
#endif

#define NOBODY 255
#define FRESH 255 /* an order that etcd gives when the write lands */
#define NONE 255

/* ---- etcd ---- */

typedef Page {
	byte owner; /* NOBODY: this revision is of an object, not of a page */
	bool stands; /* false: this revision deleted the page */
	byte order[REQUESTS]; /* of each request's entry in this page; 0: no entry */
	byte floor[KINDS];
};

Page history[REVISIONS]; /* what each revision wrote; 0: before all */
byte revision;
byte newest[REPLICAS]; /* the revision of each page */

byte stored[2]; /* revision at which A, B came to claim what conflicts; 0: not yet */
byte deleted[2]; /* revision at which the object was deleted after that; 0: it was not */
byte freed; /* with MUTANT_TAKEN_NAME: revision at which another object gave A's name free; 0: not */
byte touched; /* revision at which another writer changed A without a conflict; 0: not */

#define OBJECT(request) (request == 1 -> 1 : 0)
#define OTHER(object) (1 - (object))
#define KIND(object) ((object) % KINDS)
#define IS_UPDATE(request) (UPDATES && OBJECT(request) == 0)
#define LIVE(object) (stored[object] != 0 && deleted[object] == 0)
/* The version that an update started from: the touched one, for the API server's second attempt. */
#define STARTS_AT_TOUCHED(request) (request == 2 && AGAIN == AGAIN_AFTER_CONFLICT)

inline next_revision(by)
{
	revision++;
	assert(revision < REVISIONS);
	history[revision].owner = by;
}

/* "The end of an entry": the revision whose sighting ends each request's entry; 0 while there is none.
 * A create ends with its own uid, an update with any version later than the one it started from. */
byte ends_at[REQUESTS];

inline object_changed(object, by)
{
	for (one : 0 .. REQUESTS - 1) {
		if
		:: OBJECT(one) == object && ends_at[one] == 0 &&
		   ((IS_UPDATE(one) && by != one && !(by == NOBODY && STARTS_AT_TOUCHED(one))) || by == one) ->
			ends_at[one] = revision
		:: else
		fi
	}
	one = 0
}

/* ---- API servers ---- */

mtype = { idle, asked, allowed, refused, done, failed };
mtype state[REQUESTS] = idle; /* what the API server knows */
byte asked_at[REQUESTS]; /* the replica whose answer it waits for */
bool out_of_time[REQUESTS]; /* the request's deadline passed: it can never be stored from now on */
byte retries;

/* ---- replicas ---- */

/* What a replica does about a request: it came; its entry stands in a page of ours (decided or not);
 * admitted; or its entry is to leave with the next write. Entries that were found in the page at a
 * start are 'unknown'. */
mtype = { unknown, came, written, admitted, leaving };
typedef Replica {
	mtype about[REQUESTS] = unknown;
	byte own_write[REQUESTS]; /* step 3: the revision that must come back before a decision */
	bool may_admit[REQUESTS]; /* a view exists in which the verdict is yes; follows from the rest */
	byte page; /* the revision of the own page that it knows */
	bool in_doubt; /* the answer of the last write was lost */
	byte floor[KINDS]; /* what it obeys itself */
#ifdef MUTANT_ORDER_STAMPED_AGAIN
	byte doubted; /* the request, counted from 1, whose entry came with a lost answer */
#endif
	byte taking; /* the revision of the page that it is taking over; 0: none */
};
Replica replica[REPLICAS];
byte crashes, lost_answers, late_writes, take_overs;

Page late; /* a page write that was given up but may still land */
bool late_pending;
byte late_base;

/* Room for loops and arguments; zero between steps. */
hidden byte one, each, at, mirror, lowest, own, who, known, about, position; /* counters and views */
hidden byte seen[REPLICAS];
hidden byte stands_against;
byte dropped = NONE; /* the entry that the next write removes as it has ended */
byte raised = 0; /* and the version that its kind's floor rises to */

/* The watch has delivered the pages up to 'at': seen[] is where each page stands in that view. */
#define FLOOR(from, kind) (history[seen[from]].floor[kind])

#define EARLIER(order, request, own, own_request)                                                  \
	(order != 0 && (order < own || (order == own && request < own_request)))

/* Steps 3 to 5 for one request: is there a view of pages and mirror, allowed by the rules, in which it
 * is admitted? The views are chosen here and not remembered, so they may lag as they like, and even
 * go back: this covers API servers' caches, gaps, lists and delays. */
inline could_admit(me, request)
{
	replica[me].may_admit[request] = false;
	if
	:: replica[me].about[request] == written ->
		for (one : 0 .. REPLICAS - 1) {
			seen[one] = 0
		}
		for (at : 0 .. revision) {
			if
			:: history[at].owner != NOBODY -> seen[history[at].owner] = at
			:: else
			fi;
			if
			:: !replica[me].may_admit[request] &&
			   (at >= replica[me].own_write[request] || DECIDES_EARLY) ->
				could_admit_at(me, request)
			:: else
			fi
		}
	:: else
	fi
}

/* With MUTANT_LATER_ENTRY_COUNTS: a later entry of the same create stands in another page of the view. */
#ifdef MUTANT_LATER_ENTRY_COUNTS
#define LATER_IN(other, request) (history[seen[other]].order[request] > history[known].order[request])
#if REPLICAS == 3
#define SUPERSEDED(request)                                                                        \
	(!IS_UPDATE(request) &&                                                                    \
	 (LATER_IN(0, request) || LATER_IN(1, request) || LATER_IN(2, request)))
#else
#define SUPERSEDED(request) (!IS_UPDATE(request) && (LATER_IN(0, request) || LATER_IN(1, request)))
#endif
#else
#define SUPERSEDED(request) false
#endif

/* Step 4, then 5, in the view of pages at 'at', for every mirror that has reached the floors. Only
 * the other object's mirror matters for the verdict. */
inline could_admit_at(me, request)
{
	lowest = (OBEYS_OWN_FLOOR && HAS_FLOORS -> replica[me].floor[KIND(OTHER(OBJECT(request)))] : 0);
	for (one : 0 .. REPLICAS - 1) {
		if
		:: HAS_FLOORS && FLOOR(one, KIND(OTHER(OBJECT(request)))) > lowest ->
			lowest = FLOOR(one, KIND(OTHER(OBJECT(request))))
		:: else
		fi
	}
	own = history[replica[me].own_write[request]].order[request];
	for (mirror : lowest .. revision) {
		if
		:: mirror == lowest || history[mirror].owner == NOBODY ->
			stands_against = stored[OTHER(OBJECT(request))] != 0 &&
				stored[OTHER(OBJECT(request))] <= mirror &&
				!(deleted[OTHER(OBJECT(request))] != 0 &&
				  deleted[OTHER(OBJECT(request))] <= mirror);
			for (who : 0 .. REPLICAS - 1) {
				known = seen[who];
				if
				:: who == me -> known = replica[me].page
				:: else
				fi;
				for (about : 0 .. REQUESTS - 1) {
					if
					:: !stands_against && OBJECT(about) != OBJECT(request) &&
					   EARLIER(history[known].order[about], about, own, request) &&
					   (ends_at[about] == 0 || ends_at[about] > mirror) &&
					   !SUPERSEDED(about) && !NAME_IS_HELD(about) ->
						stands_against = true
					:: else
					fi
				}
			}
			if
			:: !stands_against -> replica[me].may_admit[request] = true
			:: else
			fi
		:: else
		fi
	}
}

/* Ends every step: what could each undecided call be answered now? */
inline look()
{
	for (each : 0 .. REPLICAS * REQUESTS - 1) {
		could_admit(each / REQUESTS, each % REQUESTS)
	}
	one = 0; each = 0; at = 0; mirror = 0; lowest = 0; own = 0; who = 0; known = 0; about = 0;
	stands_against = false;
	for (position : 0 .. REPLICAS - 1) {
		seen[position] = 0
	}
	position = 0
}

#define KNOWS_PAGE(me)                                                                             \
	(!replica[me].in_doubt &&                                                                  \
	 (replica[me].page == newest[me] || !COMPARES || (PUT_CREATES && !history[newest[me]].stands)))
#define HOLDS(me, request) (history[replica[me].page].order[request] != 0)
/* Only what no call waits for leaves as ended. */
#define MAY_END(me, request)                                                                       \
	(KNOWS_PAGE(me) && HOLDS(me, request) &&                                                   \
	 (replica[me].about[request] == unknown || replica[me].about[request] == admitted))

inline doubt(me)
{
#ifdef MUTANT_ORDER_STAMPED_AGAIN
	for (one : 0 .. REQUESTS - 1) {
		if
		:: history[revision].order[one] == revision -> replica[me].doubted = one + 1
		:: else
		fi
	}
	one = 0
#else
	skip
#endif
}

inline stamp_again(me, page_written, fresh)
{
#ifdef MUTANT_ORDER_STAMPED_AGAIN
	if
	:: replica[me].doubted == one + 1 -> page_written.order[one] = fresh
	:: else
	fi
#else
	skip
#endif
}

/* What a write makes of the page (step 2): new entries come in, those that are to leave go, the others
 * keep their order; a new entry's order is 'fresh'. */
inline fill(me, page_written, fresh)
{
	page_written.owner = me;
	page_written.stands = true;
	for (one : 0 .. REQUESTS - 1) {
		if
		:: one == dropped || replica[me].about[one] == leaving -> page_written.order[one] = 0
		:: else ->
			if
			:: HOLDS(me, one) ->
				page_written.order[one] = history[replica[me].page].order[one];
				stamp_again(me, page_written, fresh)
			:: else ->
				if
				:: replica[me].about[one] == came -> page_written.order[one] = fresh
				:: else -> page_written.order[one] = 0
				fi
			fi
		fi
	}
	for (one : 0 .. KINDS - 1) {
		page_written.floor[one] = replica[me].floor[one]
	}
	one = 0
}

/* A group's write lands. */
inline write(me)
{
	if
	:: dropped != NONE && raised > replica[me].floor[KIND(OBJECT(dropped))] ->
		replica[me].floor[KIND(OBJECT(dropped))] = raised
	:: else
	fi;
	next_revision(me);
	fill(me, history[revision], revision);
	newest[me] = revision;
	replica[me].page = revision;
	for (one : 0 .. REQUESTS - 1) {
		if
		:: replica[me].about[one] == came ->
			replica[me].about[one] = written;
			replica[me].own_write[one] = revision
		:: replica[me].about[one] == leaving -> replica[me].about[one] = unknown
		:: else ->
			if
			:: one == dropped -> replica[me].about[one] = unknown
			:: else
			fi
		fi
	}
	one = 0;
	dropped = NONE;
	raised = 0
}

/* A write whose answer does not come: it landed, or it may still land later, or never. */
inline write_with_faults(me)
{
	if
	:: d_step { write(me); look() }
	:: lost_answers < LOST_ANSWERS ->
		d_step {
			write(me);
			lost_answers++;
			replica[me].in_doubt = true;
			doubt(me);
			look()
		}
	:: late_writes < LATE_WRITES && !late_pending ->
		d_step {
			if
			:: dropped != NONE && raised > replica[me].floor[KIND(OBJECT(dropped))] ->
				replica[me].floor[KIND(OBJECT(dropped))] = raised
			:: else
			fi;
			fill(me, late, FRESH);
			late_base = replica[me].page;
			late_pending = true;
			late_writes++;
			dropped = NONE;
			raised = 0;
			replica[me].in_doubt = true;
			replica[me].taking = 0;
			look()
		}
	fi
}

/* After a lost answer or a refused write: the owner reads its page, keeps the floors and entries that
 * it finds, and writes undecided entries again if the page is not what it wrote. */
inline read_page(me)
{
	replica[me].in_doubt = false;
	if
	:: replica[me].page != newest[me] ->
		replica[me].page = newest[me];
		for (one : 0 .. KINDS - 1) {
			if
			:: history[newest[me]].floor[one] > replica[me].floor[one] ->
				replica[me].floor[one] = history[newest[me]].floor[one]
			:: else
			fi
		}
		for (one : 0 .. REQUESTS - 1) {
			if
			:: replica[me].about[one] == written ->
				replica[me].about[one] = came;
				replica[me].own_write[one] = 0
			:: replica[me].about[one] == admitted && !HOLDS(me, one) ->
				replica[me].about[one] = unknown;
				replica[me].own_write[one] = 0
			:: replica[me].about[one] == leaving && !HOLDS(me, one) ->
				replica[me].about[one] = unknown;
				replica[me].own_write[one] = 0
			:: else
			fi
		}
		one = 0
	:: else
	fi
}

#define WAITS(me, request) (replica[me].about[request] == written)
#define WAITS_BEFORE(me, request, than, than_request)                                              \
	(WAITS(me, request) && (replica[me].own_write[request] < than ||                           \
	 (replica[me].own_write[request] == than && request < than_request)))
/* Two replicas and two requests: more is not needed where GIVING_UP is 2. */
#define IS_FIRST_WAITING(since, mine)                                                              \
	(!WAITS_BEFORE(0, 0, since, mine) && !WAITS_BEFORE(0, 1, since, mine) &&                   \
	 !WAITS_BEFORE(1, 0, since, mine) && !WAITS_BEFORE(1, 1, since, mine))
#define ALL_AT_REST                                                                                \
	(GIVING_UP != 2 || (!WAITS(0, 0) && !WAITS(0, 1) && !WAITS(1, 0) && !WAITS(1, 1)))

/* What replica 'me' does about one request. */
proctype Call(byte me, request)
{
end:
	do
	:: atomic { /* step 2: the group's write, with all that came and all that leaves */
		KNOWS_PAGE(me) && (replica[me].about[request] == came ||
			(replica[me].about[request] == leaving && HOLDS(me, request))) ->
		write_with_faults(me)
	   }
#ifdef MUTANT_ORDER_STAMPED_AGAIN
	:: atomic {
		KNOWS_PAGE(me) && replica[me].doubted == request + 1 && HOLDS(me, request) ->
		d_step {
			write(me);
			replica[me].doubted = 0;
			look()
		}
	   }
#endif
	:: d_step { /* steps 5 and 6: admitted */
		replica[me].may_admit[request] ->
		replica[me].about[request] = admitted;
		replica[me].own_write[request] = 0;
		if
		:: state[request] == asked && asked_at[request] == me -> state[request] = allowed
		:: else
		fi;
		look()
	   }
	:: d_step { /* step 1 or 5: refused because of a stored object, which was read live */
		(replica[me].about[request] == came || replica[me].about[request] == written) &&
		LIVE(OTHER(OBJECT(request))) ->
		replica[me].about[request] = (HOLDS(me, request) -> leaving : unknown);
		replica[me].own_write[request] = 0;
		if
		:: state[request] == asked && asked_at[request] == me -> state[request] = refused
		:: else
		fi;
		look()
	   }
	:: d_step { /* the call's time is up: 503, or refused by name */
		GIVING_UP == 1 &&
		(replica[me].about[request] == came || replica[me].about[request] == written) ->
		replica[me].about[request] = (HOLDS(me, request) -> leaving : unknown);
		replica[me].own_write[request] = 0;
		look()
	   }
	:: d_step { /* the same at rest: it is refused by name */
		timeout && GIVING_UP == 2 && replica[me].about[request] == written &&
		IS_FIRST_WAITING(replica[me].own_write[request], request) ->
		replica[me].about[request] = leaving;
		replica[me].own_write[request] = 0;
		if
		:: state[request] == asked && asked_at[request] == me -> state[request] = refused
		:: else
		fi;
		look()
	   }
	:: atomic { /* the end of an entry: seen in the mirror */
		MAY_END(me, request) && (ends_at[request] != 0 || (DROPS_EARLY && state[request] == allowed)) ->
		dropped = request;
		raised = ends_at[request];
		write_with_faults(me)
	   }
	:: atomic { /* the end of an entry: its time is up by the API server's clock, and a read settles it */
		MAY_END(me, request) && OUT_OF_TIME(request) &&
		(ends_at[request] == 0 || deleted[OBJECT(request)] != 0) ->
		dropped = request;
		write_with_faults(me)
	   }
	od
}

/* An entry of a page that is taken over has ended, and this is what its kind's floor must be. */
#define SETTLED(from, request)                                                                     \
	(history[from].order[request] == 0 || ends_at[request] != 0 || OUT_OF_TIME(request))

inline raise_floors(me, from)
{
	for (one : 0 .. KINDS - 1) {
		if
		:: history[from].floor[one] > replica[me].floor[one] ->
			replica[me].floor[one] = history[from].floor[one]
		:: else
		fi
	}
	for (one : 0 .. REQUESTS - 1) {
		if
		:: history[from].order[one] != 0 && ends_at[one] > replica[me].floor[KIND(OBJECT(one))] &&
		   !(out_of_time[one] && deleted[OBJECT(one)] != 0) ->
			replica[me].floor[KIND(OBJECT(one))] = ends_at[one]
		:: else
		fi
	}
	one = 0
}

#if REQUESTS == 3
#define ALL_SETTLED(from) (SETTLED(from, 0) && SETTLED(from, 1) && SETTLED(from, 2))
#else
#define ALL_SETTLED(from) (SETTLED(from, 0) && SETTLED(from, 1))
#endif

inline delete_page(me)
{
	at = history[replica[me].taking].owner;
	if
	:: newest[at] == replica[me].taking ->
		next_revision(at);
		newest[at] = revision
	:: else
	fi;
	at = 0
}

/* The replica itself, with the pages that it may take over. */
proctype TakeOver(byte me, neighbour)
{
end:
	do
	:: atomic { /* take-over, first half: all floors of the page stand in the own page */
		take_overs < TAKE_OVERS && !DELETES_FIRST && KNOWS_PAGE(me) && replica[me].taking == 0 &&
		history[newest[neighbour]].stands && ALL_SETTLED(newest[neighbour]) ->
		d_step {
			take_overs++;
			replica[me].taking = newest[neighbour];
			raise_floors(me, newest[neighbour])
		}
		write_with_faults(me)
	   }
	:: d_step { /* take-over, second half: the page goes, if it is still what was looked at */
		replica[me].taking != 0 && !DELETES_FIRST && KNOWS_PAGE(me) &&
		history[replica[me].taking].owner == neighbour ->
		delete_page(me);
		replica[me].taking = 0;
		look()
	   }
#ifdef MUTANT_DELETES_FIRST
	:: d_step {
		take_overs < TAKE_OVERS && KNOWS_PAGE(me) && replica[me].taking == 0 &&
		history[newest[neighbour]].stands && ALL_SETTLED(newest[neighbour]) ->
		take_overs++;
		replica[me].taking = newest[neighbour];
		delete_page(me);
		look()
	   }
	:: d_step {
		replica[me].taking != 0 && KNOWS_PAGE(me) &&
		history[replica[me].taking].owner == neighbour ->
		raise_floors(me, replica[me].taking);
		replica[me].taking = 0;
		write(me);
		look()
	   }
#endif
	od
}

/* The replica's process and its page. */
proctype Owner(byte me)
{
end:
	do
	:: d_step { /* a lost answer, or a write that found another version: read before the next write */
		COMPARES && (replica[me].in_doubt || replica[me].page != newest[me]) ->
		read_page(me);
		look()
	   }
#ifdef MUTANT_BLIND_WRITE
	:: d_step {
		replica[me].in_doubt ->
		replica[me].in_doubt = false
	   }
#endif
	:: d_step { /* it crashes and starts again under the same name, with its page's floors */
		crashes < CRASHES ->
		crashes++;
		for (one : 0 .. REQUESTS - 1) {
			replica[me].about[one] = unknown;
			replica[me].own_write[one] = 0
		}
		for (one : 0 .. KINDS - 1) {
			replica[me].floor[one] = history[newest[me]].floor[one]
		}
		one = 0;
		replica[me].page = newest[me];
		replica[me].in_doubt = false;
		replica[me].taking = 0;
		look()
	   }
	od
}

proctype LateWrite()
{
end:
	do
	:: d_step {
		late_pending ->
		late_pending = false;
		if
		:: newest[late.owner] == late_base || !COMPARES ||
		   (PUT_CREATES && !history[newest[late.owner]].stands) ->
			next_revision(late.owner);
			newest[late.owner] = revision;
			history[revision].stands = true;
			for (one : 0 .. REQUESTS - 1) {
				history[revision].order[one] = (late.order[one] == FRESH -> revision : late.order[one])
			}
			for (one : 0 .. KINDS - 1) {
				history[revision].floor[one] = late.floor[one]
			}
		:: else
		fi;
		for (one : 0 .. REQUESTS - 1) {
			late.order[one] = 0
		}
		for (one : 0 .. KINDS - 1) {
			late.floor[one] = 0
		}
		one = 0;
		late.owner = 0;
		late_base = 0;
		look()
	   }
	od
}

/* ---- requests ---- */

inline ask(request, whom)
{
	state[request] = asked;
	replica[whom].about[request] = came;
	if
	:: !WRITES_FOR_RETRY && request == 2 && replica[whom].about[0] == admitted ->
		replica[whom].about[request] = admitted;
		state[request] = allowed
	:: else
	fi;
	asked_at[request] = whom; /* last, as 'whom' may be said in terms of it */
	look()
}

#define MAY_BEGIN(request)                                                                         \
	(request != 2 || (AGAIN == AGAIN_AFTER_DEADLINE && out_of_time[0]) ||                       \
	 (AGAIN == AGAIN_AFTER_CONFLICT && touched != 0 && state[0] == allowed))

/* etcd takes a create when the name is free, an update upon the version that admission saw. */
#define MAY_STORE(request)                                                                         \
	(stored[OBJECT(request)] == 0 && NAME_IS_FREE(request) &&                                   \
	 (!IS_UPDATE(request) || touched == 0 || STARTS_AT_TOUCHED(request)))

proctype Request(byte request, first)
{
end:
	do
	:: d_step {
		state[request] == idle && MAY_BEGIN(request) ->
		ask(request, first)
	   }
	:: d_step {
		state[request] == idle && MAY_BEGIN(request) ->
		ask(request, (first + 1) % REPLICAS)
	   }
	:: d_step { /* the API server gives the call up and repeats it at another replica */
		retries < RETRIES && state[request] == asked && !out_of_time[request] &&
		replica[(asked_at[request] + 1) % REPLICAS].about[request] == unknown ->
		retries++;
		ask(request, (asked_at[request] + 1) % REPLICAS)
	   }
	:: d_step {
		state[request] == allowed && !out_of_time[request] && MAY_STORE(request) ->
		next_revision(NOBODY);
		stored[OBJECT(request)] = revision;
		object_changed(OBJECT(request), request);
		state[request] = done;
		assert(!(LIVE(0) && LIVE(1))); /* never both */
		look()
	   }
	:: d_step { /* its time is up: it can never be stored from now on */
		DEADLINES && state[request] != idle && !out_of_time[request] ->
		out_of_time[request] = true;
		if
		:: state[request] == asked || state[request] == allowed -> state[request] = failed
		:: else
		fi
	   }
	od
}

proctype User()
{
end:
	do
#ifdef MUTANT_TAKEN_NAME
	:: d_step {
		freed == 0 ->
		next_revision(NOBODY);
		freed = revision;
		look()
	   }
#endif
	:: d_step {
		DELETIONS && LIVE(0) ->
		next_revision(NOBODY);
		deleted[0] = revision;
		look()
	   }
	:: d_step {
		DELETIONS && LIVE(1) ->
		next_revision(NOBODY);
		deleted[1] = revision;
		look()
	   }
	:: d_step {
		AGAIN == AGAIN_AFTER_CONFLICT && UPDATES && touched == 0 && stored[0] == 0 ->
		next_revision(NOBODY);
		touched = revision;
		object_changed(0, NOBODY);
		look()
	   }
	od
}

#if PROGRESS
#define ANSWERED(request) (state[request] == done || state[request] == refused || state[request] == failed)
proctype AtRest()
{
end:
	timeout && ALL_AT_REST -> assert(ANSWERED(0) && ANSWERED(1) && (stored[0] != 0 || stored[1] != 0))
}
#endif

init
{
	atomic {
		history[0].owner = NOBODY;
		if
		:: ENDED_AT_START && UPDATES -> ends_at[0] = 1
		:: else
		fi;
		for (each : 0 .. REPLICAS - 1) {
			for (one : 0 .. REQUESTS - 1) {
				run Call(each, one)
			}
			for (one : 1 .. REPLICAS - 1) {
				run TakeOver(each, (each + one) % REPLICAS)
			}
			run Owner(each)
		}
		for (each : 0 .. REQUESTS - 1) {
			run Request(each, each % REPLICAS)
		}
		run LateWrite();
		run User();
#if PROGRESS
		run AtRest();
#endif
		one = 0;
		each = 0
	}
}
