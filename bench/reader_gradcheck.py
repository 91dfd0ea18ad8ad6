"""torch.autograd.gradcheck on the modules that the book's claims are about.

    check-all --list | python3 reader_gradcheck.py [--cases 3] [--fast]

A claim of a gradient or a Jacobian of a chapter with modules is one module at
as many random points as the checker draws.  Of a `backward` all inputs are
differentiated, else the one that the claim's name says, or the first.  A module
is a row of MODULES: what the names begin with, the function, its inputs, each
with its dimensions.  These are drawn as the claims draw them.
"""
import argparse
import re
import sys

import torch
from torch.nn import functional as F

WITH_MODULES = ("derivatives", "linear", "activation", "softmax",
                "cross-entropy", "mlp", "batch-norm")
SMALL = {"S": (3, 6), "M": (2, 6), "N": (2, 6)}
OF_MLP = {"S": (3, 4), "M": (5, 6), "K": (7, 8), "N": (9, 10), "J": (11, 12)}
EPS = 1e-5


def mlp(activation):
    return lambda X, W1, b1, W2, b2: F.linear(
        activation(F.linear(X, W1, b1)), W2, b2)


def deep(X, W1, b1, W2, b2, W3, b3):
    hidden = torch.sigmoid(F.linear(X, W1, b1))
    return F.linear(torch.sigmoid(F.linear(hidden, W2, b2)), W3, b3)


def cross_entropy(P, T):
    return -(softmax(T) * softmax(P).log()).sum() / len(P)


def softmax(X):
    return F.softmax(X, 1)


def batch_norm(X, gamma, beta):
    return F.batch_norm(X, None, None, gamma, beta, True, 0.1, EPS)


def evaluated(X, gamma, beta):
    mean, variance = torch.zeros_like(gamma), torch.ones_like(gamma)
    return F.batch_norm(X, mean, variance, gamma, beta, False, 0.1, EPS)


def network(X, W, b, gamma, beta, V, c):
    return F.linear(F.relu(batch_norm(F.linear(X, W, b), gamma, beta)), V, c)


def layer_norm(X, gamma, beta):
    return F.layer_norm(X, X.shape[1:], gamma, beta, EPS)


def rms(X, gamma):
    return gamma * X / (X.square().mean(1, keepdim=True) + EPS).sqrt()


def tied(X, W, b):
    return F.linear(F.linear(X, W, b), W, b)


def sigmoids(X):
    return torch.sigmoid(torch.sigmoid(torch.sigmoid(X)))


def squares(X, W, b, T):
    return (F.linear(X, W, b) - T).square().sum() / (2 * len(X))


def tanh_gelu(X):
    return F.gelu(X, approximate="tanh")


