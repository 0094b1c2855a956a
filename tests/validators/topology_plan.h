/* What the files of the random clusters share: the plan of one, and the choices that make it. */
#pragma once

#include "tests/validators/topology.h"

enum { MOST_VPCS = 24, FEW_VPCS = 5, MOST_SUBNETS = 32, FIRST_OWN_NETWORK = 10 };
/* More than any list of answers holds. */
enum { CROWD = 70 };

struct planned_subnet {
	int vpc;
	const char *networks[FAMILIES]; /* "" when it has none of this family */
	const char *table;
};

/* What one VPC declares towards another. */
struct planned_end {
	bool declared;
	const char *ends;            /* "169.254.0.1/30,fd69::1/126" */
	const char *hosts[FAMILIES]; /* "169.254.0.1"; "" when it has none of this family */
};

struct plan {
	struct topology *topology;
	int noise;           /* per cent of the choices that go astray */
	bool has[FAMILIES];  /* the families in use */
	bool has_short_name; /* a VPC is named vpc, so that vpc-1-x may be a port of two routers */
	int networks;        /* given out so far */
	int vpc_count;
	int subnet_count;
	struct planned_subnet subnets[MOST_SUBNETS];
	struct planned_end ends[MOST_VPCS][MOST_VPCS];
};

/* Random, from the topology's seed. */
int plan_below(int limit);
bool plan_chance(int per_cent);
bool plan_astray(const struct plan *plan);
#define PICK(array) ((array)[plan_below((int)(sizeof(array) / sizeof *(array)))])

const char *plan_write(const struct plan *plan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The list with one more item; an empty item adds nothing. */
const char *plan_join(
	const struct plan *plan, const char *list, const char *separator, const char *item);
void plan_add(const struct plan *plan, const char *object);
/* One that nobody has, or one of any size among those that are given out. */
const char *plan_network(struct plan *plan, enum family family);

void plan_kube_ovn(struct plan *plan);
void plan_kyma(struct plan *plan);
