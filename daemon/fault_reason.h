/* What a cloud's code says of a fault, as a reason of Kyma's conditions: Unauthorized,
 * Unauthenticated, Throttled, QuotaExceeded; CloudProviderError for all else. By the codes of AWS,
 * Google Cloud and Azure.
 */
#pragma once

#include "cloud/cloud.h"

const char *fault_reason(const struct cloud_fault *fault);
