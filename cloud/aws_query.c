#include "cloud/aws_query.h"

#include <stdio.h>

#include "base/percent.h"

enum { NAME_SIZE = 128 };

void
aws_query_begin(struct buffer *form, const char *action, const char *version)
{
	buffer_clear(form);
	aws_query_add(form, action, "Action");
	aws_query_add(form, version, "Version");
}

void
aws_query_add(struct buffer *form, const char *value, const char *name, ...)
{
	char text[NAME_SIZE];
	va_list arguments;

	if (!value)
		return;
	va_start(arguments, name);
	vsnprintf(text, sizeof text, name, arguments);
	va_end(arguments);
	buffer_printf(form, "%s%s=", form->length > 0 ? "&" : "", text);
	percent_append(form, value);
}
