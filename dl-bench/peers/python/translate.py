"""PyTorch's translators from English to Swedish as in examples/translate.rs: what they have learned after five epochs.

    python translate.py FILE [--transformer] [--seeds N] [--epochs N]

FILE is `swe.txt` of Tatoeba's sentence pairs. The network is an encoder and a decoder of GRUs with dot attention, or with
`--transformer` one of attention alone, whose blocks begin with their norms.
"""

import argparse
import collections
import math
import re
import time

import torch
from torch import nn
from torch.nn import functional

PAD, UNK, START, END = range(4)
MARKS = ["<pad>", "<unk>", "<start>", "<end>"]
MAX_WORDS, MAX_OUT, TRAIN, TEST = 10, 15, 15_000, 1_000
DIM, HEADS, HIDDEN, BLOCKS = 96, 4, 384, 2  # of the Transformer


def words(sentence):
    return tuple(re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", sentence.lower()))


def permutation(n):
    """As SplitMix64 shuffles from state 0."""
    state, mask, order = 0, (1 << 64) - 1, list(range(n))
    for i in range(n - 1, 0, -1):
        state = state + 0x9E3779B97F4A7C15 & mask
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
        j = (z ^ z >> 31) % (i + 1)
        order[i], order[j] = order[j], order[i]
    return order


def read(path):
    """The pairs to train on, and sentences with all their translations to test with."""
    translations = {}
    for line in open(path, encoding="utf-8"):
        english, swedish = (words(part) for part in line.split("\t")[:2])
        if all(1 <= len(part) <= MAX_WORDS for part in (english, swedish)):
            known = translations.setdefault(english, [])
            if swedish not in known:
                known.append(swedish)
    sentences = list(translations)
    order = [sentences[i] for i in permutation(len(sentences))]
    train = [(english, swedish) for english in order[TEST:] for swedish in translations[english]][:TRAIN]
    return train, [(english, translations[english]) for english in order[:TEST]]


def vocabulary(sentences):
    counts = collections.Counter(word for sentence in sentences for word in sentence)
    return {word: i for i, word in enumerate(MARKS + [word for word, count in counts.items() if count > 1])}


def padded(sentences, vocab, end=()):
    """Rows of tokens, from the start to the end where these are wanted."""
    rows = [torch.tensor([vocab.get(word, UNK) for word in sentence] + list(end)) for sentence in sentences]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


class Recurrent(nn.Module):
    def __init__(self, english, swedish, dim=128):
        super().__init__()
        self.source, self.target = (nn.Embedding(n, dim, padding_idx=PAD) for n in (english, swedish))
        self.encoder, self.decoder = (nn.GRU(dim, dim, batch_first=True) for _ in range(2))
        self.mix, self.head = nn.Linear(2 * dim, dim), nn.Linear(dim, swedish)

    def encode(self, source):
        h, _ = self.encoder(self.source(source))
        last = (source != PAD).sum(1) - 1
        return h, source == PAD, h[torch.arange(len(h)), last]

    def forward(self, memory, target):
        seen, padding, state = memory
        h, _ = self.decoder(self.target(target), state[None].contiguous())
        scores = (h @ seen.transpose(1, 2)).masked_fill(padding[:, None], -math.inf)
        context = functional.softmax(scores, -1) @ seen
        return self.head(torch.tanh(self.mix(torch.cat([context, h], -1))))


class Positions(nn.Module):
    def __init__(self, dim):
        super().__init__()
        angles = torch.arange(MAX_OUT + 1)[:, None] * torch.exp(torch.arange(0, dim, 2) * (-math.log(10_000) / dim))
        self.register_buffer("waves", torch.stack([angles.sin(), angles.cos()], -1).flatten(1))

    def forward(self, x):
        return x + self.waves[: x.shape[1]]


class Block(nn.Module):
    """Of an encoder, or of a decoder, which looks at what an encoder gives too."""

    def __init__(self, dim, crosses):
        super().__init__()
        self.attn = nn.MultiheadAttention(dim, HEADS, batch_first=True)
        self.cross = nn.MultiheadAttention(dim, HEADS, batch_first=True) if crosses else None
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(3 if crosses else 2))
        self.up, self.down = nn.Linear(dim, HIDDEN), nn.Linear(HIDDEN, dim)

    def forward(self, x, padding, memory=None):
        h, causal = self.norms[0](x), None
        if memory is not None:
            causal = nn.Transformer.generate_square_subsequent_mask(x.shape[1]).isinf()
        x = x + self.attn(h, h, h, key_padding_mask=padding, attn_mask=causal, need_weights=False)[0]
        if memory is not None:
            seen, padding = memory
            h = self.norms[1](x)
            x = x + self.cross(h, seen, seen, key_padding_mask=padding, need_weights=False)[0]
        return x + self.down(functional.gelu(self.up(self.norms[-1](x))))


