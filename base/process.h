/* What the kernel knows of this process, as the Prometheus client libraries tell it. Source:
 * proc(5). 0 when it cannot be read. Thread-safe.
 */
#pragma once

double process_cpu_seconds(void); /* user and system */
double process_resident_bytes(void);
double process_open_descriptors(void);
double process_start_time(void); /* seconds since 1970, whole */
