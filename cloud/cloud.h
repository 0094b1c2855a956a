/* The clouds behind one table: what a controller asks of any of them. The controller knows
 * Kubernetes and no cloud; the cloud knows itself and no Kubernetes.
 *
 * Planning is comparing: what is wanted with what is there, into steps. To observe is to tell the
 * steps, to manage is to do them one after the other and to plan again. A plan is made of facts
 * that were just read and is never kept, so a crash between any two steps only repeats reading.
 * Each step looks before it creates and is harmless when made twice.
 *
 * Texts live in the arena of the call. All functions may be called from many threads at once; they
 * may take as long as the cloud does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "cloud/failure.h"
#include "network/declaration.h"

struct cloud_fault {
	enum cloud_failure failure;
	const char *action;  /* what was asked: "ec2:DescribeVpcs"; or "" */
	const char *code;    /* of the cloud: "UnauthorizedOperation"; or "" */
	const char *message; /* in a sentence, without secrets */
	const char *hint;    /* the way out; or "" */
};

/* --- what a network is like, for a RemoteNetwork; or a zone or ruleset, for a RemoteZone --- */

struct cloud_table {
	const char *id;
	const struct tag *tags;
	size_t tag_count;
};
struct cloud_peering {       /* or the link of a zone or ruleset */
	const char *name;    /* the connection's id on AWS */
	const char *network; /* at the other end, as the cloud writes it */
	const char *state;   /* in the cloud's word */
};
struct cloud_network {
	const char *owner; /* account, project or subscription */
	const char *region;
	const struct prefix *ranges; /* all that are associated, of both families */
	size_t range_count;
	const struct tag *tags;
	size_t tag_count;
	const struct cloud_peering *peerings;
	size_t peering_count;
	bool tables_known; /* false: the cloud has none, or does not let us see them */
	const struct cloud_table *tables;
	size_t table_count;
	bool rights_known; /* every right that a peering needs was judged; false: there may be more
			      that are missing */
	const char *const *missing_rights; /* "ec2:DeleteRoute" */
	size_t missing_right_count;
	int64_t most_peerings; /* or links, as the cloud says itself; 0: it does not */
	bool ranges_hidden;    /* the cloud does not let us see them: none is shown, and there may
				  be some */
	bool tags_hidden;
};

/* --- a peering, or the link of a network to a zone or ruleset --- */

/* Does each of the two networks resolve the other's private DNS names? */
enum cloud_names {
	CLOUD_NAMES_KEEP, /* as it is, whatever that be */
	CLOUD_NAMES_ON,
	CLOUD_NAMES_OFF
};

struct cloud_wish {
	struct object_id object;
	const char *uid;             /* of the object; marks what is made for it */
	const struct remote *remote; /* the far network; or the zone or ruleset */
	const char *name;            /* that its half, or the link, has there; "" on AWS */
	const struct shoot *shoot;   /* NULL where the cluster does not say */
	const char *id;              /* of the connection, as it was stored; "" for none */
	enum route_selection routes;
	bool imports_routes;      /* Google Cloud: custom routes of the far network */
	bool uses_remote_gateway; /* Azure */
	bool deletes_remote;
	bool deleting;
	const char *tag; /* the far network has to carry it before anything is made; NULL: it is not
			    known, and nothing new is made */
	const char *operation; /* that a step began and that was stored; "" for none */
	enum cloud_names names;
};

enum cloud_verb {
	CLOUD_STEP_CREATE,
	CLOUD_STEP_ACCEPT,
	CLOUD_STEP_TAG,
	CLOUD_STEP_OPTIONS, /* of one side, which are others than are wanted */
	CLOUD_STEP_ADD_ROUTE,
	CLOUD_STEP_REPLACE_ROUTE, /* one that leads nowhere any more */
	CLOUD_STEP_REMOVE_ROUTE,
	CLOUD_STEP_SYNCHRONIZE,
	CLOUD_STEP_DELETE
};
enum cloud_side { CLOUD_LOCAL, CLOUD_REMOTE };

struct cloud_step {
	enum cloud_verb verb;
	enum cloud_side side;
	const char *object;   /* what it is done to: "rtb-1", "pcx-1", "vpc-1" */
	struct prefix prefix; /* of a route */
	const char *text; /* what is not as it should be: "route 10.3.0.0/16 is missing in rtb-1" */
	bool has_asked;   /* of options: that side has asked for the connection */
};

struct cloud_plan {
	const char *id; /* of the connection that is there; "" for none */
	const char
		*state; /* of the connection, as Kyma writes it: "active", "pending-acceptance" */
	bool ready;     /* connected, and routed as far as that is wanted */
	/* Where it cannot go on: one of Kyma's reasons ("VpcNotFound"), what it is and the way out.
	 * NULL where all is well or on its way. */
	const char *reason;
	const char *message;
	const char *hint;
	enum cloud_failure failure;     /* how long such a state lasts */
	const struct cloud_step *steps; /* to be done in this order */
	size_t step_count;
	int64_t look_again; /* nanoseconds until something may have moved; 0: on schedule */
	bool in_line;       /* others are before it on one of the networks: look_again is kept to,
			       and not lengthened as that of what is slow; where state is NULL, the
			       cloud was not asked, and all is told as it was */
	bool gone;          /* of a wish that is deleting: nothing of ours is left */
	const char *left;   /* of a wish that is deleting: what stays, since it is not ours, and how
			       to remove it; or NULL */
};

struct cloud_outcome {
	const char *id;        /* of what was created: to be stored before anything else; or "" */
	const char *operation; /* that goes on in the cloud, to be stored; or "" */
	int64_t after;         /* nanoseconds until it is worth to look; 0: at once */
	bool put_off;          /* nothing was done: others change one of the two networks */
};

/* How a controller tells of it: reasons of conditions, which are Kyma's, and sentences. */
struct cloud_words {
	const char *create; /* "FailedCreatingVpcPeeringConnection" */
	const char *accept;
	const char *routes;
	const char *options;
	bool by_code;     /* a denial or a quota has a reason of its own, whatever was being done */
	const char *gone; /* "VpcNotFound" */
	const char *ready; /* "the peering is connected and routed" */
	/* The command that takes away what has an id: it stands between the two. */
	const char *remove, *remove_from;
};

struct cloud {
	const char *name; /* "aws"; of the last row NULL */
	enum provider provider;
	enum kind manages;     /* KIND_AWS_VPC_PEERING */
	enum kind describes;   /* what a look-up is for: KIND_REMOTE_NETWORK or KIND_REMOTE_ZONE */
	const char *id_prefix; /* of an id in a status that this cloud has given: "pcx-" */
	const struct cloud_words *words;
	void *context;

	/* Of a network, zone or ruleset that is not there the fault is CLOUD_GONE. */
	bool (*look_up)(struct arena *arena, void *context, const struct remote *remote,
		struct cloud_network *network, struct cloud_fault *fault);
	/* A fault is of reading; what reading shows to be wrong is in the plan. */
	bool (*plan)(struct arena *arena, void *context, const struct cloud_wish *wish,
		struct cloud_plan *plan, struct cloud_fault *fault);
	bool (*perform)(struct arena *arena, void *context, const struct cloud_wish *wish,
		const struct cloud_plan *plan, const struct cloud_step *step,
		struct cloud_outcome *outcome, struct cloud_fault *fault);
	/* Nothing will be done of the last plan for the object of that uid: nobody has to wait for
	 * it. NULL where nobody does. */
	void (*let_be)(void *context, const char *uid);
};
