/* The functions of the exercises of chapter 11: write them in
   11-mistakes.try.c, then `make try-mistakes`. */
#ifndef EXERCISES_MISTAKES_H
#define EXERCISES_MISTAKES_H

#include "real.h"
#include <stddef.h>

enum ruling { PASSES, FAILS, SAYS_NOTHING };

/* ex:mistakes-judge.  The verdict on a gradient g, by the gradient w of a
   witness.  terms: the largest sum of |terms| that makes an entry of w;
   tolerance: of an error, relative to the largest |w_i|.   g, w: n.  No NaN
   passes: where w or terms have one it says nothing, else it fails. */
enum ruling judge(size_t n, const long double g[n], const long double w[n],
                  long double terms, long double tolerance);

enum activation { SIGMOID, TANH, RELU, ACTIVATIONS };

/* ex:mistakes-slope.  The slope h'(x) of one of the three, at y = h(x).  That
   of ReLU is 0 at y = 0. */
real slope_from_output(enum activation h, real y);

#endif
