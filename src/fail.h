/* How a program ends that cannot go on: one line on stderr. */
#ifndef FAIL_H
#define FAIL_H

#include <stdint.h>

/* "program: message" on stderr, and exit status 1; parts of records are
   removed.  Control characters in the message are shown as "?". */
_Noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The same with exit status 2, for wrong arguments. */
_Noreturn void usage(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* malloc that fails so; count × size is checked for overflow. */
void *allocate(uint64_t count, uint64_t size);

/* Names the program for these messages by the last part of its path, and
   makes it end with such a line and status 1 if, at its exit, stdout could
   not be written (a full disk).  cli_parse calls it. */
void program_start(const char *path);
const char *program_name(void);

#endif
