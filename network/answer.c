#include "network/answer.h"

#include <string.h>

static int
compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

int
answer_compare(const struct object_id *a, const struct object_id *b)
{
	int names;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	names = compare_texts(a->name, b->name);
	return names ? names : compare_texts(a->namespace, b->namespace);
}

bool
answer_leaves_out(const struct declaration *declaration, const struct object_id *except)
{
	return except && object_equal(&declaration->object, except);
}
