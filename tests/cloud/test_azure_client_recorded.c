/* Exchanges that users of Azure have recorded, played to the client: it asks as they did, and comes
 * to the same end. */
#include "base/text.h"
#include "format/json_write.h"
#include "tests/cloud/azure_setup.h"

static const char *
replace(struct arena *arena, const char *text, const char *old, const char *new)
{
	CLEANUP(buffer_dispose) struct buffer made;

	buffer_init(&made, AZURE_MEMORY);
	while (*text)
		if (text_starts_with(text, old)) {
			buffer_append_text(&made, new);
			text += strlen(old);
		} else {
			buffer_append_char(&made, *text++);
		}
	return arena_text(arena, buffer_text(&made));
}

/* Resource Manager of the recording into that of the test. */
static const char *
move_here(struct arena *arena, const char *text)
{
	return replace(arena, replace(arena, text, "https://management.azure.com:443", "@"),
		"https://management.azure.com", "@");
}

/* The version that was asked for is not the client's; so a request is known by its path. */
static const char *
write_request(struct arena *arena, const struct json *request)
{
	const char *path = strstr(json_member_text(request, "url"), "/subscriptions/");

	return arena_printf(arena, "%s %.*s?api-version=", json_member_text(request, "method"),
		(int)strcspn(path, "?"), path);
}

static const char *
write_reply(struct arena *arena, const struct json *response)
{
	CLEANUP(buffer_dispose) struct buffer reply;
	const struct json *body = json_member(response, "body");

	buffer_init(&reply, AZURE_MEMORY);
	buffer_printf(&reply, "HTTP/1.1 %s Recorded\r\nConnection: close\r\n",
		json_number_text(arena, json_member(response, "status")));
	for (const struct json *header = json_first(json_member(response, "headers")); header;
		header = json_next(header))
		if (!text_equal_ignoring_case(json_name(header), "content-length"))
			buffer_printf(&reply, "%s: %s\r\n", json_name(header), json_text(header));
	buffer_append_text(&reply, "\r\n");
	if (json_is_object(body))
		json_write(arena, body, &reply);
	return move_here(arena, buffer_text(&reply));
}

/* After a token, the exchanges from the first to the last. */
static void
start(struct azure_setup *setup, struct arena *arena, const char *file, size_t first, size_t last)
{
	struct fake_step steps[AZURE_STEPS] = {AZURE_OWN};

	for (size_t i = first; i <= last; i++) {
		const struct json *exchange =
			azure_recorded(arena, file, arena_printf(arena, "exchanges[%zu]", i));

		steps[i - first + 1] = (struct fake_step){
			write_request(arena, json_member(exchange, "request")),
			write_reply(arena, json_member(exchange, "response")), FAKE_CLOSE, false};
	}
	azure_setup_start(setup, steps);
}

static const char *
id_of(struct arena *arena, const char *file, size_t exchange)
{
	const char *url = json_text(azure_recorded(
		arena, file, arena_printf(arena, "exchanges[%zu].request.url", exchange)));
	const char *path = strstr(url, "/subscriptions/");

	return arena_text_part(arena, path, strcspn(path, "?"));
}

static void
a_recorded_peering_is_put_and_read(void **state)
{
	static const char file[] = "recorded/vnet_peering.json";
	struct azure_peering_wish wish = {.options = {false, true, false, true}};
	struct azure_setup setup;
	struct azure_put_peering put;
	const char *id = id_of(*state, file, 2);

	wish.remote = json_text(azure_recorded(
		*state, file, "exchanges[2].request.body.properties.remoteVirtualNetwork.id"));
	start(&setup, *state, file, 2, 5);
	if (!azure_client_put_peering(
		    setup.arena, setup.client, &setup.place, id, &wish, &put, &setup.fault))
		fail_msg("%s: %s", setup.fault.code, setup.fault.message);
	assert_false(put.progress.running);
	assert_int_equal(put.peering.state, AZURE_PEERING_CONNECTED);
	assert_true(put.peering.options.uses_remote_gateways);
	assert_true(arm_id_equal(put.peering.id, id));
	assert_true(arm_id_equal(put.peering.remote, wish.remote));
	azure_setup_stop(&setup);
}

static void
a_recorded_list_of_peerings_is_read(void **state)
{
	static const char file[] = "recorded/vnet_peering.json";
	struct azure_setup setup;
	struct azure_peerings peerings;
	const char *id = id_of(*state, file, 6);

	start(&setup, *state, file, 6, 6);
	assert_true(azure_client_peerings(setup.arena, setup.client, &setup.place,
		arena_text_part(*state, id, strlen(id) - strlen("/virtualNetworkPeerings")),
		&peerings, &setup.fault));
	assert_int_equal(peerings.count, 1);
	azure_setup_stop(&setup);
}

static void
a_recorded_link_is_put_and_read(void **state)
{
	static const char file[] = "recorded/privatedns_link_create_and_etag_failure.json";
	struct azure_link_wish wish = {.only_new = true};
	struct azure_setup setup;
	struct azure_put_link put;
	const char *id = id_of(*state, file, 0);

	wish.network = json_text(azure_recorded(
		*state, file, "exchanges[0].request.body.properties.virtualNetwork.id"));
	start(&setup, *state, file, 0, 3);
	if (!azure_client_put_link(
		    setup.arena, setup.client, &setup.place, id, &wish, &put, &setup.fault))
		fail_msg("%s: %s", setup.fault.code, setup.fault.message);
	assert_true(put.link.ready);
	assert_true(arm_id_equal(put.link.network, wish.network));
	azure_setup_stop(&setup);
}

static void
a_recorded_missing_link_is_gone(void **state)
{
	static const char file[] = "recorded/privatedns_zone_and_missing_link.json";
	struct azure_setup setup;
	struct azure_link link;
	struct azure_zone zone;

	start(&setup, *state, file, 3, 4);
	assert_true(azure_client_zone(setup.arena, setup.client, &setup.place,
		id_of(*state, file, 3), &zone, &setup.fault));
	assert_int_equal(zone.most_links, 1000);
	assert_false(azure_client_link(setup.arena, setup.client, &setup.place,
		id_of(*state, file, 4), &link, &setup.fault));
	assert_int_equal(setup.fault.failure, CLOUD_GONE);
	assert_string_equal(setup.fault.code, "ResourceNotFound");
	azure_setup_stop(&setup);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AZURE_TEST(a_recorded_peering_is_put_and_read),
		AZURE_TEST(a_recorded_list_of_peerings_is_read),
		AZURE_TEST(a_recorded_link_is_put_and_read),
		AZURE_TEST(a_recorded_missing_link_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
