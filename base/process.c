#include "base/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* The first `size - 1` bytes of a file of /proc. */
static bool
read_proc(const char *path, char *text, size_t size)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (descriptor < 0)
		return false;
	length = read(descriptor, text, size - 1);
	close(descriptor);
	if (length < 0)
		return false;
	text[length] = '\0';
	return true;
}

/* The `wanted`th word of `text`, counted from 0, as a number. */
static double
word_number(const char *text, int wanted)
{
	while (wanted-- > 0 && text) {
		text = strchr(text, ' ');
		text = text ? text + 1 : NULL;
	}
	return text ? strtod(text, NULL) : 0;
}

static double start_time;

/* proc(5): the 22nd field of stat counts ticks from boot; the 2nd may hold blanks but ends with
 * ')'. */
static void
find_start_time(void)
{
	struct timespec boot;
	char text[1024];
	const char *rest;
	double age;

	if (!read_proc("/proc/self/stat", text, sizeof text) || !(rest = strrchr(text, ')')))
		return;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	age = (double)boot.tv_sec + (double)boot.tv_nsec / CLOCK_SECOND -
	      word_number(rest, 20) / (double)sysconf(_SC_CLK_TCK);
	start_time = (double)(int64_t)((double)clock_wall() / CLOCK_SECOND - age + 0.5);
}

double
process_cpu_seconds(void)
{
	struct rusage usage = {0};

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double
process_resident_bytes(void)
{
	char text[128];

	if (!read_proc("/proc/self/statm", text, sizeof text))
		return 0;
	return word_number(text, 1) * (double)sysconf(_SC_PAGESIZE);
}

double
process_open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = -3; /* ".", ".." and the folder's own descriptor */

	if (!folder)
		return 0;
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

double
process_start_time(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find_start_time);
	return start_time;
}
