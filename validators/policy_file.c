#include "validators/policy_file.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "validators/policy_remarks.h"

enum { LARGEST_FILE = 64 * 1024 * 1024, LARGEST_REMARKS = 16 * 1024 * 1024 };

static struct metric loaded = METRIC_GAUGE("peerwarden_policy_loaded_timestamp_seconds",
	"When the policy in force was read, in seconds since 1970.", NULL);
static struct metric failures = METRIC_COUNTER("peerwarden_policy_reload_failures_total",
	"Changed policy files that could not be used; the policy before stays in force.", NULL);
static struct metric refusal = METRIC_GAUGE("peerwarden_policy_refused",
	"1 while the policy file cannot be used and the policy before stays in force.", NULL);
static struct metric expired = METRIC_GAUGE("peerwarden_policy_expired_exemptions",
	"Exemptions of the policy whose day has passed.", NULL);
static struct metric given_up = METRIC_COUNTER("peerwarden_policy_matches_given_up_total",
	"Names whose match with an expression of the policy met a limit and counted as none.",
	NULL);

static struct file_mark
mark_of(const char *path)
{
	struct file_mark mark = {0};
	struct stat status;

	if (!path || stat(path, &status) != 0)
		return mark;
	mark.device = status.st_dev;
	mark.inode = status.st_ino;
	mark.size = status.st_size;
	mark.changed = status.st_ctim;
	return mark;
}

static bool
mark_equal(const struct file_mark *a, const struct file_mark *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static void
say_remarks(const char *path, const struct policy *policy)
{
	struct arena *arena = arena_new(LARGEST_REMARKS);
	const struct policy_remark *remark = policy_remarks(arena, policy);

	for (; remark; remark = remark->next)
		log_warn("a part of the policy has no effect", LOG_TEXT("file", path),
			LOG_NUMBER("line", remark->line), LOG_TEXT("remark", remark->text));
	arena_free(arena);
}

/* The mark is taken first: what is written while the file is read shows as a change. */
bool
policy_file_open(struct policy_file *file, const char *path, struct error *error)
{
	struct arena *arena = arena_new(LARGEST_FILE);

	*file = (struct policy_file){.path = path,
		.mark = mark_of(path),
		.arena = arena,
		.read = clock_wall() / CLOCK_SECOND};
	file->policy = policy_read(arena, path, error);
	if (!file->policy) {
		arena_free(arena);
		file->arena = NULL;
		return false;
	}
	metric_set(&refusal, 0);
	return true;
}

void
policy_file_dispose(struct policy_file *file)
{
	arena_free(file->arena);
}

bool
policy_file_is_other(const struct policy_file *file)
{
	struct file_mark mark = mark_of(file->path);

	return !mark_equal(&mark, &file->mark);
}

void
policy_file_pass_over(struct policy_file *file, const struct policy_file *refused)
{
	file->mark = refused->mark;
	metric_add(&failures, 1);
	metric_set(&refusal, 1);
}

void
policy_file_replace(
	struct policy_file *file, const struct policy_file *newer, struct inventory *inventory)
{
	const struct declaration *old = file->policy ? policy_declaration(file->policy) : NULL;
	const struct declaration *ranges = policy_declaration(newer->policy);

	if (old)
		inventory_remove(inventory, &old->object);
	if (ranges)
		inventory_store(inventory, ranges);
	policy_file_dispose(file);
	*file = *newer;
}

bool
policy_file_renew(struct policy_file *file, struct inventory *inventory)
{
	struct policy_file newer;
	struct error error;

	if (!policy_file_is_other(file))
		return false;
	if (!policy_file_open(&newer, file->path, &error)) {
		policy_file_pass_over(file, &newer);
		log_error("the new policy cannot be used, the old one stays",
			LOG_TEXT("reason", error.message));
		return false;
	}
	inventory_lock(inventory);
	policy_file_replace(file, &newer, inventory);
	inventory_unlock(inventory);
	log_info("the policy was read again", LOG_TEXT("file", file->path));
	return true;
}

static void
say_expired(struct policy_file *file, int64_t now)
{
	const struct exemption *exemption = policy_exemptions(file->policy);

	for (; exemption; exemption = exemption->next)
		if (exemption->end > file->looked && exemption->end <= now)
			log_warn("an exemption has expired", LOG_TEXT("file", file->path),
				LOG_NUMBER("line", exemption->line),
				LOG_TEXT("owner", exemption->owner),
				LOG_TEXT("reason", exemption->reason),
				LOG_TEXT("expires", exemption->expires));
	file->looked = now;
}

static void
begin(const struct policy_file *file)
{
	say_remarks(file->path, file->policy);
	metric_set(&loaded, (double)file->read);
	metric_add(&failures, 0);
}

void
policy_file_tick(struct policy_file *file, int64_t now)
{
	unsigned count = policy_given_up(file->policy);

	if (file->looked == 0)
		begin(file);
	say_expired(file, now);
	metric_set(&expired, (double)policy_expired_exemptions(file->policy, now));
	if (count > 0 && file->given_up == 0)
		log_warn("matching a name with an expression of the policy was given up",
			LOG_TEXT("file", file->path));
	metric_add(&given_up, (double)(count - file->given_up));
	file->given_up = count;
}
