#define _POSIX_C_SOURCE 200809L
#include "ground.h"
#include "child.h"
#include "dataset.h"
#include "fail.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define ck_assert_refused(outcome, ...) \
  ck_assert_ptr_null(child_refused(&(outcome), __VA_ARGS__))

#define IMAGES "train-images-idx3-ubyte"
#define LABELS "train-labels-idx1-ubyte"

/* 3 images of 2 × 4, pixels 0 … 23, and their labels. */
enum { IMAGES_SIZE = 16 + 24, LABELS_SIZE = 8 + 3 };
static const unsigned char good_images[IMAGES_SIZE + 1] = {
  0, 0, 8, 3, 0, 0, 0,  3,  0,  0,  0,  2,  0,  0,  0,  4,  0,  1,  2,  3,
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23
};
static const unsigned char good_labels[LABELS_SIZE] = { 0, 0, 8, 1, 0, 0,
                                                        0, 3, 9, 0, 4 };

static void write_plain(const char *name, const unsigned char *bytes, int size)
{
  FILE *file = fopen(scratch_file(name), "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(bytes, 1, (size_t)size, file), (size_t)size);
  fclose(file);
}

static void write_gz(const char *name, const unsigned char *bytes, int size)
{
  gzFile file = gzopen(scratch_file(name), "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(gzwrite(file, bytes, (unsigned)size), size);
  ck_assert_int_eq(gzclose(file), Z_OK);
}

static void write_good(void)
{
  write_plain(IMAGES, good_images, IMAGES_SIZE);
  write_plain(LABELS, good_labels, LABELS_SIZE);
}

static void swap_files(void)
{
  write_plain(IMAGES, good_labels, LABELS_SIZE);
  write_plain(LABELS, good_images, IMAGES_SIZE);
}

/* A good images file and a labels file that is one, too. */
static void two_images(void) { write_plain(LABELS, good_images, IMAGES_SIZE); }

static void not_idx(void)
{
  write_plain(IMAGES, (const unsigned char *)"<html><body>", 12);
}

static void empty(void) { write_plain(IMAGES, good_images, 0); }
static void no_images(void) { remove(scratch_file(IMAGES)); }
static void no_labels(void) { remove(scratch_file(LABELS)); }
static void cut_header(void) { write_plain(IMAGES, good_images, 9); }

static void cut_images(void)
{
  write_plain(IMAGES, good_images, IMAGES_SIZE - 1);
}

static void cut_labels(void)
{
  write_plain(LABELS, good_labels, LABELS_SIZE - 2);
}

static void longer(void) { write_plain(IMAGES, good_images, IMAGES_SIZE + 1); }

static void changed(const char *name, int at, unsigned char byte)
{
  unsigned char bytes[IMAGES_SIZE];
  const int images = strcmp(name, IMAGES) == 0;
  const int size = images ? IMAGES_SIZE : LABELS_SIZE;
  memcpy(bytes, images ? good_images : good_labels, (size_t)size);
  bytes[at] = byte;
  write_plain(name, bytes, size);
}

static void terabytes(void)
{
  unsigned char bytes[16] = { 0, 0, 8,  3, 0xff, 0xff, 0xff, 0xff,
                              0, 0, 16, 0, 0,    0,    16,   0 };
  write_plain(IMAGES, bytes, 16);
}

/* 2³² + 2²⁴ bytes, which 32 bits take for 2²⁴. */
static void more_than_32_bits(void)
{
  unsigned char bytes[16] = {
    0, 0, 8, 3, 0, 0, 1, 1, 0, 0, 16, 0, 0, 0, 16, 0
  };
  write_plain(IMAGES, bytes, 16);
}

static void no_image(void) { changed(IMAGES, 7, 0); }
static void no_rows(void) { changed(IMAGES, 11, 0); }
static void huge_rows(void) { changed(IMAGES, 8, 1); }
static void just_too_many_columns(void) { changed(IMAGES, 14, 17); }
static void fewer_labels(void) { changed(LABELS, 7, 2); }
static void label_10(void) { changed(LABELS, 10, 10); }

static void directory(void)
{
  remove(scratch_file(IMAGES));
  mkdir(scratch_file(IMAGES), 0777);
}

/* Writes the images as .gz and leaves only so many of its bytes (from the
   end where size is negative), one of them changed if `at` is not 0. */
static void spoil_gz(int size, int at)
{
  unsigned char bytes[256];
  no_images();
  write_gz(IMAGES ".gz", good_images, IMAGES_SIZE);
  FILE *file = fopen(scratch_file(IMAGES ".gz"), "rb");
  const int length = (int)fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  if (at)
    bytes[at > 0 ? at : length + at] ^= 0x55;
  write_plain(IMAGES ".gz", bytes, size > 0 ? size : length + size);
}

static void gz_cut_in_its_header(void) { spoil_gz(5, 0); }
static void gz_cut(void) { spoil_gz(25, 0); }
static void gz_without_its_sum(void) { spoil_gz(-8, 0); }
static void gz_corrupt(void) { spoil_gz(0, 10); }
static void gz_with_a_wrong_sum(void) { spoil_gz(0, -8); }

static void gz_too_short(void)
{
  no_images();
  write_gz(IMAGES ".gz", good_images, IMAGES_SIZE - 4);
}

/* The good files are there; spoil() changes them.  What the line must say. */
static const struct {
  void (*spoil)(void);
  const char *file, *says, *says_too;
} bad[] = {
  { no_images, "ground test", IMAGES, "dataset-fashion-mnist or pass --data" },
  { no_labels, "ground test", LABELS, "dataset-fashion-mnist or pass --data" },
  { swap_files, IMAGES, "holds labels", "swapped" },
  { two_images, LABELS, "holds images", "swapped" },
  { not_idx, IMAGES, "starts with 0x3c68746d", "0x00000803 was expected" },
  { empty, IMAGES, "cut short", "4 bytes of header were expected, 0" },
  { cut_header, IMAGES, "cut short", "4 bytes of header were expected, 1" },
  { cut_images, IMAGES, "cut short", "24 bytes of images were expected, 23" },
  { cut_labels, LABELS, "cut short", "3 bytes of labels were expected, 1" },
  { longer, IMAGES, "goes on after the last of its images", "" },
  { terabytes, IMAGES, "4294967295 images of 4096 times 4096", "2147483648" },
  { more_than_32_bits, IMAGES, "257 images of 4096 times 4096", "at most" },
  { no_image, IMAGES, "0 images", "at least 1" },
  { no_rows, IMAGES, "images of 0 times 4", "1 to 4096" },
  { huge_rows, IMAGES, "16777218 times 4", "1 to 4096" },
  { just_too_many_columns, IMAGES, "2 times 4356", "1 to 4096" },
  { fewer_labels, LABELS, "2 labels", "3 were expected" },
  { label_10, LABELS, "label number 2 is 10", "0 to 9" },
  { directory, IMAGES, "Is a directory", "" },
  { gz_cut_in_its_header, IMAGES ".gz", "cut short", "expected" },
  { gz_cut, IMAGES ".gz", "the .gz is cut short", "were read" },
  { gz_without_its_sum, IMAGES ".gz", "the .gz is cut short", "" },
  { gz_corrupt, IMAGES ".gz", "the .gz is corrupt", "" },
  { gz_with_a_wrong_sum, IMAGES ".gz", "the .gz is corrupt", "" },
  { gz_too_short, IMAGES ".gz", "24 bytes of images were expected, 20", "" },
};

static void read_train(void *dir)
{
  program_start("build/bin/program");
  struct dataset set = dataset_read(dir, TRAIN);
  printf("%zu %zu %zu %zu:", set.count, set.rows, set.columns, set.classes);
  for (size_t i = 0; i < set.count * set.rows * set.columns && i < 24; i++)
    printf(" %d", set.pixels[i]);
  printf(", %d %d %d\n", set.labels[0], set.labels[1], set.labels[2]);
  dataset_free(&set);
}

static const char as_read[] =
    "3 2 4 10: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23, "
    "9 0 4\n";

START_TEST(bad_files)
{
  write_good();
  bad[_i].spoil();
  const int files = scratch_count();
  const struct outcome run = child_run(read_train, (void *)scratch());
  ck_assert_refused(run, 1, scratch(), bad[_i].file, bad[_i].says,
                    bad[_i].says_too, NULL);
  ck_assert_int_eq(scratch_count(), files);
}
END_TEST

START_TEST(no_data_at_all)
{
  struct outcome run = child_run(read_train, "/no/such place");
  ck_assert_refused(run, 1, "/no/such place", "install the package", NULL);
  setenv("FASHION_MNIST", "/not/here", 1);
  run = child_run(read_train, NULL);
  unsetenv("FASHION_MNIST");
  ck_assert_refused(run, 1, "/not/here", "dataset-fashion-mnist", NULL);
}
END_TEST

static const struct {
  void (*write)(const char *, const unsigned char *, int);
  const char *images, *labels;
} spelling[] = {
  { write_plain, IMAGES, LABELS },
  { write_gz, IMAGES ".gz", LABELS ".gz" },
  { write_plain, "train-images.idx3-ubyte", "train-labels.idx1-ubyte" },
  { write_gz, "train-images.idx3-ubyte.gz", "train-labels.idx1-ubyte.gz" },
  { write_plain, IMAGES ".gz", LABELS },
};

START_TEST(good_files)
{
  spelling[_i].write(spelling[_i].images, good_images, IMAGES_SIZE);
  spelling[_i].write(spelling[_i].labels, good_labels, LABELS_SIZE);
  const struct outcome run = child_run(read_train, (void *)scratch());
  ck_assert_str_eq(run.err, "");
  ck_assert_str_eq(run.out, as_read);
  ck_assert_int_eq(run.status, 0);
}
END_TEST

START_TEST(synthetic_points)
{
  enum { COUNT = 100000 };
  double(*x)[2] = allocate(COUNT, sizeof *x), sum = 0;
  unsigned char *label = allocate(COUNT, 1);
  dataset_synthetic(1, COUNT, x, label);
  for (int i = 0; i < COUNT; i++) {
    const double q = x[i][0] * (x[i][0] - 0.05 * x[i][1]) +
                     x[i][1] * (x[i][0] + 0.4 * x[i][1]);
    ck_assert(fabs(q - 0.6) < 1e-9 || label[i] == (q > 0.6));
    sum += x[i][0] * x[i][1];
  }
  ck_assert_double_le(fabs(sum), 4 * sqrt(COUNT));
  double first[10][2];
  unsigned char first_label[10];
  dataset_synthetic(1, 10, first, first_label);
  ck_assert_mem_eq(first, x, sizeof first);
  free(x);
  free(label);
}
END_TEST

TCase *ground_dataset(void)
{
  TCase *dataset = tcase_create("dataset");
  tcase_add_checked_fixture(dataset, scratch_make, scratch_remove);
  tcase_add_loop_test(dataset, bad_files, 0,
                      (int)(sizeof bad / sizeof bad[0]));
  tcase_add_test(dataset, no_data_at_all);
  tcase_add_loop_test(dataset, good_files, 0,
                      (int)(sizeof spelling / sizeof spelling[0]));
  tcase_add_test(dataset, synthetic_points);
  return dataset;
}
