#include "kinds/id_form.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "network/arm_id.h"

static bool
is_in(const char *set, char c)
{
	return c && strchr(set, c);
}

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"

/* Letters, digits and inner hyphens. */
static bool
is_label(const char *text, size_t length)
{
	return length > 0 && strspn(text, LETTERS DIGITS "-") >= length && text[0] != '-' &&
	       text[length - 1] != '-';
}

static bool
is_object_name(const char *text)
{
	if (strlen(text) > 253)
		return false;
	for (;;) {
		size_t length = strcspn(text, ".");

		if (!is_label(text, length))
			return false;
		if (!text[length])
			return true;
		text += length + 1;
	}
}

static bool
is_aws_account(const char *text)
{
	return strlen(text) == 12 && strspn(text, DIGITS) == 12;
}

/* "eu-west-1", "us-gov-west-1", "eusc-de-east-1": words of letters with hyphens, then a number. */
static bool
is_aws_region(const char *text)
{
	size_t words = 0;
	size_t length = strspn(text, LETTERS);

	if (length < 2 || length > 4)
		return false;
	while (text[length] == '-' && is_in(LETTERS, text[length + 1])) {
		text += length + 1;
		length = strspn(text, LETTERS);
		words++;
	}
	if (words == 0 || text[length] != '-')
		return false;
	text += length + 1;
	length = strspn(text, DIGITS);
	return length >= 1 && length <= 2 && !text[length];
}

static bool
is_aws_vpc(const char *text)
{
	size_t digits;

	if (!text_starts_with(text, "vpc-"))
		return false;
	digits = strspn(text + 4, DIGITS "abcdef");
	return (digits == 8 || digits == 17) && !text[4 + digits];
}

static bool
is_gcp_name(const char *text, size_t least, size_t most)
{
	size_t length = strlen(text);

	return length >= least && length <= most && is_label(text, length) &&
	       is_in(LETTERS, text[0]);
}

static bool
is_gcp_resource(const char *text)
{
	return is_gcp_name(text, 1, 63);
}

static bool
is_gcp_project(const char *text)
{
	return is_gcp_name(text, 6, 30);
}

static bool
is_azure_name(const char *text)
{
	size_t length = strlen(text);

	return length >= 2 && length <= 80 && is_label(text, length);
}

const struct id_form id_form_vpc_name = {
	.noun = "VPC name",
	.legal = is_object_name,
	.reason = "this is no legal object name",
	.hint = "write the name of a Vpc: lower-case letters, digits, '-' and '.', at most 253",
};

const struct id_form id_form_aws_account = {
	.noun = "AWS account id",
	.legal = is_aws_account,
	.reason = "an AWS account id has 12 digits",
	.hint = "write all 12 digits in quotes, for example \"012345678901\"",
};

const struct id_form id_form_aws_region = {
	.noun = "AWS region",
	.legal = is_aws_region,
	.reason = "this is no AWS region",
	.hint = "write the region's code, for example eu-west-1",
};

const struct id_form id_form_aws_vpc = {
	.noun = "VPC id",
	.legal = is_aws_vpc,
	.reason = "a VPC id is vpc- and 8 or 17 lower-case hexadecimal digits",
	.hint = "write the id that `aws ec2 describe-vpcs` shows, for example "
		"vpc-0a1b2c3d4e5f60718",
	.lower_case = true,
};

const struct id_form id_form_gcp_project = {
	.noun = "GCP project id",
	.legal = is_gcp_project,
	.reason = "a project id has 6 to 30 lower-case letters, digits and hyphens, and begins "
		  "with a letter",
	.hint = "write the project's id, neither its number nor its display name",
};

const struct id_form id_form_gcp_network = {
	.noun = "GCP network name",
	.legal = is_gcp_resource,
	.reason = "a network name has up to 63 lower-case letters, digits and hyphens, and begins "
		  "with a letter",
	.hint = "write only the network's name, not its URL",
};

const struct id_form id_form_gcp_peering = {
	.noun = "peering name",
	.legal = is_gcp_resource,
	.reason = "a peering name has up to 63 lower-case letters, digits and hyphens, and begins "
		  "with a letter",
	.hint = "write a name such as my-network-to-kyma",
};

const struct id_form id_form_azure_peering = {
	.noun = "peering name",
	.legal = is_azure_name,
	.reason = "a peering name has 2 to 80 lower-case letters, digits and inner hyphens",
	.hint = "write a name such as my-vnet-to-kyma",
};

const struct id_form id_form_azure_link = {
	.noun = "link name",
	.legal = is_azure_name,
	.reason = "a link name has 2 to 80 lower-case letters, digits and inner hyphens",
	.hint = "write a name such as my-zone-to-kyma",
};

const struct id_form id_form_azure_tenant = {
	.noun = "tenant id",
	.legal = arm_id_is_guid,
	.reason = "a tenant id is a GUID",
	.hint = "write the id that `az account show --query tenantId` prints, or leave the field "
		"out for the shoot's own tenant",
};
