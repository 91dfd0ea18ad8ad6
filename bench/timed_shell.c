/* A shell for make that says where the time goes:

     make SHELL=…/timed-shell '.SHELLFLAGS=$@ -c' …

   Runs /bin/sh -c COMMAND, the last argument, and appends a line to the file
   $TIMED_SHELL: when it began and ended (seconds of the monotonic clock), the
   processor time of it and its children, the target (- where there is none:
   $(shell …)). */
#define _DEFAULT_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(struct timeval t)
{
  return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

/* One write: lines of two shells at once do not mix. */
static void append(const char *path, const char *target, double begin,
                   double end, const struct rusage *used)
{
  char line[512];
  const int length =
      snprintf(line, sizeof line, "%.6f\t%.6f\t%.6f\t%.400s\n", begin, end,
               seconds(used->ru_utime) + seconds(used->ru_stime), target);
  const int file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0666);
  if (file < 0 || write(file, line, (size_t)length) != length)
    fprintf(stderr, "timed-shell: %s: %s\n", path, strerror(errno));
  if (file >= 0)
    close(file);
}

int main(int argc, char **argv)
{
  const char *path = getenv("TIMED_SHELL");
  const char *target = argc > 3 ? argv[1] : "-";
  const double begin = now();
  struct rusage used;
  int status = 0;
  const pid_t child = argc < 2 ? -1 : fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", argv[argc - 1], (char *)NULL);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &used) != child) {
    fprintf(stderr, "timed-shell: cannot run a shell\n");
    return 1;
  }
  if (path)
    append(path, target, begin, now(), &used);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
