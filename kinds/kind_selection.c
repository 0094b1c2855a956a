#include "kinds/kind_selection.h"

#include <string.h>

#include "base/text.h"
#include "kinds/kind.h"
#include "kinds/kube_ovn.h"
#include "kinds/kyma.h"

static const struct product {
	const char *name;
	const char *group;
} products[] = {{"kube-ovn", KUBE_OVN_GROUP}, {"kyma", KYMA_GROUP}};
enum { PRODUCTS = sizeof products / sizeof *products };

static const struct product *
product_of_group(const char *group)
{
	for (size_t i = 0; i < PRODUCTS; i++)
		if (text_equal(products[i].group, group))
			return &products[i];
	return NULL;
}

static const struct product *
product_named(const char *name, size_t length)
{
	for (size_t i = 0; i < PRODUCTS; i++)
		if (strlen(products[i].name) == length &&
			memcmp(products[i].name, name, length) == 0)
			return &products[i];
	return NULL;
}

static void
add(struct kind_selection *selection, const struct product *product)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		if (product_of_group(kind_definitions[kind]->group) == product)
			selection->has[kind] = true;
}

/* Of `length` bytes: the part without blanks around it. */
static const char *
trim(const char *name, size_t *length)
{
	while (*length > 0 && *name == ' ')
		name++, --*length;
	while (*length > 0 && name[*length - 1] == ' ')
		--*length;
	return name;
}

bool
kind_selection_read(const char *names, struct kind_selection *selection, struct error *error)
{
	*selection = (struct kind_selection){{false}};
	add(selection, NULL);
	while (true) {
		size_t size = strcspn(names, ","), length = size;
		const char *name = trim(names, &length);
		const struct product *product = product_named(name, length);

		if (!product)
			return error_set(error, ERROR_INVALID,
				"--kinds knows no \"%.*s\"; it takes one or more "
				"of " KIND_SELECTION_ALL,
				(int)length, name);
		add(selection, product);
		if (names[size] == '\0')
			return true;
		names += size + 1;
	}
}

bool
kind_selection_has(const struct kind_selection *selection, enum kind kind)
{
	return !selection || selection->has[kind];
}
