/* Runs code that ends its process, in a child, and a directory to do it in. */
#ifndef CHILD_H
#define CHILD_H

struct outcome {
  int status; /* exit status; minus the signal where one ended it */
  char out[4096], err[4096];
};

/* body(argument) in a forked child, then exit(0); what it wrote. */
struct outcome child_run(void (*body)(void *), void *argument);

/* As an outcome must be when a program refuses: this status, nothing on
   stdout, and one line "program: …" on stderr that holds each of the texts
   up to a NULL.  Returns NULL or what is wrong. */
const char *child_refused(const struct outcome *outcome, int status, ...);

/* A new directory, its path with a space in it; fixtures of a TCase. */
void scratch_make(void);
void scratch_remove(void);
const char *scratch(void);
/* The path of a file there; valid until the eighth call after. */
const char *scratch_file(const char *name);
/* How many files are there. */
int scratch_count(void);

#endif
