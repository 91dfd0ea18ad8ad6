"""The benchmark's steps in NumPy: a backward written by hand, every array made
before the first step, every result written where it stays."""
import os
import sys

sys.dont_write_bytecode = True
import protocol

ARGS = protocol.arguments(__doc__).parse_args()
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS",
                 "BLIS_NUM_THREADS"):
    os.environ.setdefault(variable, str(ARGS.threads))  # read by the import
import numpy as np

WORK = protocol.WORKS[ARGS.work]
REAL = np.float64 if ARGS.double else np.float32
S = WORK.batch
ONES = np.ones(S, REAL)  # ONES @ G, of BLAS, is the fastest sum over a batch
EPSILON, TRACK = 1e-5, 0.1  # batch norm
BETA1, BETA2, ADAM_EPSILON = 0.9, 0.999, 1e-8
ALIGN, CHUNK = 16, 16384  # numbers


def empty(*shape):
    return np.zeros(shape, REAL)


class Parameters:
    """Parts of one array, and their gradients of another, so that one call
    updates them all."""

    def __init__(self, values):
        starts = [0]
        for value in values:
            starts.append(starts[-1] + -(-value.size // ALIGN) * ALIGN)
        self.flat, self.gradient = empty(starts[-1]), empty(starts[-1])
        self.pairs = []
        for start, value in zip(starts, values):
            pair = [flat[start:start + value.size].reshape(value.shape)
                    for flat in (self.flat, self.gradient)]
            pair[0][...] = value
            self.pairs.append(pair)


class Linear:
    """Y = X Wᵀ + b.   X: S×M, W: N×M, Y and G = dL/dY: S×N."""

    def __init__(self, W, b):
        (self.W, self.dW), (self.b, self.db) = W, b
        self.Wt = self.W.T
        self.Y = empty(S, len(self.b))

    def forward(self, X):
        self.X = X
        np.matmul(X, self.Wt, out=self.Y)
        return np.add(self.Y, self.b, out=self.Y)

    def backward(self, G):
        if S == 1:  # matmul is slower here
            np.einsum("sn,sm->nm", G, self.X, out=self.dW)
        else:
            np.matmul(G.T, self.X, out=self.dW)
        np.dot(ONES, G, out=self.db)


class Output:
    """The last layer, softmax and cross-entropy, with the samples along the
    rows, 10×S: sums over the classes are sums of whole rows."""

    def __init__(self, W, b, scale):
        """scale: what the gradient of the sum of the losses is times."""
        (self.W, self.dW), (self.b, self.db) = W, b
        self.column, self.dcolumn = self.b[:, None], self.db
        self.Z, self.P, self.TZ = (empty(len(self.b), S) for _ in range(3))
        self.Pt = self.P.T
        self.row = empty(1, S)
        self.dX = empty(S, self.W.shape[1])
        self.scale = REAL(scale)

    def forward(self, X, T):
        """The mean loss; T: 10×S, one-hot."""
        self.X, Z, P, row = X, self.Z, self.P, self.row
        np.matmul(self.W, X.T, out=Z)
        np.add(Z, self.column, out=Z)
        np.maximum.reduce(Z, axis=0, keepdims=True, out=row)
        np.subtract(Z, row, out=Z)
        np.exp(Z, out=P)
        np.add.reduce(P, axis=0, keepdims=True, out=row)
        np.divide(P, row, out=P)
        np.subtract(P, T, out=P)
        np.multiply(P, self.scale, out=P)
        np.log(row, out=row)
        np.multiply(T, Z, out=self.TZ)
        return (np.add.reduce(row[0]) - np.add.reduce(self.TZ, axis=None)) / S

    def backward(self):
        np.matmul(self.P, self.X, out=self.dW)
        np.add.reduce(self.P, axis=1, out=self.db)
        return np.matmul(self.Pt, self.W, out=self.dX)


class Sigmoid:
    def __init__(self, linear):
        self.linear = linear
        self.T = empty(*linear.Y.shape)
        self.minus_b = empty(len(linear.b))

    def forward(self, X):
        """1 / (1 + exp(−b − X Wᵀ)): b is subtracted where it would be added."""
        linear = self.linear
        linear.X, Y = X, linear.Y
        np.matmul(X, linear.Wt, out=Y)
        np.negative(linear.b, out=self.minus_b)
        np.subtract(self.minus_b, Y, out=Y)
        np.exp(Y, out=Y)
        np.add(Y, 1, out=Y)
        return np.reciprocal(Y, out=Y)

    def backward(self, G):
        """G is overwritten, here and below."""
        Y, T = self.linear.Y, self.T
        np.subtract(1, Y, out=T)
        np.multiply(T, Y, out=T)
        np.multiply(G, T, out=G)
        self.linear.backward(G)
        return G


class Elu:
    """With E = exp(min(z, 0)): the value is max(z, E − 1), its slope E."""

    def __init__(self, linear):
        self.linear = linear
        self.E, self.Y = empty(*linear.Y.shape), empty(*linear.Y.shape)

    def forward(self, X):
        Z = self.linear.forward(X)
        np.minimum(Z, 0, out=self.E)
        np.exp(self.E, out=self.E)
        np.subtract(self.E, 1, out=self.Y)
        return np.maximum(Z, self.Y, out=self.Y)

    def backward(self, G):
        np.multiply(G, self.E, out=G)
        self.linear.backward(G)
        return G


class ReluBatchNorm:
    """H = relu(Z), C = H − mean, Y = γ r C + β with r = 1 / √(variance + ε).
    Then dγ = r Σ G C, dβ = Σ G, dH = γ r (G − dβ/S − C r² (Σ G C)/S)."""

    def __init__(self, linear, gamma, beta):
        (self.gamma, self.dgamma), (self.beta, self.dbeta) = gamma, beta
        self.linear = linear
        self.Y, self.T, self.dX = (empty(*linear.Y.shape) for _ in range(3))
        self.positive = np.zeros(linear.Y.shape, bool)
        N = len(self.beta)
        self.mean, self.r, self.v, self.scale, self.sum = (
            empty(N) for _ in range(5))
        self.running_mean, self.running_variance = empty(N), np.ones(N, REAL)
        self.W = linear.W

    def track(self):
        """A running average of the mean and of the unbiased variance."""
        for running, now, rate in (
                (self.running_mean, self.mean, TRACK),
                (self.running_variance, self.v, TRACK * S / (S - 1))):
            np.multiply(running, 1 - TRACK, out=running)
            np.multiply(now, rate, out=self.sum)
            np.add(running, self.sum, out=running)

    def forward(self, X):
        C, T, Y, v, r = self.linear.forward(X), self.T, self.Y, self.v, self.r
        np.greater(C, 0, out=self.positive)
        np.maximum(C, 0, out=C)
        np.dot(ONES, C, out=self.mean)
        np.divide(self.mean, S, out=self.mean)
        np.subtract(C, self.mean, out=C)
        np.multiply(C, C, out=T)
        np.dot(ONES, T, out=v)
        np.divide(v, S, out=v)
        self.track()
        np.add(v, EPSILON, out=r)
        np.sqrt(r, out=r)
        np.reciprocal(r, out=r)
        np.multiply(self.gamma, r, out=self.scale)
        np.multiply(C, self.scale, out=Y)
        return np.add(Y, self.beta, out=Y)

    def backward(self, G):
        C, T, r, row = self.linear.Y, self.T, self.r, self.sum
        np.dot(ONES, G, out=self.dbeta)
        np.multiply(G, C, out=T)
        np.dot(ONES, T, out=row)
        np.multiply(row, r, out=self.dgamma)
        np.multiply(self.dgamma, r, out=row)
        np.divide(row, S, out=row)
        np.multiply(C, row, out=T)
        np.subtract(G, T, out=G)
        np.divide(self.dbeta, S, out=row)
        np.subtract(G, row, out=G)
        np.multiply(G, self.scale, out=G)
        np.multiply(G, self.positive, out=G)
        self.linear.backward(G)
        return G


class Sgd:
    """The rate is in the gradient: see Output's scale."""

    def __init__(self, parameters):
        self.parameters = parameters

    def update(self):
        flat = self.parameters.flat
        np.subtract(flat, self.parameters.gradient, out=flat)


class Adam:
    """M = m / (1 − β1) and V = v / (1 − β2) need no product with 1 − β; in
    chunks, so that what passes between two calls stays in the cache."""

    def __init__(self, parameters):
        flat, gradient = parameters.flat, parameters.gradient
        M, V = empty(len(flat)), empty(len(flat))
        self.T = empty(min(CHUNK, len(flat)))
        self.chunks = []
        for a in range(0, len(flat), CHUNK):
            part = slice(a, min(a + CHUNK, len(flat)))
            self.chunks.append((flat[part], gradient[part], M[part], V[part],
                                self.T[:part.stop - a]))
        self.t = 0

    def update(self):
        """w −= α m̂ / (√v̂ + ε), with m̂ = m / (1 − β1^t) and so for v̂."""
        self.t += 1
        k = ((1 - BETA2) / (1 - BETA2 ** self.t)) ** 0.5  # √v̂ = k √V
        rate = REAL(WORK.rate * (1 - BETA1) / (1 - BETA1 ** self.t) / k)
        epsilon, beta1, beta2 = REAL(ADAM_EPSILON / k), REAL(BETA1), REAL(BETA2)
        for w, g, M, V, T in self.chunks:
            np.multiply(M, beta1, out=M)
            np.add(M, g, out=M)
            np.multiply(V, beta2, out=V)
            np.multiply(g, g, out=T)
            np.add(V, T, out=V)
            np.sqrt(V, out=T)
            np.add(T, epsilon, out=T)
            np.divide(M, T, out=T)
            np.multiply(T, rate, out=T)
            np.subtract(w, T, out=w)


class Network:
    def __init__(self):
        X, labels, values = protocol.load(ARGS)
        adam = norm = ARGS.work == "W3"
        values = [part for pair in values for part in pair]
        for N in WORK.sizes[1:-1] if norm else ():
            values += [np.ones(N), np.zeros(N)]
        parameters = Parameters(values)
        pairs = iter(parameters.pairs)
        layers = len(WORK.sizes) - 1
        linears = [(next(pairs), next(pairs)) for _ in range(layers)]
        kind = {"sigmoid": Sigmoid, "elu": Elu}.get(WORK.activation)
        self.hidden = [ReluBatchNorm(Linear(*linear), next(pairs), next(pairs))
                       if norm else kind(Linear(*linear))
                       for linear in linears[:-1]]
        self.output = Output(*linears[-1], (1 if adam else WORK.rate) / S)
        self.rule = (Adam if adam else Sgd)(parameters)
        X, T = X.astype(REAL), np.eye(protocol.CLASSES, dtype=REAL)[labels]
        self.batches = [(X[a:a + S], np.ascontiguousarray(T[a:a + S].T))
                        for a in range(0, WORK.pool, S)]
        self.dX = [empty(S, N) for N in WORK.sizes[1:-2]]

    def step(self, t):
        X, T = self.batches[t % len(self.batches)]
        for layer in self.hidden:
            X = layer.forward(X)
        loss = self.output.forward(X, T)
        G = self.output.backward()
        for i in range(len(self.hidden) - 1, -1, -1):
            G = self.hidden[i].backward(G)
            if i > 0:
                G = np.matmul(G, self.hidden[i].linear.W, out=self.dX[i - 1])
        self.rule.update()
        return loss


protocol.run(ARGS, Network().step)
