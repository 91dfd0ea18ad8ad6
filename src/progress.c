#define _POSIX_C_SOURCE 200809L
#include "cli.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define WIDTH 60     /* columns of the line */
#define INTERVAL 0.1 /* seconds between two lines, at least */

static struct {
  const char *what;
  long done;
  double start, shown; /* seconds; of the first call and of the last line */
  int visible;
} state;

static double now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void progress_wipe(void)
{
  if (state.visible)
    fprintf(stderr, "\r%*s\r", WIDTH, "");
  state.visible = 0;
}

static void show(double fraction, double elapsed)
{
  char line[128];
  const int percent = (int)(100 * fraction);
  const double left = elapsed * (1 - fraction) / fraction;
  if (fraction > 0 && left < 360000)
    snprintf(line, sizeof line, "%.30s: %d %%, %ld:%02ld left", state.what,
             percent, (long)left / 60, (long)left % 60);
  else
    snprintf(line, sizeof line, "%.30s: %d %%", state.what, percent);
  fprintf(stderr, "\r%-*.*s", WIDTH, WIDTH, line);
  fflush(stderr);
  state.visible = 1;
}

void progress(const char *what, long done, long total)
{
  static int terminal = -1;
  if (terminal < 0)
    terminal = isatty(STDERR_FILENO);
  if (!terminal)
    return;
  const double time = now();
  if (what != state.what || done < state.done)
    state.start = time, state.shown = time - INTERVAL, state.what = what;
  state.done = done;
  if (done >= total) {
    progress_wipe();
    state.what = NULL;
  } else if (time - state.shown >= INTERVAL) {
    state.shown = time;
    show((double)done / (double)total, time - state.start);
  }
}
