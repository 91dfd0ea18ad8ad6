#define _POSIX_C_SOURCE 200809L
#include "child.h"
#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[256];

static void give_up(const char *what)
{
  perror(what);
  abort();
}

static void slurp(FILE *file, char *text, size_t size)
{
  rewind(file);
  text[fread(text, 1, size - 1, file)] = '\0';
  fclose(file);
}

struct outcome child_run(void (*body)(void *), void *argument)
{
  struct outcome outcome;
  FILE *out = tmpfile(), *err = tmpfile();
  if (!out || !err)
    give_up("tmpfile");
  fflush(NULL); /* or the child would write it again */
  const pid_t child = fork();
  if (child < 0)
    give_up("fork");
  if (child == 0) {
    signal(SIGINT, SIG_DFL); /* Check's handlers would end all of us */
    signal(SIGTERM, SIG_DFL);
    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(err), STDERR_FILENO);
    body(argument);
    exit(0);
  }
  int status;
  if (waitpid(child, &status, 0) != child)
    give_up("waitpid");
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  slurp(out, outcome.out, sizeof outcome.out);
  slurp(err, outcome.err, sizeof outcome.err);
  return outcome;
}

const char *child_refused(const struct outcome *outcome, int status, ...)
{
  static char reason[8300];
  const char *text, *wrong = NULL, *line = strchr(outcome->err, '\n');
  if (outcome->status != status)
    wrong = "the exit status is wrong";
  else if (outcome->out[0])
    wrong = "there is output on stdout";
  else if (!line || line[1])
    wrong = "stderr is not one line";
  else if (strncmp(outcome->err, "program: ", 9) != 0)
    wrong = "the line does not start with the program's name";
  va_list texts;
  va_start(texts, status);
  while (!wrong && (text = va_arg(texts, const char *)))
    if (!strstr(outcome->err, text))
      wrong = text;
  va_end(texts);
  if (wrong)
    snprintf(reason, sizeof reason, "%s: status %d, stderr: %s", wrong,
             outcome->status, outcome->err);
  return wrong ? reason : NULL;
}

void scratch_make(void)
{
  const char *parent = getenv("TMPDIR");
  snprintf(directory, sizeof directory, "%s/ground test XXXXXX",
           parent ? parent : "/tmp");
  if (!mkdtemp(directory))
    give_up(directory);
}

const char *scratch(void) { return directory; }

const char *scratch_file(const char *name)
{
  static char path[8][512];
  static int turn;
  turn = (turn + 1) % 8;
  snprintf(path[turn], sizeof path[turn], "%s/%s", directory, name);
  return path[turn];
}

static int each_file(int do_remove)
{
  int count = 0;
  DIR *dir = opendir(directory);
  for (struct dirent *entry; dir && (entry = readdir(dir));)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      count++;
      if (do_remove)
        remove(scratch_file(entry->d_name));
    }
  if (dir)
    closedir(dir);
  return count;
}

int scratch_count(void) { return each_file(0); }

void scratch_remove(void)
{
  each_file(1);
  rmdir(directory);
}
