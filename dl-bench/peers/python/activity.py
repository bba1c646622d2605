"""PyTorch's GRU over AReM's sensors as in examples/activity.rs: how many steps and how many sequences of the test part it
names rightly.

    python activity.py FOLDER [EPOCHS [SEEDS]]

FOLDER holds a folder of CSV files for each of the seven activities.
"""

import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional

ACTIVITIES = ["bending1", "bending2", "cycling", "lying", "sitting", "standing", "walking"]
# all but a step or none of these are those of a sequence to test with
COPIES = ["cycling/15", "lying/10", "lying/11", "lying/15"]


def sequences(folder):
    """The sequences to train on and those to test with, each with its activity."""
    parts = {True: [], False: []}
    for label, activity in enumerate(ACTIVITIES):
        for number in range(1, 16):
            path = folder / activity / f"dataset{number}.csv"
            if not path.exists() or f"{activity}/{number}" in COPIES:
                continue
            rows = np.loadtxt(path, delimiter=",", comments="#", dtype=np.float32)
            tests = 2 if activity.startswith("bending") else 3
            parts[number > tests].append((rows[:, 1:], label))
    return [
        (torch.from_numpy(np.stack([x for x, _ in part])), torch.tensor([label for _, label in part]))
        for part in (parts[True], parts[False])
    ]


class Activity(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(6, 16, batch_first=True)
        self.head = nn.Linear(16, 7)

    def forward(self, x):
        return self.head(functional.dropout(self.gru(x)[0], 0.5, self.training))


def run(seed, epochs, x, y):
    torch.manual_seed(seed)
    net = Activity()
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    steps = y[:, None].expand(-1, x.shape[1])
    for _ in range(epochs):
        losses = []
        for batch in torch.randperm(len(x)).split(8):
            optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(net(x[batch]).flatten(0, 1), steps[batch].flatten())
            loss.backward()
            optimizer.step()
            losses.append(loss.item() * len(batch))
    return net, sum(losses) / len(x)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder, numbers = pathlib.Path(sys.argv[1]), [int(number) for number in sys.argv[2:]]
    epochs, seeds = [*numbers, *[30, 3][len(numbers):]]
    torch.set_num_threads(1)
    (x, y), (test_x, test_y) = sequences(folder)
    mean, deviation = x.mean((0, 1)), x.std((0, 1), correction=0)
    x, test_x = (x - mean) / deviation, (test_x - mean) / deviation
    print(f"{len(x)} sequences to train on, {len(test_x)} to test with; PyTorch {torch.__version__}")
    for seed in range(seeds):
        net, last = run(seed, epochs, x, y)
        with torch.no_grad():
            logits = net.eval()(test_x)
        classes = logits.argmax(2)
        right = (classes == test_y[:, None]).float().mean().item()
        ends = (classes[:, -1] == test_y).float().mean().item()
        loss = functional.cross_entropy(logits.flatten(0, 1), test_y.repeat_interleave(test_x.shape[1])).item()
        print(
            f"seed {seed}: last training loss {last:.4f}, test loss {loss:.4f}, "
            f"steps {right:.4f}, sequences at their end {ends:.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