LINEAR = "X:SM W:NM b:N"
NORM = "X:SN gamma:N beta:N"
TWO = "X:SM W1:KM b1:K W2:NK b2:N"
MODULES = [
    ("derivatives-quadratic", lambda x, A: x @ A @ x, "x:N A:NN"),
    ("derivatives-trace-product", lambda X, W: (X @ W).trace(), "X:SM W:MS"),
    ("derivatives-trace", lambda X: X.trace(), "X:NN"),
    ("derivatives-(norm|square)", lambda x: x.norm(), "x:N"),
    ("derivatives-divide", torch.div, "X:SN Y:SN"),
    ("derivatives-elementwise", torch.mul, "X:SN Y:SN"),
    ("derivatives-expand", lambda b, X: b.expand_as(X), "b:N X:SN"),
    ("derivatives-bilinear", lambda X, a, b: a @ X @ b, "X:SN a:S b:N"),
    ("derivatives-share", lambda x: x / x.square().sum(), "x:N"),
    ("derivatives-unit", lambda x: x / x.norm(), "x:N"),
    ("derivatives", torch.matmul, "X:SM W:MN"),
    ("linear-transposed", lambda X, V, b: X @ V + b, "X:SM V:MN b:N"),
    ("linear-tied", tied, "X:SM W:MM b:M"),
    ("linear-(loss|fit)", squares, LINEAR + " T:SN"),
    ("linear", F.linear, LINEAR),
    ("activation-relu", F.relu, "X:SN"),
    ("activation-leaky", F.leaky_relu, "X:SN"),
    ("activation-elu", F.elu, "X:SN"),
    ("activation-tanh", torch.tanh, "X:SN"),
    ("activation-gelu-tanh", tanh_gelu, "X:SN"),
    ("activation-gelu", F.gelu, "X:SN"),
    ("activation-softplus", F.softplus, "X:SN"),
    ("activation-silu", F.silu, "X:SN"),
    ("activation-arctan", torch.atan, "X:SN"),
    ("activation-sigmoids", sigmoids, "X:SN"),
    ("activation", torch.sigmoid, "X:SN"),
    ("softmax-log", lambda X: F.log_softmax(X, 1), "X:SN"),
    ("softmax-ex-temperature", lambda X: softmax(X / 3), "X:SN"),
    ("softmax", softmax, "X:SN"),
    ("cross-entropy-(local|dp|backward)", cross_entropy, "P:SN T:SN"),
    ("cross-entropy", lambda Z, T: F.cross_entropy(Z, softmax(T)), "Z:SN T:SN"),
    ("mlp-backward-deep", deep, "X:SM W1:KM b1:K W2:JK b2:J W3:NJ b3:N"),
    ("mlp.*relu", mlp(F.relu), TWO),
    ("mlp.*tanh", mlp(torch.tanh), TWO),
    ("mlp", mlp(torch.sigmoid), TWO),
    ("batch-norm-network", network, "X:SM W:NM b:N gamma:N beta:N V:MN c:M"),
    ("batch-norm(-ex)?-evaluate", evaluated, NORM),
    ("batch-norm-layer", layer_norm, NORM),
    ("batch-norm-ex-rms", rms, "X:SN gamma:N"),
    ("batch-norm", batch_norm, NORM),
]


def points(chapter, shapes, chosen):
    """The inputs, in double, at a random point."""
    limits = OF_MLP if chapter == "mlp" else SMALL
    size = {d: int(torch.randint(low, high + 1, ()))
            for d, (low, high) in limits.items()}
    return [torch.randn([size[d] for d in dims], dtype=torch.double,
                        requires_grad=name in chosen)
            for name, dims in shapes]


def chosen_of(claim, kind, names):
    said = re.findall(r"-d([a-z]+\d?)\b", claim)
    of_name = [n for n in names if n.lower() in said]
    if kind == "backward":  # T: what an input is compared with
        return [n for n in names if n != "T"]
    return of_name[-1:] or names[:1]


def check(claim, kind, args):
    """Numbers compared, over all cases; fails where gradcheck does."""
    chapter = next(c for c in WITH_MODULES if claim.startswith(c + "-"))
    function, text = next((f, t) for p, f, t in MODULES if re.match(p, claim))
    shapes = [word.split(":") for word in text.split()]
    chosen = chosen_of(claim, kind, [name for name, _ in shapes])
    numbers = 0
    for _ in range(args.cases):
        inputs = points(chapter, shapes, chosen)
        if not torch.autograd.gradcheck(function, inputs, fast_mode=args.fast,
                                        raise_exception=False):
            sys.exit("gradcheck fails at " + claim)
        numbers += sum(x.numel() for x in inputs if x.requires_grad) * (
            1 if args.fast else function(*inputs).numel())
    return numbers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=3)
    parser.add_argument("--fast", action="store_true")
    args = parser.parse_args()
    torch.manual_seed(1)
    claims = [line.split() for line in sys.stdin]
    claims = [c for c in claims if c[1] in ("gradient", "jacobian", "backward")
              and c[0].startswith(WITH_MODULES)]
    numbers = sum(check(*claim, args) for claim in claims)
    print("claims\t%d\ncases\t%d\nnumbers\t%d"
          % (len(claims), len(claims) * args.cases, numbers))


main()
