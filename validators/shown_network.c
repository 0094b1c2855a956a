#include "validators/shown_network.h"

#include <string.h>

#include "base/text.h"
#include "kinds/domain_key.h"

static const char *
domain_of_url(struct case_ *c, const char *url)
{
	static const char before[] = "projects/", between[] = "/global/networks/";
	const char *project = strstr(url, before);
	const char *name = project ? strstr(project, between) : NULL;
	struct remote remote = {.provider = PROVIDER_GCP, .region = ""};

	if (!name)
		return NULL;
	project += strlen(before);
	remote.account = arena_printf(c->arena, "%.*s", (int)(name - project), project);
	remote.id = name + strlen(between);
	return domain_key_of_network(c->arena, &remote);
}

const char *
shown_network_domain(struct case_ *c, enum provider provider, const char *id)
{
	if (provider == PROVIDER_GCP)
		return domain_of_url(c, id);
	if (provider != PROVIDER_AZURE || !text_starts_with(id, "/"))
		return NULL;
	return domain_key_of_network(c->arena,
		&(struct remote){.provider = provider, .account = "", .region = "", .id = id});
}

bool
shown_network_leads_to(struct case_ *c, const struct declaration *network, const char *domain)
{
	for (int i = 0; network->remote && i < network->taken_name_count; i++) {
		const char *key = shown_network_domain(
			c, network->remote->provider, network->taken_names[i].target);

		if (key && text_equal(key, domain))
			return true;
	}
	return false;
}
