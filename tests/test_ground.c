#include "ground.h"

Suite *ground_suite(void)
{
  Suite *suite = suite_create("ground");
  suite_add_tcase(suite, ground_rng());
  suite_add_tcase(suite, ground_cli());
  suite_add_tcase(suite, ground_record());
  suite_add_tcase(suite, ground_dataset());
  suite_add_tcase(suite, ground_table());
  suite_add_tcase(suite, ground_exp());
  return suite;
}
