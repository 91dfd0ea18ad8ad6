/* The suite of the modules that all others stand on: rng, fail, cli,
   progress, record, dataset, table, vector_exp. */
#ifndef GROUND_H
#define GROUND_H

#include <check.h>
#undef fail /* Check's old name for ck_abort_msg; ours is in fail.h */

Suite *ground_suite(void);

TCase *ground_rng(void);
TCase *ground_cli(void);
TCase *ground_record(void);
TCase *ground_dataset(void);
TCase *ground_table(void);
TCase *ground_exp(void);

#endif
