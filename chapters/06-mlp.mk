# The runs of chapter 6, one invocation each, so that make -j runs them side by
# side.  Gives 06-mlp/.done under BUILD; the Makefile gives bin/mlp, QUICKFLAG.
#
# OPENBLAS_NUM_THREADS=1: a product's sums in one order, whatever the machine.
# OPENBLAS_CORETYPE: OpenBLAS 0.3.21 (Debian 12) takes processors newer than
# itself for a Prescott of 2004, and is four times slower; SKYLAKEX is its code
# for AVX-512, HASWELL for AVX2.  Elsewhere, and where the variable is set
# already, it is left alone.
mlp := $(BUILD)/06-mlp
mlp_core := $(shell { grep -qsw avx512bw /proc/cpuinfo && echo SKYLAKEX; } || \
  { grep -qsw avx2 /proc/cpuinfo && echo HASWELL; })
mlp_run = OPENBLAS_NUM_THREADS=1 \
  $(if $(mlp_core),OPENBLAS_CORETYPE=$${OPENBLAS_CORETYPE:-$(mlp_core)}) \
  $(BUILD)/bin/mlp $(QUICKFLAG) --run
mlp_chosen = "$$(tail -n 1 $(mlp)/chosen.tsv)"

mlp_first := $(addprefix $(mlp)/runs/,rate-1.0 rate-0.3 rate-0.1 \
  batch-1 batch-50 synthetic)
mlp_then := $(addprefix $(mlp)/runs/,seed-2 seed-3 wide)

$(mlp)/runs/rate-0.1/.done: mlp_args = images --rate 0.1
$(mlp)/runs/rate-0.3/.done: mlp_args = images --rate 0.3
$(mlp)/runs/rate-1.0/.done: mlp_args = images --rate 1.0
$(mlp)/runs/synthetic/.done: mlp_args = synthetic
$(mlp)/runs/batch-1/.done: mlp_args = images --timing --block 500 \
  --constant --epochs 1 --batch 1 --rate 0.01
$(mlp)/runs/batch-50/.done: mlp_args = images --timing --block 500 \
  --constant --epochs 1 --batch 50 --rate 0.5
$(mlp)/runs/seed-2/.done: mlp_args = images --rate $(mlp_chosen) --seed 2
$(mlp)/runs/seed-3/.done: mlp_args = images --rate $(mlp_chosen) --seed 3
$(mlp)/runs/wide/.done: mlp_args = images --rate $(mlp_chosen) --init-std 1

$(mlp_then:%=%/.done): $(mlp)/chosen.tsv

$(addsuffix /.done,$(mlp_first) $(mlp_then)): $(BUILD)/bin/mlp $(BUILD)/quick
	@mkdir -p $(@D)
	@echo 'mlp: $(@D)'
	@$(mlp_run) $(mlp_args) --out $(@D)
	@touch $@

$(mlp)/chosen.tsv: $(addsuffix /.done,$(filter $(mlp)/runs/rate-%,$(mlp_first)))
	@$(mlp_run) choose --out $(mlp)

$(mlp)/.done: $(addsuffix /.done,$(mlp_first) $(mlp_then))
	@$(mlp_run) report --out $(mlp) > $(mlp)/output.part
	@mv $(mlp)/output.part $(mlp)/output.txt
	@touch $@
