#include "tools/packaging/manual/manual.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

enum { LARGEST_TEMPLATE = 1024 * 1024, SETTINGS_WIDTH = 96 };

static const char ellipsis[] = "\u2026";

/* What may not stand in roff as it is, or NULL. */
static const char *
escape_of(char c)
{
	switch (c) {
	case '\\':
		return "\\e";
	case '`':
		return "\\(ga";
	case '\'':
		return "\\(aq";
	case '^':
		return "\\(ha";
	case '~':
		return "\\(ti";
	default:
		return NULL;
	}
}

/* Text that stays as it was typed: every '-' is the one of the keyboard. */
static void
append_literal(struct buffer *out, const char *text)
{
	while (*text) {
		const char *escape = *text == '-' ? "\\-" : escape_of(*text);

		if (strncmp(text, ellipsis, strlen(ellipsis)) == 0) {
			buffer_append_text(out, "...");
			text += strlen(ellipsis);
			continue;
		}
		if (escape)
			buffer_append_text(out, escape);
		else
			buffer_append_char(out, *text);
		text++;
	}
}

static bool
is_letter(char c)
{
	return isalpha((unsigned char)c) != 0;
}

/* A '-' between letters is a hyphen of the language; elsewhere it is the one of the keyboard. */
static void
append_prose(struct buffer *out, const char *text)
{
	char before = ' ';
	bool in_option = false;

	if (*text == '.' || *text == '\'')
		buffer_append_text(out, "\\&");
	for (; *text; before = *text++) {
		char one[] = {*text, '\0'};

		if (*text == ' ')
			in_option = false;
		else if (*text == '-' && !is_letter(before))
			in_option = true;
		if (*text == '-' && !in_option && is_letter(text[1]))
			buffer_append_char(out, '-');
		else
			append_literal(out, one);
	}
}

/* With a capital and a full stop, on a line of its own. */
static void
append_sentence(struct buffer *out, const char *text)
{
	size_t length = strlen(text);
	char *copy = strdup(text);

	if (!copy)
		abort();
	copy[0] = (char)toupper((unsigned char)copy[0]);
	append_prose(out, copy);
	free(copy);
	buffer_append_text(out, length && text[length - 1] == '.' ? "\n" : ".\n");
}

static void
append_bold(struct buffer *out, const char *text)
{
	buffer_append_text(out, "\\fB");
	append_literal(out, text);
	buffer_append_text(out, "\\fP");
}

static const char *
placeholder(const struct option *option)
{
	static const char *const usual[] = {[OPTION_TEXT] = "TEXT",
		[OPTION_NUMBER] = "NUMBER",
		[OPTION_DURATION] = "DURATION",
		[OPTION_CHOICE] = "CHOICE"};

	return option->placeholder ? option->placeholder : usual[option->type];
}

static void
append_flag(struct buffer *out, const struct option *option)
{
	if (option->letter)
		buffer_printf(out, "\\fB\\-%c\\fP, ", option->letter);
	buffer_append_text(out, "\\fB\\-\\-\\fP");
	if (option->type == OPTION_FLAG && !option->flag_only)
		buffer_append_text(out, "[\\fBno\\-\\fP]");
	append_bold(out, option->name);
	if (option->type != OPTION_FLAG) {
		buffer_append_text(out, " \\fI");
		append_literal(out, placeholder(option));
		buffer_append_text(out, "\\fP");
	}
	buffer_append_char(out, '\n');
}

static void
append_choices(struct buffer *out, const char *choices)
{
	const char *separator = "";

	buffer_append_text(out, "One of: ");
	while (*choices) {
		size_t length = strcspn(choices, "|");
		char *choice = strndup(choices, length);

		if (!choice)
			abort();
		buffer_append_text(out, separator);
		append_bold(out, choice);
		free(choice);
		choices += length + (choices[length] == '|');
		separator = ", ";
	}
	buffer_append_text(out, ".\n");
}

static bool
has_default(const struct option *option)
{
	return option->default_value && *option->default_value &&
	       !(option->type == OPTION_FLAG && text_equal(option->default_value, "false"));
}

static void
append_option(struct buffer *out, const struct option *option)
{
	char variable[OPTIONS_ENVIRONMENT_SIZE];

	buffer_append_text(out, ".TP\n");
	append_flag(out, option);
	append_sentence(out, option->help);
	if (option->choices)
		append_choices(out, option->choices);
	if (option->repeated)
		buffer_append_text(out, "May be repeated.\n");
	if (has_default(option)) {
		buffer_append_text(out, "Default: ");
		append_bold(out, option->default_value);
		buffer_append_text(out, ".\n");
	}
	if (option->flag_only)
		return;
	options_environment(option->name, variable);
	buffer_append_text(out, "Environment: ");
	append_bold(out, variable);
	buffer_append_text(out, ".\n");
}

