"""PyTorch, eager."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from networks import Conv, Dense, Flatten, Gpt, Lstm, MaxPool, Mean, Residual, weight_and_bias
from serve import serve

ACTIVATIONS = {None: [], "relu": [nn.ReLU()], "tanh": [nn.Tanh()]}


class Sum(nn.Module):
    def __init__(self, main, skip):
        super().__init__()
        self.main, self.skip = main, skip

    def forward(self, x):
        return functional.relu(self.main(x) + self.skip(x))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, steps, width = x.shape
        parts = self.into(self.norm1(x)).view(batch, steps, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, steps, width))
        return x + self.down(functional.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Language(nn.Module):
    def __init__(self, vocab, width, heads, blocks, steps):
        super().__init__()
        self.embed, self.pos = nn.Embedding(vocab, width), nn.Embedding(steps, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(blocks)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocab)

    def forward(self, tokens):
        return self.head(self.norm(self.blocks(self.embed(tokens) + self.pos.weight)))


class States(nn.LSTM):
    def forward(self, x):
        return super().forward(x)[0]


def sequence(layers, rng):
    return nn.Sequential(*(module for layer in layers for module in modules(layer, rng)))


def modules(layer, rng):
    match layer:
        case Dense():
            return [filled(nn.Linear(layer.inputs, layer.outputs), layer, rng), *ACTIVATIONS[layer.activation]]
        case Conv(inputs, outputs, kernel, stride, pad, groups, activation):
            symmetric = tuple(max(sides) for sides in pad)  # of the same output: others are an operation of their own
            conv = nn.Conv2d(inputs, outputs, kernel, stride, symmetric, groups=groups)
            return [filled(conv, layer, rng), *ACTIVATIONS[activation]]
        case Gpt(vocab, width, heads, blocks):
            return [Language(vocab, width, heads, blocks, 64)]
        case Lstm(inputs, outputs):
            return [States(inputs, outputs, batch_first=True)]
        case MaxPool(size):
            return [nn.MaxPool2d(size)]
        case Mean():
            return [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        case Flatten():
            return [nn.Flatten()]
        case Residual(main, skip):
            return [Sum(sequence(main, rng), sequence(skip, rng))]


def filled(module, layer, rng):
    module.weight.data, module.bias.data = map(torch.from_numpy, weight_and_bias(layer, rng))
    return module


def start(workload, network, batch):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    net = sequence(network.layers, np.random.default_rng(0))
    x = torch.randn(batch, *network.input)
    if len(network.input) == 3:  # the faster order, in training too
        net, x = (it.to(memory_format=torch.channels_last) for it in (net, x))
    if workload.endswith("_infer1"):
        net.eval()
        mode = torch.inference_mode()
        mode.__enter__()  # once and not for each call; it lasts as long as `mode`
        return lambda mode=mode: net(x)
    if workload in ("charlstm_train", "gpt_train"):
        x = torch.randint(0, 65, (batch, 64))
        if workload == "charlstm_train":
            x = functional.one_hot(x, 65).float()
        loss = lambda scores, y: functional.cross_entropy(scores.flatten(0, 1), y)
        y = torch.randint(0, 65, (batch * 64,))
    elif workload == "tiny_train":
        loss, y = functional.mse_loss, torch.randn(batch, 1)
    else:
        loss, y = functional.cross_entropy, torch.randint(0, 10, (batch,))
    rate = {"lenet_train": 3e-4, "charlstm_train": 1e-3, "gpt_train": 1e-3}.get(workload)
    if rate:
        optimizer = torch.optim.Adam(net.parameters(), lr=rate, fused=True)
    else:
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01, fused=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(net(x), y).backward()
        optimizer.step()

    return step


if __name__ == "__main__":
    serve("torch", torch.__version__, start)
