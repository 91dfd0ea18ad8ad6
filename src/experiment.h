/* One training run on images, with all that chapters 7 to 10 compare: depth,
   batch norm, where the weights start, the optimiser, the rate and its
   schedule.  A program gives the settings to its command line:

     struct experiment e = EXPERIMENT;
     const struct cli_option more[] = {
       EXPERIMENT_OPTIONS(e), { .name = NULL }
     };
     struct cli cli = cli_parse(argc, argv, "...", more);
     experiment_run(&cli, &e);

   and gets, below --out:

     steps.tsv    step, loss, rate: a row each `block` steps, the loss their
                  mean, the rate that of the last
     epochs.tsv   epoch, step, loss, fit-loss, fit-accuracy, valid-loss,
                  valid-accuracy: loss is the mean during the epoch, all else
                  is measured after it; fit: the first 5,000 (or all) of the
                  images trained on.  Epoch 0 is the untrained network; its
                  loss is that of fit.
     result.tsv   name, value: steps, diverged (the step whose loss was not
                  finite, or 0), loss (of the last rows of steps.tsv),
                  valid-loss, valid-accuracy, best-valid-accuracy,
                  best-epoch, test-loss, test-accuracy

   A run whose loss is not finite stops there: its last row in steps.tsv holds
   inf, and it has no further epochs.  With --quick, at most 5,000 images and
   2 epochs. */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#include "cli.h"
#include "images.h"

struct experiment {
  long layers, hidden; /* hidden layers, and units of each */
  long batch, epochs, images, validate, block;
  const char *activation, *norm, *init, *optimiser, *schedule;
  double std; /* of the weights, where init is "std" */
  double rate;
  long warm;  /* steps of warm-up */
  long every; /* schedule step: the rate times 0.1 after so many steps;
                 schedule ratio: steps of a block */
  /* Called before training (epoch 0) and after each epoch; may be NULL. */
  void (*observe)(struct network *net, const struct images *im, long epoch);
};

/* clang-format off */
#define EXPERIMENT {                                                      \
    .layers = 1, .hidden = 100, .batch = 50, .epochs = 5,                 \
    .images = 55000, .validate = 5000, .block = 100,                      \
    .activation = "relu", .norm = "none", .init = "he",                   \
    .optimiser = "sgd", .schedule = "constant", .rate = 0.1, .every = 1000 }

#define EXPERIMENT_OPTIONS(e)                                             \
  { "layers", "hidden layers", CLI_LONG, &(e).layers, 1, 100 },           \
  { "hidden", "units of each", CLI_LONG, &(e).hidden, 1, 10000 },         \
  { "batch", "samples a step", CLI_LONG, &(e).batch, 1, 10000 },          \
  { "epochs", "passes over the images", CLI_LONG, &(e).epochs, 1, 10000 },\
  { "images", "to train on", CLI_LONG, &(e).images, 1, 1000000 },         \
  { "validate", "images held back", CLI_LONG, &(e).validate, 1, 50000 },  \
  { "block", "steps a row of steps.tsv", CLI_LONG, &(e).block, 1,         \
    1000000 },                                                            \
  { "activation", "relu or sigmoid", CLI_TEXT, &(e).activation, 0, 0 },   \
  { "norm", "none or batch", CLI_TEXT, &(e).norm, 0, 0 },                 \
  { "init", "he, xavier, lecun or std", CLI_TEXT, &(e).init, 0, 0 },      \
  { "init-std", "of the weights with --init std", CLI_DOUBLE, &(e).std,   \
    0, 1000 },                                                            \
  { "optimiser", "sgd, momentum, nesterov, adadelta, rmsprop, adam, "     \
    "adamw", CLI_TEXT, &(e).optimiser, 0, 0 },                            \
  { "rate", "the learning rate", CLI_DOUBLE, &(e).rate, 0, 1e6 },         \
  { "schedule", "constant, linear, step, cosine or ratio", CLI_TEXT,      \
    &(e).schedule, 0, 0 },                                                \
  { "warm", "steps of warm-up", CLI_LONG, &(e).warm, 0, 1000000 },        \
  { "every", "steps to a step of the schedule step or ratio", CLI_LONG,   \
    &(e).every, 1, 1000000 }
/* clang-format on */

void experiment_run(const struct cli *cli, const struct experiment *e);

/* How many units of the last hidden layer are above 0 for one or more of the
   samples `from` … `to` − 1; to − from at most net->batch. */
size_t experiment_units_on(struct network *net, const struct samples *set,
                           size_t from, size_t to);

/* The network of these settings, untrained; ends the program where a name is
   unknown (usage) or memory is short.  seed: of its weights. */
struct network experiment_network(const struct experiment *e, size_t inputs,
                                  size_t outputs, uint64_t seed);

#endif
