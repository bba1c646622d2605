"""PyTorch's networks on SST-2 as in examples/sentiment.rs: accuracy on the development set.

    python sentiment.py FOLDER OTHERS NETWORK [DEVIATION [SEEDS]]

FOLDER holds `train.tsv` and `dev.tsv`, OTHERS the files `*_labelled.txt` of other reviews; NETWORK is `mean`, `lstm` or
`transformer`; DEVIATION is that of the embedding at the start.
"""

import collections
import pathlib
import sys
import time

import torch
from torch import nn
from torch.nn import functional

STEPS = 51


def read(path):
    rows = [line.rstrip("\r").rsplit("\t", 1) for line in path.read_text("utf-8").split("\n") if line]
    return [sentence.split() for sentence, _ in rows], torch.tensor([int(label) for _, label in rows])


def other_reviews(folder):
    """The sentences of three files, written as those of SST-2 are, and cut where they are too long."""
    sentences, labels = [], []
    for name in ("amazon_cells", "imdb", "yelp"):
        for line in (folder / f"{name}_labelled.txt").read_bytes().decode().split("\n"):
            if line:
                sentence, label = line.rstrip("\r").rsplit("\t", 1)
                sentence = sentence.lower().replace(".", " ")
                for sign in ",!?":
                    sentence = sentence.replace(sign, f" {sign} ")
                sentences.append(sentence.split()[:STEPS])
                labels.append(int(label))
    return sentences, torch.tensor(labels)


def pad(tokens, sentences):
    x = torch.zeros(len(sentences), STEPS, dtype=torch.long)
    for row, words in zip(x, sentences):
        row[: len(words)] = torch.tensor([tokens.get(word, 1) for word in words])
    return x, torch.tensor([len(words) for words in sentences])


class Mean(nn.Module):
    """The mean of the words' vectors."""

    def __init__(self, vocab):
        super().__init__()
        self.embed = nn.Embedding(vocab, 32, padding_idx=0)
        self.head = nn.Linear(32, 2)

    def forward(self, x, lengths):
        mean = self.embed(x).sum(1) / lengths[:, None]
        return self.head(functional.dropout(mean, 0.5, self.training))


class State(nn.Module):
    """An LSTM's state after the last word."""

    def __init__(self, vocab):
        super().__init__()
        self.embed = nn.Embedding(vocab, 32, padding_idx=0)
        self.lstm = nn.LSTM(32, 64, batch_first=True)
        self.head = nn.Linear(64, 2)

    def forward(self, x, lengths):
        x = nn.utils.rnn.pack_padded_sequence(self.embed(x), lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.lstm(x)
        return self.head(functional.dropout(h[0], 0.5, self.training))


class Transformer(nn.Module):
    """Words that look at each other once, with positions; then the mean over the words."""

    def __init__(self, vocab):
        super().__init__()
        self.embed = nn.Embedding(vocab, 32, padding_idx=0)
        self.pos = nn.Parameter(0.1 * torch.randn(STEPS, 32))
        self.norm1, self.norm2 = nn.LayerNorm(32), nn.LayerNorm(32)
        self.attn = nn.MultiheadAttention(32, 4, batch_first=True)
        self.up, self.down = nn.Linear(32, 64), nn.Linear(64, 32)
        self.head = nn.Linear(32, 2)

    def forward(self, x, lengths):
        is_padding = torch.arange(x.shape[1]) >= lengths[:, None]
        x = self.embed(x) + self.pos
        y = self.norm1(x)
        x = x + self.attn(y, y, y, key_padding_mask=is_padding, need_weights=False)[0]
        x = x + self.down(functional.gelu(self.up(self.norm2(x))))
        mean = x.masked_fill(is_padding[..., None], 0).sum(1) / lengths[:, None]
        return self.head(functional.dropout(mean, 0.5, self.training))


NETWORKS = {"mean": Mean, "lstm": State, "transformer": Transformer}


def run(seed, network, deviation, vocab, x, lengths, y):
    torch.manual_seed(seed)
    net = network(vocab)
    with torch.no_grad():
        net.embed.weight *= deviation
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(5):
        for batch in torch.randperm(len(x)).split(32):
            optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(net(x[batch], lengths[batch]), y[batch])
            loss.backward()
            optimizer.step()
    return net.eval()


def main():
    if len(sys.argv) < 4 or sys.argv[3] not in NETWORKS:
        sys.exit(__doc__)
    folder, others, network = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), NETWORKS[sys.argv[3]]
    deviation = float(sys.argv[4]) if len(sys.argv) > 4 else 0.1
    seeds = int(sys.argv[5]) if len(sys.argv) > 5 else 3
    torch.set_num_threads(1)
    sentences, y = read(folder / "train.tsv")
    counts = collections.Counter(word for words in sentences for word in words)
    known = sorted((word for word, count in counts.items() if count >= 2), key=lambda word: (-counts[word], word))
    tokens = {word: 2 + i for i, word in enumerate(known)}
    x, lengths = pad(tokens, sentences)
    sentences, dev_y = read(folder / "dev.tsv")
    dev = (*pad(tokens, sentences), dev_y)
    sentences, others_y = other_reviews(others)
    others = (*pad(tokens, sentences), others_y)
    print(f"{2 + len(tokens)} tokens; PyTorch {torch.__version__}")
    accuracies = []
    for seed in range(seeds):
        began = time.perf_counter()
        net = run(seed, network, deviation, 2 + len(tokens), x, lengths, y)
        seconds = time.perf_counter() - began
        with torch.no_grad():
            right = [(net(x, n).argmax(1) == y).float().mean().item() for x, n, y in (dev, others)]
        accuracies.append(right)
        print(f"seed {seed}: accuracy {right[0]:.4f}, of other reviews {right[1]:.4f}, {seconds:.1f} s", flush=True)
    means = [sum(of) / seeds for of in zip(*accuracies)]
    print(f"mean {means[0]:.4f}, of other reviews {means[1]:.4f}")


if __name__ == "__main__":
    main()
