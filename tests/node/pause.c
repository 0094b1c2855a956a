/* Holds the namespaces of a pod: sleeps, buries orphans, and ends when told to. */

#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static void
leave(int signal_number)
{
	(void)signal_number;
	_exit(0);
}

static void
bury(int signal_number)
{
	(void)signal_number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

int
main(void)
{
	struct sigaction leaving = {.sa_handler = leave};
	struct sigaction burying = {.sa_handler = bury, .sa_flags = SA_NOCLDSTOP};
	if (sigaction(SIGTERM, &leaving, NULL) < 0 || sigaction(SIGINT, &leaving, NULL) < 0 ||
		sigaction(SIGCHLD, &burying, NULL) < 0)
		return 1;
	for (;;)
		pause();
}