class Transformer(nn.Module):
    def __init__(self, english, swedish, dim=DIM):
        super().__init__()
        self.source, self.target = (nn.Embedding(n, dim, padding_idx=PAD) for n in (english, swedish))
        self.positions = Positions(dim)
        self.encoder = nn.ModuleList(Block(dim, False) for _ in range(BLOCKS))
        self.decoder = nn.ModuleList(Block(dim, True) for _ in range(BLOCKS))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(2))
        self.head = nn.Linear(dim, swedish)

    def encode(self, source):
        x, padding = self.positions(self.source(source)), source == PAD
        for block in self.encoder:
            x = block(x, padding)
        return self.norms[0](x), padding

    def forward(self, memory, target):
        x = self.positions(self.target(target))
        for block in self.decoder:
            x = block(x, None, memory)
        return self.head(self.norms[1](x))


@torch.no_grad()
def greedy(net, source, longest):
    """The most likely words one after the other, up to the end."""
    memory = net.encode(source)
    out = torch.full((len(source), 1), START)
    for _ in range(longest):
        out = torch.cat([out, net(memory, out)[:, -1].argmax(-1, keepdim=True)], 1)
    rows = out[:, 1:].tolist()
    return [row[: row.index(END)] if END in row else row for row in rows]


def bleu(outputs, references):
    """Papineni et al. 2002 over a corpus, up to four words."""
    right, all_of = [0] * 4, [0] * 4
    length = nearest = 0
    for output, of_output in zip(outputs, references, strict=True):
        length += len(output)
        nearest += min((abs(len(ref) - len(output)), len(ref)) for ref in of_output)[1]
        for n in range(1, 5):
            grams = [collections.Counter(zip(*(text[i:] for i in range(n)))) for text in (output, *of_output)]
            most = collections.Counter()
            for counts in grams[1:]:
                most |= counts
            right[n - 1] += (grams[0] & most).total()
            all_of[n - 1] += grams[0].total()
    if min(right) == 0:
        return 0.0
    penalty = min(0.0, 1 - nearest / length)
    return 100 * math.exp(penalty + sum(math.log(a / b) for a, b in zip(right, all_of)) / 4)


@torch.no_grad()
def evaluate(net, source, target):
    logits = net(net.encode(source), target[:, :-1])
    real = target[:, 1:] != PAD
    loss = functional.cross_entropy(logits[real], target[:, 1:][real])
    return loss.item(), (logits.argmax(-1) == target[:, 1:])[real].double().mean().item()


def run(kind, seed, epochs, train, test):
    source, target, vocabs = train
    torch.manual_seed(seed)
    net = kind(*(len(vocab) for vocab in vocabs))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    if seed == 0:
        print(f"{sum(p.numel() for p in net.parameters()):,} parameters", flush=True)
    for epoch in range(epochs):
        began, losses = time.perf_counter(), []
        for batch in torch.randperm(len(source)).split(32):
            goal = target[batch]
            optimizer.zero_grad(set_to_none=True)
            logits = net(net.encode(source[batch]), goal[:, :-1])
            loss = functional.cross_entropy(logits.flatten(0, 1), goal[:, 1:].flatten(), ignore_index=PAD)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        seconds = time.perf_counter() - began
        loss, right = evaluate(net, *test[:2])
        print(
            f"seed {seed}, epoch {epoch + 1}: {seconds:.0f} s, train {sum(losses) / len(losses):.4f}, test {loss:.4f}, "
            f"tokens {100 * right:.2f} %",
            flush=True,
        )
    longest = MAX_OUT if kind is Recurrent else MAX_WORDS + 1  # the positions of the network in examples/translate.rs
    back = list(vocabs[1])
    outputs = [tuple(back[token] for token in row) for row in greedy(net, test[2], longest)]
    print(f"seed {seed}: tokens {100 * right:.2f} %, BLEU-4 {bleu(outputs, test[3]):.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--transformer", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    train, test = read(options.file)
    vocabs = [vocabulary(pair[side] for pair in train) for side in (0, 1)]
    print(f"{len(train):,} pairs, {[len(vocab) for vocab in vocabs]} tokens; PyTorch {torch.__version__}", flush=True)
    pairs = [(english, swedish) for english, translations in test for swedish in translations]

    def sides(pairs):
        source = padded((english for english, _ in pairs), vocabs[0])
        target = padded((swedish for _, swedish in pairs), vocabs[1], [END])
        return source, functional.pad(target, (1, 0), value=START)

    alone = padded((english for english, _ in test), vocabs[0])
    of_test = (*sides(pairs), alone, [translations for _, translations in test])
    kind = Transformer if options.transformer else Recurrent
    for seed in range(options.seeds):
        run(kind, seed, options.epochs, (*sides(train), vocabs), of_test)


if __name__ == "__main__":
    main()
