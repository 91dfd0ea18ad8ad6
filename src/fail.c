#define _POSIX_C_SOURCE 200809L
#include "fail.h"
#include "cli.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *program = "checked-gradients";
static int failed; /* the exit status, once a message is out */

const char *program_name(void) { return program; }

/* One line, whatever bytes a file name or an argument brings along. */
static _Noreturn void stop(int status, const char *format, va_list arguments)
{
  char message[8192];
  vsnprintf(message, sizeof message, format, arguments);
  for (char *c = message; *c; c++)
    if (iscntrl((unsigned char)*c))
      *c = '?';
  progress_wipe();
  fprintf(stderr, "%s: %s\n", program, message);
  failed = status;
  exit(status);
}

_Noreturn void fail(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  stop(1, format, arguments);
}

_Noreturn void usage(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  stop(2, format, arguments);
}

void *allocate(uint64_t count, uint64_t size)
{
  void *memory = NULL;
  if (size == 0 || count <= SIZE_MAX / size)
    memory = malloc(count && size ? (size_t)(count * size) : 1);
  if (!memory)
    fail("out of memory: %" PRIu64 " times %" PRIu64 " bytes were asked for",
         count, size);
  return memory;
}

/* At exit: output that is lost is a failure, not a success. */
static void check_stdout(void)
{
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout))
    return;
  if (!failed)
    fprintf(stderr, "%s: standard output: cannot be written: %s\n", program,
            errno ? strerror(errno) : "output was lost");
  _exit(failed ? failed : 1);
}

/* A closed descriptor 0, 1 or 2 would be given to the next file opened, and
   printf would write into it: put there what can only fail. */
static void guard_descriptors(void)
{
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) < 0 &&
        open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
      _exit(1);
}

void program_start(const char *path)
{
  static int started;
  if (path) {
    const char *slash = strrchr(path, '/');
    program = slash ? slash + 1 : path;
  }
  if (started++)
    return;
  guard_descriptors();
  if (atexit(check_stdout) != 0)
    fail("atexit: no room for another function");
}
