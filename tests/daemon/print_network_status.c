/* Prints merge patches for the status of a RemoteNetwork or RemoteZone, for
 * tests/end_to_end/test_network_status.py.
 *
 *     daemon.print_network_status crowded|gone <FILE     the object as JSON
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "daemon/network_status.h"
#include "format/json_limits.h"
#include "tests/daemon/crowded_network.h"

static char input[4 << 20];

int
main(int count, char **arguments)
{
	static const struct cloud_fault gone = {CLOUD_GONE, "ec2:DescribeVpcs",
		"InvalidVpcID.NotFound", "there is no VPC", "correct the id"};
	CLEANUP(arena_cleanup) struct arena *arena = arena_new(64 << 20);
	size_t length = fread(input, 1, sizeof input - 1, stdin);
	struct cloud_network network = crowded_network(arena);
	const struct json *object = json_parse(arena, input, length, &json_file_limits, NULL);
	struct network_answer answer = {
		.kind = text_equal(json_member_text(object, "kind"), "RemoteZone")
				? KIND_REMOTE_ZONE
				: KIND_REMOTE_NETWORK,
		.object = object,
		.network = count > 1 && strcmp(arguments[1], "gone") == 0 ? NULL : &network,
		.fault = &gone,
		.now = clock_wall(),
	};
	CLEANUP(buffer_dispose) struct buffer patch;

	buffer_init(&patch, NETWORK_STATUS_SIZE);
	if (!answer.object || !network_status_write(arena, &answer, &patch) || patch.overflowed)
		return 1;
	puts(buffer_text(&patch));
	return 0;
}
