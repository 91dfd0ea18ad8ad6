"""The benchmark's steps in PyTorch: functional forms, autograd, and updates of
all the parameters by the multi-tensor calls that torch.optim makes too."""
import sys

sys.dont_write_bytecode = True
import protocol

ARGS = protocol.arguments(__doc__).parse_args()
import torch
import torch.nn.functional as F

WORK = protocol.WORKS[ARGS.work]
REAL = torch.float64 if ARGS.double else torch.float32
S = WORK.batch
EPSILON, TRACK = 1e-5, 0.1  # batch norm
BETA1, BETA2, ADAM_EPSILON = 0.9, 0.999, 1e-8
ACTIVATION = {"sigmoid": torch.sigmoid, "elu": F.elu, "relu": torch.relu}


def sgd(parameters):
    def update(gradients):
        torch._foreach_add_(parameters, gradients, alpha=-WORK.rate)

    return update


def adam(parameters):
    """torch.optim.Adam's arithmetic, without its checks and copies."""
    m = [torch.zeros_like(p) for p in parameters]
    v = [torch.zeros_like(p) for p in parameters]
    t = 0

    def update(gradients):
        nonlocal t
        t += 1
        root = (1 - BETA2 ** t) ** 0.5
        torch._foreach_mul_(m, BETA1)
        torch._foreach_add_(m, gradients, alpha=1 - BETA1)
        torch._foreach_mul_(v, BETA2)
        torch._foreach_addcmul_(v, gradients, gradients, 1 - BETA2)
        below = torch._foreach_sqrt(v)
        torch._foreach_add_(below, ADAM_EPSILON * root)
        torch._foreach_addcdiv_(parameters, m, below,
                                -WORK.rate * root / (1 - BETA1 ** t))

    return update


class BatchNorm:
    def __init__(self, N):
        self.mean, self.variance = torch.zeros(N, dtype=REAL), torch.ones(
            N, dtype=REAL)
        self.gamma = torch.ones(N, dtype=REAL, requires_grad=True)
        self.beta = torch.zeros(N, dtype=REAL, requires_grad=True)

    def __call__(self, X):
        return torch.batch_norm(X, self.gamma, self.beta, self.mean,
                                self.variance, True, TRACK, EPSILON, False)


class Network:
    def __init__(self):
        X, labels, layers = protocol.load(ARGS)
        self.layers = [[self.leaf(a) for a in layer] for layer in layers]
        self.norms = [BatchNorm(N) for N in WORK.sizes[1:-1]
                      if ARGS.work == "W3"]
        self.leaves = [p for layer in self.layers for p in layer]
        for norm in self.norms:
            self.leaves += [norm.gamma, norm.beta]
        # Detached, they share the numbers, and an update needs no no_grad().
        rule = adam if self.norms else sgd
        self.update = rule([p.detach() for p in self.leaves])
        self.activation = ACTIVATION[WORK.activation]
        X = torch.from_numpy(X.copy()).to(REAL)
        labels = torch.from_numpy(labels.astype("int64"))
        batches = zip(X.split(S), labels.split(S))
        self.linear = F.linear
        if S == 1:  # a vector is faster than a matrix of one row
            batches = ((X[0], labels[0]) for X, labels in batches)
            self.linear = lambda X, W, b: torch.addmv(b, W, X)
        self.batches = list(batches)

    @staticmethod
    def leaf(array):
        return torch.from_numpy(array.copy()).to(REAL).requires_grad_()

    def step(self, t):
        X, labels = self.batches[t % len(self.batches)]
        for i, layer in enumerate(self.layers[:-1]):
            X = self.activation(self.linear(X, *layer))
            if self.norms:
                X = self.norms[i](X)
        loss = F.cross_entropy(self.linear(X, *self.layers[-1]), labels)
        self.update(torch.autograd.grad(loss, self.leaves))
        return loss


torch.set_num_threads(ARGS.threads)
protocol.run(ARGS, Network().step)
