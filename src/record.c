#define _POSIX_C_SOURCE 200809L
#include "record.h"
#include "cli.h"
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct record {
  FILE *file;
  char *path, *part;
  pid_t owner; /* a forked child must not remove its parent's part */
  volatile sig_atomic_t open;
};

/* A fixed table, so that a signal handler can read it at any moment. */
static struct record records[16];

/* Async-signal-safe: unlink and getpid only. */
static void remove_parts(void)
{
  for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
    if (records[i].open && records[i].owner == getpid())
      unlink(records[i].part);
}

/* SA_RESETHAND: raised again, the signal ends the program as it would have. */
static void on_signal(int signal)
{
  const int saved = errno;
  remove_parts();
  raise(signal);
  errno = saved;
}

static void remove_parts_at_the_end(void)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
  static int done;
  if (done++)
    return;
  if (atexit(remove_parts) != 0)
    fail("atexit: no room for another function");
  struct sigaction action = { .sa_handler = on_signal,
                              .sa_flags = (int)SA_RESETHAND };
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
    struct sigaction old;
    if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
      sigaction(signals[i], &action, NULL);
  }
}

static _Noreturn void cannot_write(const struct record *record)
{
  fail("%s: cannot be written: %s", record->path, strerror(errno));
}

static struct record *unused(void)
{
  for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
    if (!records[i].open)
      return &records[i];
  fail("more than %zu records are open at once",
       sizeof records / sizeof records[0]);
}

struct record *record_open(const char *dir, const char *name)
{
  struct record *record = unused();
  const size_t size = strlen(dir) + strlen(name) + sizeof "/.part";
  remove_parts_at_the_end();
  record->path = allocate(size, 1);
  record->part = allocate(size, 1);
  record->owner = getpid();
  snprintf(record->path, size, "%s/%s", dir, name);
  snprintf(record->part, size, "%s/%s.part", dir, name);
  if (mkdir(dir, 0777) != 0 && errno != EEXIST)
    fail("%s: cannot be made a directory: %s", dir, strerror(errno));
  record->open = 1;
  record->file = fopen(record->part, "w");
  if (!record->file) {
    record->open = 0;
    cannot_write(record);
  }
  record_line(record, "# %s", cli_command());
  record_line(record, "# seed %" PRIu64, cli_seed());
  record_line(record, "# real %s", cli_real());
  return record;
}

void record_line(struct record *record, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  const int length = vfprintf(record->file, format, arguments);
  va_end(arguments);
  if (length < 0 || putc('\n', record->file) == EOF)
    cannot_write(record);
}

void record_close(struct record *record)
{
  FILE *file = record->file;
  errno = EIO; /* for an error that an earlier call met */
  if (fflush(file) != 0 || ferror(file) || fsync(fileno(file)) != 0)
    cannot_write(record);
  record->file = NULL;
  if (fclose(file) != 0 || rename(record->part, record->path) != 0)
    cannot_write(record);
  record->open = 0;
  free(record->path);
  free(record->part);
}
