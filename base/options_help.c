#include "base/options.h"

#include <string.h>

#include "base/text.h"

enum { WIDTH = 80, WIDEST_FLAG = 28, TEXT_SIZE = 512 };

static const char *
placeholder(const struct option *option)
{
	if (option->placeholder)
		return option->placeholder;
	switch (option->type) {
	case OPTION_FLAG:
		return NULL;
	case OPTION_NUMBER:
		return "NUMBER";
	case OPTION_DURATION:
		return "DURATION";
	case OPTION_CHOICE:
		return option->choices;
	case OPTION_TEXT:
		break;
	}
	return "TEXT";
}

/* "  -o, --output text|json": what stands in the left column. */
static void
append_flag(struct buffer *out, const struct option *option)
{
	const char *value = placeholder(option);
	const char *no = option->type == OPTION_FLAG && !option->flag_only ? "[no-]" : "";

	if (option->letter)
		buffer_printf(out, "  -%c, ", option->letter);
	else
		buffer_append_text(out, "      ");
	buffer_printf(out, "--%s%s", no, option->name);
	if (value && option->type != OPTION_FLAG)
		buffer_printf(out, " %s", value);
}

/* The length of the next line of `text`: whole words that fit, or one word that does not. */
static size_t
line_length(const char *text, size_t room)
{
	size_t length = strlen(text);
	size_t end = room;

	if (length <= room)
		return length;
	while (end > 0 && text[end] != ' ')
		end--;
	return end > 0 ? end : strcspn(text, " ");
}

/* Appends `text` wrapped at WIDTH; every line but the first is indented. */
static void
append_wrapped(struct buffer *out, const char *text, size_t indent)
{
	for (;;) {
		size_t length = line_length(text, WIDTH - indent);

		buffer_append(out, text, length);
		buffer_append_char(out, '\n');
		text += length;
		text += strspn(text, " ");
		if (!*text)
			return;
		buffer_printf(out, "%*s", (int)indent, "");
	}
}

/* A default that says nothing ("" or false) is not shown. */
static bool
has_default(const struct option *option)
{
	const char *value = option->default_value;

	return value && *value && !(option->type == OPTION_FLAG && text_equal(value, "false"));
}

/* "the help text (default 10s, $PEERWARDEN_GRACE)" */
static void
append_meaning(struct buffer *out, const struct option *option)
{
	char variable[OPTIONS_ENVIRONMENT_SIZE];
	const char *separator = " (";

	buffer_append_text(out, option->help);
	if (option->repeated) {
		buffer_printf(out, "%smay be repeated", separator);
		separator = ", ";
	}
	if (has_default(option)) {
		buffer_printf(out, "%sdefault %s", separator, option->default_value);
		separator = ", ";
	}
	if (!option->flag_only) {
		options_environment(option->name, variable);
		buffer_printf(out, "%s$%s", separator, variable);
		separator = ", ";
	}
	if (separator[0] == ',')
		buffer_append_char(out, ')');
}

static void
append_option(struct buffer *out, const struct option *option, size_t column)
{
	struct buffer text;
	size_t start = out->length;
	size_t used;

	append_flag(out, option);
	used = out->length - start;
	if (used + 2 > column) {
		buffer_append_char(out, '\n');
		used = 0;
	}
	buffer_printf(out, "%*s", (int)(column - used), "");
	buffer_init(&text, TEXT_SIZE);
	append_meaning(&text, option);
	append_wrapped(out, buffer_text(&text), column);
	buffer_dispose(&text);
}

/* Where the right column begins: behind the widest flag that is not too wide. */
static size_t
right_column(const struct option_table *table)
{
	const struct option *option = table->options;
	struct buffer text;
	size_t widest = 0;

	buffer_init(&text, TEXT_SIZE);
	for (; option->name; option++) {
		buffer_clear(&text);
		append_flag(&text, option);
		if (text.length > widest && text.length <= WIDEST_FLAG)
			widest = text.length;
	}
	buffer_dispose(&text);
	return widest + 2;
}

void
options_help(const struct option_table *table, struct buffer *out)
{
	size_t column = right_column(table);
	const struct option *option = table->options;

	buffer_printf(out, "Usage: %s %s\n\n", table->program, table->usage);
	append_wrapped(out, table->about, 0);
	buffer_append_text(out, "\nOptions:\n");
	for (; option->name; option++)
		append_option(out, option, column);
}

/* A cell of a table: '|' would end it. */
static void
append_cell(struct buffer *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			buffer_append_char(out, '\\');
		buffer_append_char(out, *text);
	}
}

static void
append_row(struct buffer *out, const struct option *option)
{
	char variable[OPTIONS_ENVIRONMENT_SIZE];

	buffer_printf(out, "| `%s%s` | ", option->flag_only ? "--" : "", option->name);
	options_environment(option->name, variable);
	if (!option->flag_only)
		buffer_printf(out, "`%s` ", variable);
	buffer_append_text(out, "| ");
	if (has_default(option)) {
		buffer_append_char(out, '`');
		append_cell(out, option->default_value);
		buffer_append_text(out, "` ");
	}
	buffer_append_text(out, "| ");
	append_cell(out, option->help);
	if (option->choices) {
		buffer_append_text(out, ": `");
		append_cell(out, option->choices);
		buffer_append_char(out, '`');
	}
	buffer_append_text(out, option->repeated ? " (may be repeated) |\n" : " |\n");
}

void
options_markdown(const struct option_table *table, struct buffer *out)
{
	const struct option *option = table->options;

	buffer_append_text(
		out, "| setting | environment | default | meaning |\n|---|---|---|---|\n");
	for (; option->name; option++)
		append_row(out, option);
}
