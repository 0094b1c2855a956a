#include "tools/packaging/manual/manual.h"
#include "webhook/settings.h"

const struct manual manual = {
	.name = "peerwarden-webhook", .section = "8", .options = settings_table};
