# The runs of chapter 7: rates with and without batch norm, for two
# activations; sizes of the batch at one rate per sample; the first steps.
# Below, a run's name is WHAT-NORM-VALUE-SEED.
bn_seeds := $(if $(QUICK),1 2,1 2 3)
bn_relu := $(if $(QUICK),0.03 1,0.03 0.1 0.3 1 3 10)
bn_sigmoid := $(if $(QUICK),1,0.1 1 10)
bn_sizes := $(if $(QUICK),2 50,2 5 50)
bn_other := $(if $(QUICK),,2-slow 2-fast)
bn_same := 0.03
bn_rate_2 := 0.004
bn_rate_2-slow := 0.0004
bn_rate_2-fast := 0.04
bn_rate_5 := 0.01
bn_rate_50 := 0.1

bn_train := --run train $(if $(FULL),--epochs 30 --block 1000,--epochs 2 --block 50)
bn_size := --run train --images 10000 $(if $(FULL),--epochs 30,--epochs 2)
bn_names :=
# $(eval $(call bn_run,NAME,SEED,ARGUMENTS))
define bn_run
bn_names += $1-$2
$(eval $(call training_run,batch-norm,$1-$2,$3 --seed $2))
endef

$(foreach s,$(bn_seeds),$(foreach n,none batch,\
  $(foreach r,$(bn_relu),$(eval $(call bn_run,relu-$n-$r,$s,\
    $(bn_train) --norm $n --rate $r --densities)))\
  $(foreach r,$(bn_sigmoid),$(eval $(call bn_run,sigmoid-$n-$r,$s,\
    $(bn_train) --norm $n --rate $r --activation sigmoid --init xavier \
    $(if $(FULL),,--images 20000))))\
  $(foreach b,$(bn_sizes),$(eval $(call bn_run,size-$n-$b,$s,\
    $(bn_size) --norm $n --batch $b --rate $(bn_rate_$b)\
    $(if $(filter batch,$n),--modes)))))\
  $(foreach b,$(bn_other),$(eval $(call bn_run,size-batch-$b,$s,\
    $(bn_size) --norm batch --batch 2 --rate $(bn_rate_$b))))\
  $(eval $(call bn_run,early-batch-50,$s,--run early --norm batch --rate 0.3)))

$(eval $(call training_report,batch-norm,$(bn_names),--run report --rate 0.3 \
  --seeds $(words $(bn_seeds)) --same $(bn_same) --relu '$(bn_relu)' \
  --sigmoid '$(bn_sigmoid)' --batches '$(bn_sizes)'\
  $(if $(bn_other), --other '$(bn_other)')))
