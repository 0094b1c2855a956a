#include "base/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

/* Where a value comes from, in rising precedence. */
enum source { SOURCE_NONE, SOURCE_DEFAULT, SOURCE_FILE, SOURCE_ENVIRONMENT, SOURCE_FLAG };

static const char *const source_names[] = {
	[SOURCE_DEFAULT] = "default of ",
	[SOURCE_FILE] = "options file: ",
	[SOURCE_ENVIRONMENT] = "environment variable ",
	[SOURCE_FLAG] = "flag ",
};

struct parse {
	struct arena *arena;
	const struct option_table *table;
	char *settings;
	enum source *last; /* per option: where its value came from so far */
	struct error *error;
};

/* A value on its way to its field; `name` is what the user wrote or would have to look for. */
struct given {
	const struct option *option;
	enum source source;
	const char *name;
	const char *value;
};

void
options_environment(const char *name, char variable[OPTIONS_ENVIRONMENT_SIZE])
{
	static const char prefix[] = "PEERWARDEN_";
	size_t at = sizeof prefix - 1;

	memcpy(variable, prefix, at);
	for (; *name && at < OPTIONS_ENVIRONMENT_SIZE - 1; name++, at++) {
		variable[at] = *name;
		if (*name == '-')
			variable[at] = '_';
		else if (*name >= 'a' && *name <= 'z')
			variable[at] = (char)(*name - 'a' + 'A');
	}
	variable[at] = '\0';
}

static bool
refuse(const struct parse *parse, const struct given *given, const char *reason)
{
	return error_set(parse->error, ERROR_INVALID, "%s%s: \"%s\" %s",
		source_names[given->source], given->name, given->value, reason);
}

static void *
field_of(const struct parse *parse, const struct option *option)
{
	return parse->settings + option->offset;
}

static bool
is_within(const struct option *option, int64_t number)
{
	bool bounded = option->minimum != 0 || option->maximum != 0;

	return !bounded || (number >= option->minimum && number <= option->maximum);
}

static bool
set_number(const struct parse *parse, const struct given *given)
{
	const struct option *option = given->option;
	bool negative = given->value[0] == '-';
	uint64_t digits;
	int64_t number;

	if (!text_to_number(given->value + negative, INT64_MAX, &digits))
		return refuse(parse, given, "is not a whole number");
	number = negative ? -(int64_t)digits : (int64_t)digits;
	if (!is_within(option, number))
		return refuse(parse, given,
			arena_printf(parse->arena, "is not within %lld to %lld",
				(long long)option->minimum, (long long)option->maximum));
	*(int64_t *)field_of(parse, option) = number;
	return true;
}

static const struct {
	const char *name;
	int64_t nanoseconds;
} units[] = {
	{"ms", CLOCK_MILLISECOND},
	{"s", CLOCK_SECOND},
	{"m", 60 * CLOCK_SECOND},
	{"h", 3600 * CLOCK_SECOND},
};

static bool
duration_parse(struct arena *arena, const char *text, int64_t *nanoseconds)
{
	size_t digits = strspn(text, "0123456789");
	const char *number = arena_text_part(arena, text, digits);

	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		uint64_t count;

		if (!text_equal(text + digits, units[i].name))
			continue;
		if (!text_to_number(number, (uint64_t)(INT64_MAX / units[i].nanoseconds), &count))
			return false;
		*nanoseconds = (int64_t)count * units[i].nanoseconds;
		return true;
	}
	return false;
}

/* The text of a duration in the largest unit that divides it. */
static const char *
duration_text(struct arena *arena, int64_t nanoseconds)
{
	size_t unit = sizeof units / sizeof *units - 1;

	while (unit > 0 && (nanoseconds == 0 || nanoseconds % units[unit].nanoseconds != 0))
		unit--;
	return arena_printf(arena, "%lld%s", (long long)(nanoseconds / units[unit].nanoseconds),
		units[unit].name);
}

static bool
set_duration(const struct parse *parse, const struct given *given)
{
	const struct option *option = given->option;
	int64_t nanoseconds;

	if (!duration_parse(parse->arena, given->value, &nanoseconds))
		return refuse(parse, given, "is not a duration like 500ms, 10s, 5m or 2h");
	if (!is_within(option, nanoseconds))
		return refuse(parse, given,
			arena_printf(parse->arena, "is not within %s to %s",
				duration_text(parse->arena, option->minimum),
				duration_text(parse->arena, option->maximum)));
	*(int64_t *)field_of(parse, option) = nanoseconds;
	return true;
}

