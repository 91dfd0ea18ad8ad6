"""784-300-10 on Fashion-MNIST in PyTorch, float32, as chapter 6 trains it."""
import torch
from torch import nn
from torch.nn import functional

from reader_images import (BATCH, HELD_BACK, PIECE, SEEN, SIZES, arguments,
                           read_part, steps_of)


def network():
    layers = []
    for M, N in zip(SIZES, SIZES[1:]):
        linear = nn.Linear(M, N)
        nn.init.normal_(linear.weight, 0, M ** -0.5)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.Sigmoid()]
    return nn.Sequential(*layers[:-1])


def inputs(pixels):
    return pixels.float() / 255


def score(net, pixels, labels):
    """The mean loss, and the share that is right."""
    loss = right = 0
    with torch.no_grad():
        for at in range(0, len(pixels), PIECE):
            true = labels[at:at + PIECE]
            Z = net(inputs(pixels[at:at + PIECE]))
            loss += functional.cross_entropy(Z, true, reduction="sum").item()
            right += (Z.argmax(1) == true).sum().item()
    return loss / len(pixels), right / len(pixels)


def read(prefix):
    pixels, labels = read_part(prefix)
    return torch.from_numpy(pixels), torch.from_numpy(labels).long()


def main():
    args = arguments()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    pixels, labels = read("train")
    test_pixels, test_labels = read("t10k")
    net = network()
    optimiser = torch.optim.SGD(net.parameters(), args.rate)
    first = len(pixels) - HELD_BACK
    steps, at = steps_of(args, first), 0
    while at < steps:
        for chosen in torch.randperm(first).split(BATCH):
            if at == steps:
                break
            optimiser.param_groups[0]["lr"] = args.rate * (1 - at / steps)
            optimiser.zero_grad()
            functional.cross_entropy(net(inputs(pixels[chosen])),
                                     labels[chosen]).backward()
            optimiser.step()
            at += 1
        score(net, pixels[:SEEN], labels[:SEEN])
        score(net, pixels[first:], labels[first:])
    print("accuracy\t%.4f" % score(net, test_pixels, test_labels)[1])


main()
