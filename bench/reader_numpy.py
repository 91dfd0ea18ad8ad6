"""784-300-10 on Fashion-MNIST in NumPy, float32, as chapter 6 trains it."""
import numpy as np

from reader_images import (BATCH, HELD_BACK, PIECE, SEEN, SIZES, arguments,
                           read_part, steps_of)


def forward(net, X):
    """A: the hidden layer's outputs, Z: the logits."""
    V, b, W, c = net
    Z = X @ V.T + b
    A = 1 / (1 + np.exp(-Z))
    return A, A @ W.T + c


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def step(net, X, labels, rate):
    V, b, W, c = net
    S = len(X)
    A, Z = forward(net, X)
    G = softmax(Z)
    G[np.arange(S), labels] -= 1
    G /= S
    H = (G @ W) * (A * (1 - A))
    W -= rate * (G.T @ A)
    c -= rate * G.sum(axis=0)
    V -= rate * (H.T @ X)
    b -= rate * H.sum(axis=0)


def inputs(pixels):
    return pixels.astype(np.float32) / np.float32(255)


def score(net, pixels, labels):
    """The mean loss, and the share that is right."""
    loss = right = 0
    for at in range(0, len(pixels), PIECE):
        true = labels[at:at + PIECE]
        Z = forward(net, inputs(pixels[at:at + PIECE]))[1]
        P = softmax(Z)
        loss -= np.log(P[np.arange(len(true)), true]).sum()
        right += (Z.argmax(axis=1) == true).sum()
    return loss / len(pixels), right / len(pixels)


def main():
    args = arguments()
    pixels, labels = read_part("train")
    test_pixels, test_labels = read_part("t10k")
    rng = np.random.default_rng(1)
    net = []
    for M, N in zip(SIZES, SIZES[1:]):
        net.append((rng.standard_normal((N, M), np.float32)
                    / np.float32(M ** 0.5)))
        net.append(np.zeros(N, np.float32))
    first = len(pixels) - HELD_BACK
    steps, at = steps_of(args, first), 0
    while at < steps:
        order = rng.permutation(first)
        for k in range(0, first, BATCH):
            if at == steps:
                break
            chosen = order[k:k + BATCH]
            step(net, inputs(pixels[chosen]), labels[chosen],
                 np.float32(args.rate * (1 - at / steps)))
            at += 1
        score(net, pixels[:SEEN], labels[:SEEN])
        score(net, pixels[first:], labels[first:])
    print("accuracy\t%.4f" % score(net, test_pixels, test_labels)[1])


main()
