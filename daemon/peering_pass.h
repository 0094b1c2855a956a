/* One look at one peering: what was found, and how that is told by Events and on the status page.
 */
#pragma once

#include "cloud/cloud.h"
#include "daemon/mode.h"
#include "daemon/name_resolution.h"
#include "daemon/peering_object.h"
#include "daemon/peering_problem.h"
#include "daemon/peering_views.h"
#include "kube/event.h"
#include "network/inventory.h"
#include "validators/finding.h"

/* What speaks against an object as the cluster has it; false when it is not known there yet. */
struct peering_judge {
	bool (*judge)(void *context, struct arena *arena, const struct object_id *object,
		struct findings *findings); /* NULL: nothing ever does */
	/* What is known of a RemoteNetwork or RemoteZone, whose key this is (daemon/work_key.h),
	 * speaks against an object. NULL: nobody wants to know. */
	void (*doubt)(void *context, const char *key);
	void *context;
};

struct peering_pass {
	struct event_recorder *events; /* or NULL */
	struct peering_memory *memory;
	struct inventory *inventory;
	const char *tag_bypass;
	int64_t resync;
	struct peering_judge judge;
	struct worker *worker;
	const char *key;
	const struct cloud *cloud;
	struct peering_object peering;
	struct declaration declaration;
	struct mode_choice choice;
	struct name_choice names;
	struct cloud_wish wish;
	struct cloud_plan plan;
	struct peering_problem problem;
	const struct finding *denial; /* of the policy; or NULL */
};

void peering_pass_tell(const struct peering_pass *pass, enum event_type type, const char *reason,
	const char *note);
/* Tells of problem, drift and mode when they are not what was last told. */
void peering_pass_tell_news(const struct peering_pass *pass);
/* Asks the cloud; the problem is what the plan says. False with the fault. */
bool peering_pass_plan(struct peering_pass *pass, struct cloud_fault *fault);
/* Tells the cloud that no step of the object is going to be done. */
void peering_pass_let_be(const struct peering_pass *pass);
/* Of what a change of the object can be worth its calls for: who it is, its generation, whether it
 * is being deleted, its mode, its choice of names and what decides on them, our finalizer, the
 * stored id, and the annotation peerwarden.io/refresh, by which a user asks for a look at once. */
uint64_t peering_pass_mark(const struct peering_pass *pass);
/* For the status page. */
void peering_pass_note(const struct peering_pass *pass, const char *state);
