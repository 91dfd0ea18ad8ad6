# The runs of chapter 10.  Nine rates; at the best of them on validation, and
# at three times that, the schedules; and six rates with one image a step.
learning_rate := $(BUILD)/10-learning-rate
learning_rate_net := --run train $(if $(FULL),--hidden 300 --epochs 20)
learning_rate_seeds := $(if $(QUICK),1,1 2 3)
# $1: what the book builds; the other two: with FULL=1, with QUICK=1.
learning_rate_choice = $(if $(QUICK),$3,$(if $(FULL),$2,$1))

learning_rate_grid := $(foreach i,0 1 2 3 4 5 6 7 8,\
  $(foreach s,$(learning_rate_seeds),grid-$i-$s))
$(foreach i,0 1 2 3 4 5 6 7 8,$(foreach s,$(learning_rate_seeds),$(eval \
  $(call training_run,learning-rate,grid-$i-$s,$(learning_rate_net) \
  --grid $i --seed $s))))

$(learning_rate)/chosen.tsv: $(learning_rate_grid:%=$(learning_rate)/runs/%/.done)
	@$(BUILD)/bin/learning-rate $(QUICKFLAG) --run choose --out $(learning_rate)

learning_rate_linear := --schedule linear
learning_rate_step := --schedule step --every \
  $(call learning_rate_choice,1500,10000,90)
learning_rate_cosine := --schedule cosine
learning_rate_warm := --schedule cosine --warm \
  $(call learning_rate_choice,300,2000,20)
learning_rate_every := $(call learning_rate_choice,100,1000,20)
learning_rate_ratio := --schedule ratio --every $(learning_rate_every)
learning_rate_constant := --schedule constant
# $1: the schedule, $2: times the best rate, $3: the seed.
define learning_rate_schedule
$(call training_run,learning-rate,$1-$2-$3,$(learning_rate_net) \
  --grid "$$$$(tail -n 1 $(learning_rate)/chosen.tsv)" --times $2 --seed $3 \
  --block 20 $(learning_rate_$1))
$(learning_rate)/runs/$1-$2-$3/.done: $(learning_rate)/chosen.tsv
endef
# The constant one at the best rate itself is among the nine.
learning_rate_pairs := constant-3 $(foreach k,linear step cosine warm ratio,$k-1 $k-3)
$(foreach p,$(learning_rate_pairs),$(foreach s,$(learning_rate_seeds),$(eval \
  $(call learning_rate_schedule,$(word 1,$(subst -, ,$p)),$(word 2,$(subst -, ,$p)),$s))))
learning_rate_then := $(foreach p,$(learning_rate_pairs),\
  $(learning_rate_seeds:%=$p-%))

learning_rate_six := $(foreach r,0.1 0.03 0.01 0.003 0.001 0.0001,\
  $(foreach s,$(if $(QUICK),1 2,1 2 3),six-$r-$s))
learning_rate_one := --run train --batch 1 --activation sigmoid --init std \
  --init-std 1 --epochs 5 \
  $(call learning_rate_choice,--images 10000,--hidden 300,--images 1000)
$(foreach n,$(learning_rate_six),$(eval $(call training_run,learning-rate,$n,\
  $(learning_rate_one) --rate $(word 2,$(subst -, ,$n)) \
  --seed $(word 3,$(subst -, ,$n)))))

$(eval $(call training_report,learning-rate,$(learning_rate_grid) \
  $(learning_rate_then) $(learning_rate_six),--run report --every $(learning_rate_every)))
