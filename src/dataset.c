#define _POSIX_C_SOURCE 200809L
#include "dataset.h"
#include "cli.h"
#include "rng.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#define DEBIAN "/usr/share/datasets/fashion-mnist"
#define MOST_BYTES (UINT64_C(1) << 31)
#define MOST_ROWS 4096

/* What an IDX file holds: unsigned bytes in 3 dimensions or in 1.  The magic
   number is 0x08 for unsigned bytes, then the number of dimensions
   (yann.lecun.com/exdb/mnist, "the IDX file format"). */
struct content {
  const char *name;
  uint32_t dimensions, magic;
};
static const struct content images = { "images", 3, 0x0803 };
static const struct content labels = { "labels", 1, 0x0801 };

struct source {
  const struct content *content;
  gzFile file;
  char path[4096];
};

static _Noreturn void refuse(struct source *source, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static _Noreturn void refuse(struct source *source, const char *format, ...)
{
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  if (source->file)
    gzclose(source->file);
  fail("%s: %s", source->path, message);
}

/* The first that exists of name-idx, name-idx.gz, name.idx, name.idx.gz. */
static int find(struct source *source, const char *dir, const char *prefix)
{
  const struct content *content = source->content;
  struct stat status;
  for (int spelling = 0; spelling < 4; spelling++) {
    const int length =
        snprintf(source->path, sizeof source->path, "%s/%s-%s%cidx%d-ubyte%s",
                 dir, prefix, content->name, spelling < 2 ? '-' : '.',
                 (int)content->dimensions, spelling % 2 ? ".gz" : "");
    if (length < 0 || (size_t)length >= sizeof source->path)
      fail("%s: this path is too long", dir);
    if (stat(source->path, &status) == 0 || errno == EACCES)
      return 1;
  }
  return 0;
}

static void open_source(struct source *source, const char *dir,
                        const char *prefix)
{
  source->file = NULL;
  if (!find(source, dir, prefix))
    fail("%s: %s-%s-idx%d-ubyte.gz is not there; install the package "
         "dataset-fashion-mnist or pass --data DIR",
         dir, prefix, source->content->name, (int)source->content->dimensions);
  errno = 0;
  source->file = gzopen(source->path, "rb");
  if (!source->file)
    refuse(source, "cannot be opened: %s",
           errno ? strerror(errno) : "out of memory");
}

/* Whatever zlib has to say against the file, NULL if nothing. */
static const char *complaint(struct source *source)
{
  int error;
  gzerror(source->file, &error);
  switch (error) {
  case Z_OK:
  case Z_STREAM_END:
    return NULL;
  case Z_ERRNO:
    return strerror(errno);
  case Z_BUF_ERROR:
    return "the .gz is cut short";
  case Z_DATA_ERROR:
    return "the .gz is corrupt";
  default:
    return zError(error);
  }
}

/* `part` names the bytes, for the message. */
static void read_bytes(struct source *source, const char *part,
                       unsigned char *bytes, uint64_t size)
{
  uint64_t done = 0;
  int length = 1;
  while (done < size && length > 0) {
    const uint64_t chunk = size - done < 1 << 20 ? size - done : 1 << 20;
    length = gzread(source->file, bytes + done, (unsigned)chunk);
    if (length > 0)
      done += (uint64_t)length;
  }
  if (done == size)
    return;
  const char *reason = complaint(source);
  refuse(source,
         "%s: %" PRIu64 " bytes of %s were expected, %" PRIu64 " were read",
         reason ? reason : "the file is cut short", size, part, done);
}

static void read_end(struct source *source)
{
  unsigned char more;
  const int length = gzread(source->file, &more, 1);
  const char *reason = complaint(source);
  if (reason)
    refuse(source, "%s, after all bytes were read", reason);
  if (length > 0)
    refuse(source, "goes on after the last of its %s", source->content->name);
  gzclose(source->file);
}

static uint32_t read_number(struct source *source)
{
  unsigned char b[4];
  read_bytes(source, "header", b, 4);
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 |
         b[3];
}

static void read_magic(struct source *source)
{
  const struct content *expected = source->content;
  const struct content *other = expected == &images ? &labels : &images;
  const uint32_t magic = read_number(source);
  if (magic == other->magic)
    refuse(source, "holds %s, %s were expected: are the two files swapped?",
           other->name, expected->name);
  if (magic != expected->magic)
    refuse(source,
           "starts with 0x%08" PRIx32 ", 0x%08" PRIx32 " was expected: "
           "not an IDX file of %s",
           magic, expected->magic, expected->name);
}

static void read_images(struct dataset *set, struct source *source)
{
  read_magic(source);
  const uint32_t count = read_number(source);
  const uint32_t rows = read_number(source), columns = read_number(source);
  if (count < 1 || rows < 1 || rows > MOST_ROWS || columns < 1 ||
      columns > MOST_ROWS || (uint64_t)count * rows * columns > MOST_BYTES)
    refuse(source,
           "its header promises %" PRIu32 " images of %" PRIu32
           " times %" PRIu32 "; at least 1 image was expected, 1 to %d rows "
           "and columns, and at most %" PRIu64 " bytes in all",
           count, rows, columns, MOST_ROWS, MOST_BYTES);
  const uint64_t size = (uint64_t)count * rows * columns;
  set->count = count;
  set->rows = rows;
  set->columns = columns;
  set->pixels = allocate(size, 1);
  read_bytes(source, "images", set->pixels, size);
  read_end(source);
}

static void read_labels(struct dataset *set, struct source *source)
{
  read_magic(source);
  const uint32_t count = read_number(source);
  if (count != set->count)
    refuse(source, "holds %" PRIu32 " labels, %zu were expected: one an image",
           count, set->count);
  set->labels = allocate(count, 1);
  read_bytes(source, "labels", set->labels, count);
  read_end(source);
  source->file = NULL;
  for (size_t i = 0; i < set->count; i++)
    if (set->labels[i] >= set->classes)
      refuse(source, "label number %zu is %d, 0 to %zu were expected", i,
             set->labels[i], set->classes - 1);
}

struct dataset dataset_read(const char *dir, enum part part)
{
  const char *prefix = part == TRAIN ? "train" : "t10k";
  struct dataset set = { .classes = 10 };
  struct source source = { .content = &images };
  if (!dir)
    dir = getenv("FASHION_MNIST");
  if (!dir || !*dir)
    dir = DEBIAN;
  open_source(&source, dir, prefix);
  read_images(&set, &source);
  source.content = &labels;
  open_source(&source, dir, prefix);
  read_labels(&set, &source);
  return set;
}

void dataset_free(struct dataset *set)
{
  free(set->pixels);
  free(set->labels);
  *set = (struct dataset){ 0 };
}

void dataset_synthetic(uint64_t seed, size_t count, double x[][2],
                       unsigned char label[])
{
  struct rng rng = rng_stream(seed, "synthetic");
  for (size_t i = 0; i < count; i++) {
    const double a = x[i][0] = rng_normal(&rng);
    const double b = x[i][1] = rng_normal(&rng);
    label[i] = a * a + (1 - 0.05) * a * b + 0.4 * b * b > 0.6;
  }
}
