"""Values for the chart in tests: what takes minutes in a cluster takes seconds here."""

LEASE = {"lease-duration": "3s", "renew-deadline": "2s", "retry-period": "200ms"}
CERTIFICATES = {"certificate-check": "1s", "certificate-settling": "3s", "certificate-propagation": "6s"}


def settings(component, named):
    """Return Helm's options that set settings of a program."""
    return [f"--set-string={component}.settings.{name}={value}" for name, value in named.items()]


QUICK = [*settings("daemon", LEASE), "--set-string=daemon.settings.registration-check=1s"]
QUICK_ROTATION = settings("daemon", CERTIFICATES)
