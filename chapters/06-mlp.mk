# The runs of chapter 6: the rates first, and at the one that is best on
# validation two more seeds and other weights.
mlp := $(BUILD)/06-mlp
mlp_chosen = "$$$$(tail -n 1 $(mlp)/chosen.tsv)"
mlp_rates := 0.1 0.3 1.0

$(foreach r,$(mlp_rates),$(eval \
  $(call training_run,mlp,rate-$r,--run images --rate $r)))
$(eval $(call training_run,mlp,synthetic,--run synthetic))
mlp_block := --run images --timing --block 500 --constant --epochs 1
$(eval $(call training_run,mlp,batch-1,$(mlp_block) --batch 1 --rate 0.01))
$(eval $(call training_run,mlp,batch-50,$(mlp_block) --batch 50 --rate 0.5))

mlp_at_chosen := --run images --rate $(mlp_chosen)
$(foreach s,2 3,$(eval \
  $(call training_run,mlp,seed-$s,$(mlp_at_chosen) --seed $s)))
$(eval $(call training_run,mlp,wide,$(mlp_at_chosen) --init-std 1))
mlp_then := seed-2 seed-3 wide
$(mlp_then:%=$(mlp)/runs/%/.done): $(mlp)/chosen.tsv

$(mlp)/chosen.tsv: $(mlp_rates:%=$(mlp)/runs/rate-%/.done)
	@$(BUILD)/bin/mlp --run choose --out $(mlp)

$(eval $(call training_report,mlp,$(mlp_rates:%=rate-%) synthetic batch-1 \
  batch-50 $(mlp_then),--run report))
