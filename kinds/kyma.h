/* What the four Kyma kinds have in common: group and version, and that they belong to the shoot. */
#pragma once

#define KYMA_GROUP   "cloud-resources.kyma-project.io"
#define KYMA_VERSION "v1beta1"
