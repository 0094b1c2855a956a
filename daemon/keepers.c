#include "daemon/keepers.h"

#include "base/clock.h"
#include "base/text.h"
#include "registration/activation_round.h"

static bool
start_certificates(struct keepers *keepers, const struct settings *settings,
	const struct kube_config *config, struct leader *leader, struct error *error)
{
	struct certificate_keeper_settings wanted = {
		.config = config,
		.leader = leader,
		.registration = settings->registration,
		.namespace = settings->pod_namespace,
		.secret = settings->certificate_secret,
		.policy = settings_rotation(settings),
		.check = settings->certificate_check,
	};

	if (!text_equal(settings->certificates, "own"))
		return true;
	keepers->certificates = certificate_keeper_start(&wanted, error);
	return keepers->certificates != NULL;
}

/* A configuration that was filled needs its caBundle. */
static void
on_written(void *context)
{
	const struct keepers *keepers = context;

	certificate_keeper_wake(keepers->certificates);
}

static bool
start_registration(struct keepers *keepers, const struct settings *settings,
	const struct kube_config *config, struct leader *leader, struct error *error)
{
	struct registration_keeper_settings wanted = {
		.config = config,
		.leader = leader,
		.file = settings->registration,
		.every = settings->registration_check,
		.settling = ACTIVATION_SETTLING,
		.wrote = on_written,
		.context = keepers,
	};

	if (!settings->registration)
		return true;
	keepers->registration = registration_keeper_start(&wanted, error);
	return keepers->registration != NULL;
}

bool
keepers_start(struct keepers *keepers, const struct settings *settings,
	const struct kube_config *config, struct leader *leader, struct error *error)
{
	return start_certificates(keepers, settings, config, leader, error) &&
	       start_registration(keepers, settings, config, leader, error);
}

void
keepers_wake(struct keepers *keepers)
{
	certificate_keeper_wake(keepers->certificates);
	registration_keeper_wake(keepers->registration);
}

void
keepers_stop(struct keepers *keepers, int64_t patience)
{
	registration_keeper_stop(keepers->registration, patience); /* it wakes the other */
	keepers->registration = NULL;
	certificate_keeper_stop(keepers->certificates, patience);
	keepers->certificates = NULL;
}
