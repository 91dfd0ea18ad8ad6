/* Results as tab-separated tables, written whole or not at all: rows go to
   PATH.part, which record_close renames to PATH.  Every failure ends the
   program with one line on stderr and exit status 1, and leaves no PATH. */
#ifndef RECORD_H
#define RECORD_H

struct record;

/* Opens dir/name; the first lines are "# " comments: the program, its
   arguments, the seed and the number type, as cli.h knows them. */
struct record *record_open(const char *dir, const char *name);
/* One line; printf's format.  Columns are separated by \t in the format. */
void record_line(struct record *record, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void record_close(struct record *record);

#endif
