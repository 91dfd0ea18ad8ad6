# The runs of chapter 9: each rule at each of its rates, with three seeds; the
# network of the grid deeper and less deep; inputs of two scales; valleys.
# FULL=1 has every rate for every rule, and 3,300 steps in place of 1,100;
# QUICK=1 has one rate or two.
optimisers_rates := 2e-5 6.3e-5 2e-4 6.3e-4 2e-3 6.3e-3 2e-2 6.3e-2 2e-1 \
  6.3e-1 2 6.3 20
optimisers_all := sgd momentum nesterov adadelta rmsprop adam adamw
optimisers_book := $(addprefix sgd-,2e-4 2e-3 2e-2 6.3e-2 2e-1 6.3e-1) \
  $(addprefix adam-,2e-4 6.3e-4 2e-3 6.3e-3 2e-2 2e-1) \
  $(addprefix adadelta-,2e-4 2e-3 2e-2 2e-1 6.3e-1 2 20) \
  $(addprefix momentum-,6.3e-3 2e-2 6.3e-2) \
  $(addprefix nesterov-,6.3e-3 2e-2 6.3e-2) \
  $(addprefix rmsprop-,2e-4 6.3e-4 2e-3) \
  $(addprefix adamw-,6.3e-4 2e-3 6.3e-3)
optimisers_quick := sgd-2e-1 momentum-2e-2 nesterov-2e-2 adadelta-2e-1 \
  rmsprop-2e-3 adam-2e-3 adam-2e-2 adamw-2e-3
optimisers_names := $(if $(QUICK),$(optimisers_quick),$(if $(FULL),\
  $(foreach o,$(optimisers_all),$(optimisers_rates:%=$o-%)),$(optimisers_book)))
optimisers_train := --run train --epochs $(if $(FULL),6,2)
optimisers_seeds := 1 2 3

# $(call optimisers_rule,sgd-2e-4) is sgd, $(call optimisers_rate,sgd-2e-4) 2e-4
optimisers_rule = $(firstword $(subst -, ,$1))
optimisers_rate = $(1:$(call optimisers_rule,$1)-%=%)

$(foreach n,$(optimisers_names),$(foreach s,$(optimisers_seeds),$(eval \
  $(call training_run,optimisers,$n-$s,$(optimisers_train) --seed $s \
    --optimiser $(call optimisers_rule,$n) --rate $(call optimisers_rate,$n)))))
$(foreach d,1 3,$(foreach s,$(optimisers_seeds),$(eval \
  $(call training_run,optimisers,deep-$d-$s,$(optimisers_train) --seed $s \
    --optimiser adam --rate 2e-2 --layers $d))))
$(foreach o,sgd adam adadelta,$(eval \
  $(call training_run,optimisers,scale-$o,--run scale --optimiser $o \
    --images 10000 --epochs $(if $(FULL),10,3))))
$(eval $(call training_run,optimisers,valley,--run valley))

$(eval $(call training_report,optimisers,valley \
  $(foreach s,$(optimisers_seeds),$(optimisers_names:%=%-$s) deep-1-$s deep-3-$s) \
  $(addprefix scale-,sgd adam adadelta),--run report --names '$(optimisers_names)'))
