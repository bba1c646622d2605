"""PyTorch's LeNet on MNIST as in examples/lenet.rs: the seconds of an epoch of 60,000 images, on one thread, and what the
network has learned.

    python lenet_epoch.py FOLDER [EPOCHS [SEEDS]]

FOLDER holds the four IDX files, plain or compressed. The images lie in memory, normalized, before the clock starts.
"""

import gzip
import pathlib
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional


def idx(folder, name, header):
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            data = path.read_bytes()
            return np.frombuffer(gzip.decompress(data) if path.suffix == ".gz" else data, np.uint8, offset=header)
    sys.exit(f"{folder} has neither {name} nor {name}.gz")


def labelled(folder, part):
    images = idx(folder, f"{part}-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)
    x = torch.from_numpy(images.astype(np.float32) / 255).contiguous(memory_format=torch.channels_last)
    return x, torch.from_numpy(idx(folder, f"{part}-labels-idx1-ubyte", 8).astype(np.int64))


def run(seed, epochs, x, y):
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    ).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
    began = time.perf_counter()
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(net(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
    return net, (time.perf_counter() - began) / epochs


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder, numbers = pathlib.Path(sys.argv[1]), [int(number) for number in sys.argv[2:]]
    epochs, seeds = [*numbers, *[2, 1][len(numbers):]]
    torch.set_num_threads(1)
    x, y = labelled(folder, "train")
    test_x, test_y = labelled(folder, "t10k")
    for seed in range(seeds):
        net, seconds = run(seed, epochs, x, y)
        with torch.no_grad():
            logits = net(test_x)
        loss = functional.cross_entropy(logits, test_y).item()
        right = (logits.argmax(1) == test_y).sum().item() / len(test_y)
        print(f"seed {seed}: {seconds:.2f} s an epoch, test loss {loss:.4f}, accuracy {right:.4f}", flush=True)


if __name__ == "__main__":
    main()