static bool
is_choice(const char *choices, const char *value)
{
	size_t length = strlen(value);

	while (*choices) {
		size_t part = strcspn(choices, "|");

		if (part == length && memcmp(choices, value, length) == 0)
			return true;
		choices += part + (choices[part] == '|');
	}
	return false;
}

static bool
set_choice(const struct parse *parse, const struct given *given)
{
	const struct option *option = given->option;

	if (!is_choice(option->choices, given->value))
		return refuse(parse, given,
			arena_printf(parse->arena, "is not one of %s", option->choices));
	*(const char **)field_of(parse, option) = given->value;
	return true;
}

static bool
set_flag(const struct parse *parse, const struct given *given)
{
	bool yes = text_equal(given->value, "true");

	if (!yes && !text_equal(given->value, "false"))
		return refuse(parse, given, "is neither true nor false");
	*(bool *)field_of(parse, given->option) = yes;
	return true;
}

/* A new array each time: the lists are short, and are read many times but written once. */
static void
list_append(const struct parse *parse, const struct option *option, const char *value)
{
	const char ***list = field_of(parse, option);
	const char **longer;
	size_t count = 0;

	while ((*list)[count])
		count++;
	longer = ARENA_ARRAY(parse->arena, const char *, count + 2);
	memcpy(longer, *list, count * sizeof *longer);
	longer[count] = value;
	*list = longer;
}

static bool
set_text(const struct parse *parse, const struct given *given)
{
	const struct option *option = given->option;

	if (option->repeated)
		list_append(parse, option, given->value);
	else
		*(const char **)field_of(parse, option) = given->value;
	return true;
}

static bool
set(const struct parse *parse, const struct given *given)
{
	enum source *last = &parse->last[given->option - parse->table->options];
	bool again = *last == given->source;

	if (again && !given->option->repeated)
		return error_set(parse->error, ERROR_INVALID, "%s%s is given twice",
			source_names[given->source], given->name);
	if (!again && given->option->repeated)
		*(const char ***)field_of(parse, given->option) =
			ARENA_ARRAY(parse->arena, const char *, 1);
	*last = given->source;
	switch (given->option->type) {
	case OPTION_FLAG:
		return set_flag(parse, given);
	case OPTION_NUMBER:
		return set_number(parse, given);
	case OPTION_DURATION:
		return set_duration(parse, given);
	case OPTION_CHOICE:
		return set_choice(parse, given);
	case OPTION_TEXT:
		break;
	}
	return set_text(parse, given);
}

static bool
set_defaults(const struct parse *parse)
{
	const struct option *option = parse->table->options;

	for (; option->name; option++) {
		const struct given given = {
			option, SOURCE_DEFAULT, option->name, option->default_value};

		if (option->repeated)
			*(const char ***)field_of(parse, option) =
				ARENA_ARRAY(parse->arena, const char *, 1);
		if (option->default_value && !set(parse, &given))
			return false;
	}
	return true;
}

static const struct option *
find(const struct parse *parse, const char *name, size_t length)
{
	const struct option *option = parse->table->options;

	for (; option->name; option++)
		if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
			return option;
	return NULL;
}

static bool
set_from_file(const struct parse *parse, const struct option_value *file)
{
	for (; file->name; file++) {
		const struct option *option = find(parse, file->name, strlen(file->name));

		if (!option || option->flag_only)
			return error_set(parse->error, ERROR_INVALID,
				"options file: there is no option \"%s\"", file->name);
		if (!set(parse, &(struct given){option, SOURCE_FILE, file->name, file->value}))
			return false;
	}
	return true;
}

static bool
set_list(const struct parse *parse, struct given given)
{
	const char *rest = given.value;

	while (*rest) {
		size_t part = strcspn(rest, ",");

		given.value = arena_text_part(parse->arena, rest, part);
		if (!set(parse, &given))
			return false;
		rest += part + (rest[part] == ',');
	}
	return true;
}

static bool
set_from_environment(const struct parse *parse)
{
	const struct option *option = parse->table->options;

	for (; option->name; option++) {
		char variable[OPTIONS_ENVIRONMENT_SIZE];
		struct given given = {option, SOURCE_ENVIRONMENT, variable, NULL};

		options_environment(option->name, variable);
		given.value = option->flag_only ? NULL : getenv(variable);
		if (!given.value || !*given.value)
			continue;
		given.value = arena_text(parse->arena, given.value);
		if (option->repeated ? !set_list(parse, given) : !set(parse, &given))
			return false;
	}
	return true;
}

