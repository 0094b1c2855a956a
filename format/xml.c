#include "format/xml.h"

#include <expat.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"

/* An element that has begun and not ended yet. */
struct open_element {
	struct xml *element;
	struct xml *last; /* child */
};

struct reader {
	XML_Parser parser;
	struct arena *arena;
	struct xml *root;
	struct open_element open[XML_DEPTH];
	size_t depth;
	struct buffer text; /* since the last tag */
	bool failed;
	struct error *error;
};

static void
reader_dispose(struct reader *reader)
{
	XML_ParserFree(reader->parser);
	buffer_dispose(&reader->text);
}

/* The first failure stands; expat may still call handlers after it has been told to stop. */
static void
fail(struct reader *reader, enum error_kind kind, const char *what)
{
	if (reader->failed)
		return;
	reader->failed = true;
	error_set(reader->error, kind, "line %lu, column %lu: %s",
		(unsigned long)XML_GetCurrentLineNumber(reader->parser),
		(unsigned long)XML_GetCurrentColumnNumber(reader->parser) + 1, what);
	XML_StopParser(reader->parser, XML_FALSE);
}

static const char *
copy(struct reader *reader, const char *text, size_t length)
{
	char *made = arena_try(reader->arena, length + 1);

	if (!made) {
		fail(reader, ERROR_EXHAUSTED, "the text needs more memory than it may have");
		return NULL;
	}
	return memcpy(made, text, length);
}

static struct xml *
make_element(struct reader *reader, const char *qualified)
{
	const char *colon = strrchr(qualified, ':');
	const char *name = colon ? colon + 1 : qualified;
	struct xml *element = arena_try(reader->arena, sizeof *element);

	if (!element) {
		fail(reader, ERROR_EXHAUSTED, "the text needs more memory than it may have");
		return NULL;
	}
	element->text = "";
	element->name = copy(reader, name, strlen(name));
	return element->name ? element : NULL;
}

static void
attach(struct reader *reader, struct xml *element)
{
	struct open_element *parent;

	if (reader->depth == 0) {
		reader->root = element;
		return;
	}
	parent = &reader->open[reader->depth - 1];
	if (parent->last)
		parent->last->next = element;
	else
		parent->element->first = element;
	parent->last = element;
}

static void
begin_element(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *reader = context;
	struct xml *element;

	(void)attributes;
	if (reader->failed)
		return;
	if (reader->depth == XML_DEPTH) {
		fail(reader, ERROR_INVALID, "too many elements stand in each other");
		return;
	}
	element = make_element(reader, name);
	if (!element)
		return;
	attach(reader, element);
	reader->open[reader->depth++] = (struct open_element){.element = element};
	buffer_clear(&reader->text);
}

static void
end_element(void *context, const XML_Char *name)
{
	struct reader *reader = context;
	struct xml *element;

	(void)name;
	if (reader->failed)
		return;
	element = reader->open[--reader->depth].element;
	if (!element->first && reader->text.length > 0) {
		size_t length;
		const char *text = text_trim(buffer_text(&reader->text), &length);

		element->text = copy(reader, text, length);
	}
	buffer_clear(&reader->text);
}

static void
read_characters(void *context, const XML_Char *text, int length)
{
	struct reader *reader = context;

	if (!reader->failed)
		buffer_append(&reader->text, text, (size_t)length);
}

static void
refuse_document_type(void *context, const XML_Char *name, const XML_Char *system,
	const XML_Char *public, int has_subset)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_subset;
	fail(context, ERROR_INVALID, "a document type is not allowed");
}

const struct xml *
xml_parse(struct arena *arena, const char *text, size_t length, struct error *error)
{
	CLEANUP(reader_dispose) struct reader reader = {.arena = arena, .error = error};
	enum XML_Error problem;

	buffer_init(&reader.text, length);
	if (length > XML_BYTES) {
		error_set(error, ERROR_EXHAUSTED, "the text is longer than %d bytes", XML_BYTES);
		return NULL;
	}
	reader.parser = XML_ParserCreate("UTF-8");
	if (!reader.parser) {
		error_set(error, ERROR_EXHAUSTED, "no memory for a parser of XML");
		return NULL;
	}
	XML_SetUserData(reader.parser, &reader);
	XML_SetElementHandler(reader.parser, begin_element, end_element);
	XML_SetCharacterDataHandler(reader.parser, read_characters);
	XML_SetStartDoctypeDeclHandler(reader.parser, refuse_document_type);
	if (XML_Parse(reader.parser, text, (int)length, XML_TRUE) == XML_STATUS_OK)
		return reader.root;
	problem = XML_GetErrorCode(reader.parser);
	fail(&reader, problem == XML_ERROR_NO_MEMORY ? ERROR_EXHAUSTED : ERROR_INVALID,
		XML_ErrorString(problem));
	return NULL;
}

/* `element` or the first of its next siblings with that name. */
static const struct xml *
named(const struct xml *element, const char *name, size_t length)
{
	for (; element; element = element->next)
		if (strncmp(element->name, name, length) == 0 && !element->name[length])
			return element;
	return NULL;
}

const struct xml *
xml_find(const struct xml *element, const char *path)
{
	while (element && *path) {
		size_t length = strcspn(path, "/");

		element = named(element->first, path, length);
		path += length;
		path += *path == '/';
	}
	return element;
}

const char *
xml_text(const struct xml *element, const char *path)
{
	const struct xml *found = xml_find(element, path);

	return found ? found->text : "";
}

const struct xml *
xml_next(const struct xml *element)
{
	return element ? named(element->next, element->name, strlen(element->name)) : NULL;
}
