/* CLEANUP(fn): the variable's address is handed to `fn` when it goes out of scope, on every path.
 */
#pragma once

#define CLEANUP(function) __attribute__((cleanup(function)))
