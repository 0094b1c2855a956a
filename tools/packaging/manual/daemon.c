#include "daemon/settings.h"
#include "tools/packaging/manual/manual.h"

const struct manual manual = {
	.name = "peerwarden-daemon", .section = "8", .options = settings_table};