/* The words of the command line, read from the left. */
struct words {
	char **next; /* ended by NULL */
	const char **operands;
	size_t operand_count;
};

static bool
unknown_flag(const struct parse *parse, const char *flag)
{
	return error_set(parse->error, ERROR_INVALID, "there is no flag %s; see --help", flag);
}

static bool
set_boolean_flag(const struct parse *parse, struct given given, const char *value)
{
	if (value)
		return error_set(parse->error, ERROR_INVALID, "flag %s takes no value", given.name);
	given.value = text_starts_with(given.name, "--no-") &&
				      !text_starts_with(given.option->name, "no-")
			      ? "false"
			      : "true";
	return set(parse, &given);
}

/* `value` is what stood in the same word as the flag, or NULL. */
static bool
set_from_flag(const struct parse *parse, struct given given, const char *value, struct words *words)
{
	if (given.option->type == OPTION_FLAG)
		return set_boolean_flag(parse, given, value);
	if (!value && !*words->next)
		return error_set(parse->error, ERROR_INVALID, "flag %s needs a value", given.name);
	given.value = value ? value : *words->next++;
	return set(parse, &given);
}

static bool
long_flag(const struct parse *parse, const char *word, struct words *words)
{
	size_t length = strcspn(word, "=");
	const char *value = word[length] ? word + length + 1 : NULL;
	const char *name = arena_text_part(parse->arena, word, length);
	const struct option *option = find(parse, name + 2, length - 2);

	if (!option && text_starts_with(name, "--no-")) {
		option = find(parse, name + 5, length - 5);
		if (option && (option->type != OPTION_FLAG || option->flag_only))
			option = NULL;
	}
	if (!option)
		return unknown_flag(parse, name);
	return set_from_flag(parse, (struct given){option, SOURCE_FLAG, name, NULL}, value, words);
}

static bool
short_flag(const struct parse *parse, const char *word, struct words *words)
{
	const char *name = arena_text_part(parse->arena, word, 2);
	const struct option *option = parse->table->options;
	const char *value = word[2] ? word + 2 + (word[2] == '=') : NULL;

	while (option->name && option->letter != word[1])
		option++;
	if (!option->name)
		return unknown_flag(parse, name);
	return set_from_flag(parse, (struct given){option, SOURCE_FLAG, name, NULL}, value, words);
}

static bool
set_from_words(const struct parse *parse, struct words *words)
{
	bool flags = true;

	while (*words->next) {
		const char *word = *words->next++;

		if (flags && text_equal(word, "--"))
			flags = false;
		else if (!flags || word[0] != '-' || !word[1])
			words->operands[words->operand_count++] = word;
		else if (word[1] == '-' ? !long_flag(parse, word, words)
					: !short_flag(parse, word, words))
			return false;
	}
	return true;
}

static size_t
option_count(const struct option_table *table)
{
	size_t count = 0;

	while (table->options[count].name)
		count++;
	return count;
}

bool
options_parse(struct arena *arena, const struct option_table *table, int argc, char **argv,
	const struct option_value *file, void *settings, const char ***operands,
	struct error *error)
{
	struct parse parse = {
		.arena = arena,
		.table = table,
		.settings = settings,
		.last = ARENA_ARRAY(arena, enum source, option_count(table)),
		.error = error,
	};
	struct words words = {
		.next = argv + (argc > 0),
		.operands = ARENA_ARRAY(arena, const char *, (size_t)argc + 1),
	};

	*operands = words.operands;
	return set_defaults(&parse) && (!file || set_from_file(&parse, file)) &&
	       set_from_environment(&parse) && set_from_words(&parse, &words);
}

const char *
options_peek(int argc, char **argv, const char *name)
{
	size_t length = strlen(name);

	for (int i = 1; i < argc && !text_equal(argv[i], "--"); i++) {
		const char *word = argv[i];

		if (!text_starts_with(word, "--") || strncmp(word + 2, name, length) != 0)
			continue;
		if (word[2 + length] == '=')
			return word + 2 + length + 1;
		if (word[2 + length] == '\0')
			return argv[i + 1];
	}
	return NULL;
}
