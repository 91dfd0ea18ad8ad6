"""Fashion-MNIST as chapter 6 reads it, and the command line of its run."""
import argparse
import gzip
import os

import numpy as np

FOLDER = os.environ.get("FASHION_MNIST",
                        "/usr/share/datasets/fashion-mnist")
HELD_BACK = 5000  # training images to validate on: the last
SEEN = 5000       # training images scored after an epoch: the first
PIECE = 500       # images scored at a time
BATCH = 50
SIZES = 784, 300, 10


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=0, help="0: all")
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=0, help="0: as it comes")
    return parser.parse_args()


def read_idx(name, header):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return np.frombuffer(bytearray(gzip.decompress(file.read())),
                             np.uint8, offset=header)


def read_part(prefix):
    """Pixels: images x 784, bytes; labels: images."""
    pixels = read_idx(prefix + "-images-idx3-ubyte.gz", 16)
    labels = read_idx(prefix + "-labels-idx1-ubyte.gz", 8)
    return pixels.reshape(-1, SIZES[0]), labels


def steps_of(args, count):
    """Steps in all, of all epochs."""
    every = args.epochs * -(-count // BATCH)
    return min(args.steps or every, every)
