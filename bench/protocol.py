"""What the contestants written in Python share: the works, the arguments, the
data files, and the lines on stdout."""
import argparse
import gc
import math
import os
import sys
import time
from collections import namedtuple

Work = namedtuple("Work", "files sizes activation batch rate pool")
WORKS = {
    "W1": Work("W1", (784, 300, 10), "sigmoid", 50, 0.1, 2000),
    "W2": Work("W2", (3072, 100, 10), "elu", 200, 0.01, 4000),
    "W3": Work("W3", (3072, 400, 400, 400, 10), "relu", 400, 0.00001, 4000),
    "W4": Work("W1", (784, 300, 10), "sigmoid", 1, 0.01, 2000),
}
CLASSES = 10
PROOF = 50  # steps whose losses are printed


def fail(message):
    line = "".join(c if c.isprintable() else "?" for c in message)
    print(f"{os.path.basename(sys.argv[0])}: {line}", file=sys.stderr)
    sys.stdout = None  # nothing is left to flush
    sys.exit(1)


def at_least(kind, lowest):
    def number(text):
        value = kind(text)
        if not lowest <= value < math.inf:
            raise ValueError(text)
        return value

    number.__name__ = f"{kind.__name__} of at least {lowest}"
    return number


def arguments(about):
    parser = argparse.ArgumentParser(description=about, allow_abbrev=False)
    parser.add_argument("--work", required=True, choices=sorted(WORKS))
    parser.add_argument("--threads", type=at_least(int, 1), default=1)
    parser.add_argument("--data", required=True, help="the data files")
    parser.add_argument("--seconds", type=at_least(float, 0), default=0.25)
    parser.add_argument("--repeats", type=at_least(int, 1), default=5)
    parser.add_argument("--double", action="store_true",
                        help="double precision, for the proof")
    return parser


def read(path, size):
    """The bytes of a file, which must be so many."""
    try:
        with open(path, "rb") as file:
            data = file.read(size + 1)
    except OSError as error:
        fail(f"{path}: cannot be read: {error.strerror}")
    if len(data) != size:
        found = "more" if len(data) > size else str(len(data))
        fail(f"{path}: {found} bytes, {size} were expected")
    return data


def load(args):
    """X (pool × inputs) and a list of (W, b), float32; labels, bytes."""
    import numpy as np
    work = WORKS[args.work]
    path = os.path.join(args.data, work.files)
    inputs, shapes = work.sizes[0], list(zip(work.sizes[1:], work.sizes))
    X = read(path + "-X.f32", 4 * work.pool * inputs)
    labels = np.frombuffer(read(path + "-labels.u8", work.pool), np.uint8)
    if labels.max() >= CLASSES:
        fail(f"{path}-labels.u8: class {labels.max()}, 0 to 9 were expected")
    size = 4 * sum(N * M + N for N, M in shapes)
    flat = np.frombuffer(read(path + "-parameters.f32", size), "<f4")
    parameters = []
    for N, M in shapes:
        W, b, flat = np.split(flat, (N * M, N * M + N))
        parameters.append((W.reshape(N, M), b))
    X = np.frombuffer(X, "<f4").reshape(work.pool, inputs)
    return X, labels, parameters


def timed(step, first, count):
    begin = time.perf_counter()
    for t in range(first, first + count):
        step(t)
    return time.perf_counter() - begin


def run(args, step):
    """step(t) makes step t, from 0, and returns its mean loss, as a number or
    as what float() makes a number of: that is left out of the time."""
    digits = 17 if args.double else 9
    work = WORKS[args.work]
    losses = [float(step(t)) for t in range(PROOF // 2)]
    begin = time.perf_counter()
    losses += [float(step(t)) for t in range(PROOF // 2, PROOF)]
    one = (time.perf_counter() - begin) / (PROOF - PROOF // 2)
    count, t = max(20, math.ceil(args.seconds / one)), PROOF
    lines = [f"loss\t{i}\t{loss:.{digits}g}"
             for i, loss in enumerate(losses, 1)]
    gc.disable()  # as timeit does
    for _ in range(args.repeats):
        seconds = timed(step, t, count)
        lines.append(f"rate\t{count * work.batch / seconds:.9g}")
        t += count
    try:
        print("\n".join(lines), flush=True)
    except OSError as error:
        fail(f"standard output: cannot be written: {error.strerror}")
