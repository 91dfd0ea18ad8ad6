# The runs of chapter 8: signals without training; then, for a deep and for a
# shallow network and for each of three starts, some rates, and two more seeds
# at the one that is best on validation.
init := $(BUILD)/08-initialisation

$(foreach r,signals scatter moments,$(eval \
  $(call training_run,initialisation,$r,--run $r)))

init_starts := std xavier he
init_rates_deep := $(if $(QUICK),0.01 0.03,0.003 0.01 0.03 0.1)
init_rates_shallow := $(if $(QUICK),0.1 0.3,0.03 0.1 0.3 1)
init_length := --epochs $(if $(FULL),20,2) $(if $(QUICK),--steps 40 --block 10)
init_deep := --run train --layers 20 $(init_length)
init_shallow := --run train --layers 1 $(init_length)

$(foreach d,deep shallow,$(foreach i,$(init_starts),$(foreach r,$(init_rates_$d),$(eval \
  $(call training_run,initialisation,$d-$i-$r,$(init_$d) --init $i --rate $r)))))

$(foreach d,deep shallow,$(foreach i,$(init_starts),$(foreach s,2 3,$(eval \
  $(call training_run,initialisation,$d-$i-seed-$s,$(init_$d) --init $i --seed $s \
    --rate "$$$$(tail -n 1 $(init)/chosen-$d-$i.tsv)")))))

define init_chosen
$(init)/chosen-$1-$2.tsv: $(init_rates_$1:%=$(init)/runs/$1-$2-%/.done)
	@$(BUILD)/bin/initialisation $(QUICKFLAG) --run choose \
	  --layers $(if $(filter deep,$1),20,1) --init $2 --out $(init)
$(foreach s,2 3,$(init)/runs/$1-$2-seed-$s/.done): $(init)/chosen-$1-$2.tsv
endef
$(foreach d,deep shallow,$(foreach i,$(init_starts),$(eval $(call init_chosen,$d,$i))))

$(eval $(call training_report,initialisation,signals scatter moments \
  $(foreach d,deep shallow,$(foreach i,$(init_starts),\
    $(foreach r,$(init_rates_$d) seed-2 seed-3,$d-$i-$r))),--run report))
