/* The documented forms of names and ids, each as one row: what is legal, and what to say when it is
 * not. */
#pragma once

#include <stdbool.h>

struct id_form {
	const char *noun; /* "VPC id" */
	bool (*legal)(const char *text);
	const char *reason; /* when it is not legal */
	const char *hint;
	bool lower_case; /* the canonical form is lower case */
};

/* DNS-1123 subdomain, the form of Kubernetes object names. */
extern const struct id_form id_form_vpc_name;
extern const struct id_form id_form_aws_account;
extern const struct id_form id_form_aws_region;
extern const struct id_form id_form_aws_vpc;
/* The three GCP forms and the two Azure names are those of the GcpVpcPeering, AzureVpcPeering and
 * AzureVpcDnsLink CRDs. */
extern const struct id_form id_form_gcp_project;
extern const struct id_form id_form_gcp_network;
extern const struct id_form id_form_gcp_peering;
extern const struct id_form id_form_azure_peering;
extern const struct id_form id_form_azure_link;
extern const struct id_form id_form_azure_tenant;