static void
append_options(struct buffer *out, const struct option_table *table)
{
	for (const struct option *option = table->options; option->name; option++)
		append_option(out, option);
}

static void
append_commands(struct buffer *out, const struct option_table *const *tables)
{
	for (; *tables; tables++) {
		buffer_append_text(out, ".SS ");
		append_literal(out, (*tables)->program);
		buffer_append_text(out, "\n\\fB");
		append_literal(out, (*tables)->program);
		buffer_append_text(out, "\\fP ");
		append_literal(out, (*tables)->usage);
		buffer_append_text(out, "\n.PP\n");
		append_sentence(out, (*tables)->about);
		append_options(out, *tables);
	}
}

static void
append_page(struct buffer *out, const char *template)
{
	buffer_append_text(out, ".\\\" Written from the option table; do not edit.\n.TH ");
	for (const char *c = manual.name; *c; c++)
		buffer_append_char(out, (char)toupper((unsigned char)*c));
	buffer_printf(out, " %s \"\" \"Peerwarden %s\" \"Peerwarden\"\n", manual.section,
		PEERWARDEN_VERSION);
	while (*template) {
		size_t length = strcspn(template, "\n");
		bool has_end = template[length] == '\n';

		if (text_starts_with(template, "@OPTIONS@\n"))
			append_options(out, manual.options());
		else if (text_starts_with(template, "@COMMANDS@\n"))
			append_commands(out, manual.commands());
		else
			buffer_append(out, template, length + has_end);
		template += length + has_end;
	}
}

/* A comment of as many lines as it takes. */
static void
append_comment(struct buffer *out, const char *text)
{
	while (*text) {
		size_t length = strlen(text);

		if (length > SETTINGS_WIDTH) {
			length = SETTINGS_WIDTH;
			while (length > 1 && text[length] != ' ')
				length--;
		}
		buffer_printf(out, "# %.*s\n", (int)length, text);
		text += length;
		text += strspn(text, " ");
	}
}

/* An option as one would set it, behind a '#' of its own, so that the file changes nothing. */
static void
append_setting(struct buffer *out, const struct option *option)
{
	const char *value = option->default_value ? option->default_value : "";
	struct buffer text CLEANUP(buffer_dispose);

	buffer_init(&text, SIZE_MAX);
	buffer_append_text(&text, option->help);
	if (option->choices)
		buffer_printf(&text, ": %s", option->choices);
	buffer_append_char(out, '\n');
	append_comment(out, buffer_text(&text));
	buffer_printf(out, "#%s: ", option->name);
	if (option->type == OPTION_FLAG || option->type == OPTION_NUMBER)
		buffer_append_text(out, *value ? value : "false");
	else
		buffer_append_json(out, value);
	buffer_append_char(out, '\n');
}

static void
append_settings(struct buffer *out)
{
	buffer_printf(out,
		"# Settings of %s(%s): every one of them, each as it is unless set "
		"here.\n",
		manual.name, manual.section);
	for (const struct option *option = manual.options()->options; option->name; option++)
		if (!option->flag_only)
			append_setting(out, option);
}

static int
fail(const char *text)
{
	fprintf(stderr, "%s: %s\n", manual.name, text);
	return EXIT_FAILURE;
}

static int
write_out(const struct buffer *out, const char *path)
{
	FILE *file = fopen(path, "w");
	bool good;

	if (!file)
		return fail("the output cannot be opened");
	good = fwrite(buffer_text(out), 1, out->length, file) == out->length;
	good = fclose(file) == 0 && good;
	return good ? EXIT_SUCCESS : fail("the output cannot be written");
}

/* page TEMPLATE OUTPUT, or settings OUTPUT */
int
main(int argc, char **argv)
{
	struct buffer out CLEANUP(buffer_dispose);
	struct buffer template CLEANUP(buffer_dispose);
	struct error error;

	buffer_init(&out, SIZE_MAX);
	buffer_init(&template, LARGEST_TEMPLATE);
	if (argc == 4 && text_equal(argv[1], "page")) {
		if (!file_read(argv[2], &template, &error))
			return fail(error.message);
		append_page(&out, buffer_text(&template));
		return write_out(&out, argv[3]);
	}
	if (argc == 3 && text_equal(argv[1], "settings") && manual.options) {
		append_settings(&out);
		return write_out(&out, argv[2]);
	}
	return fail("usage: page TEMPLATE OUTPUT, or settings OUTPUT");
}
