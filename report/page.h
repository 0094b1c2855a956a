/* The fixed parts of the HTML report: its style and its script. */
#pragma once

extern const char page_style[];
extern const char page_script[];
/* The SHA-256 of the script in Base64, as a Content-Security-Policy names it (CSP level 3, section
 * 2.3.1). A test compares them. */
extern const char page_script_hash[];
