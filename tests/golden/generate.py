#!/usr/bin/env python3
"""Writes the golden vectors of `tests/golden.rs`: what PyTorch computes for each layer, loss, optimizer and schedule.

    python3 tests/golden/generate.py

needs torch only. The inputs are ramps, written with few digits, so that nothing but `parameter` depends on the seed.
All arithmetic is f64 on one thread; only the last training run is repeated in f32. Numbers are written so that
reading them gives the same f64 again. A value is a list of samples, each flattened in PyTorch's order.
"""

import datetime
import json
import math
import pathlib
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

SEED = 20
HERE = pathlib.Path(__file__).parent
STEPS = 20
# of sequences of five steps
PADDED = (3, 5, 1)


def ramp(*shape, first=-2.0, last=2.0):
    """Evenly spaced numbers, rounded to 4 digits."""
    count = torch.Size(shape).numel()
    values = [round(first + (last - first) * i / max(count - 1, 1), 4) for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def shuffled(*shape, first=-2.0, last=2.0):
    """A ramp in a fixed other order, so that neighbours are far apart."""
    count = torch.Size(shape).numel()
    step = next(s for s in (5, 7, 11, 13) if count % s)
    flat = ramp(count, first=first, last=last)
    return flat[[(i * step + 2) % count for i in range(count)]].reshape(shape)


def parameter(tensor):
    """Fills a parameter with numbers of 4 digits; the one place that draws."""
    with torch.no_grad():
        tensor.copy_((torch.rand(tensor.shape, dtype=torch.float64) * 2 - 1).mul(1e4).round().div(1e4))


def samples(tensor):
    return tensor.detach().reshape(tensor.shape[0], -1).tolist()


def named(pairs):
    return {name: {"shape": list(p.shape), "values": p.detach().flatten().tolist()} for name, p in pairs}


def write(name, **content):
    """One file: a head, then the content with every list of numbers on one line."""
    head = {
        "generated_by": "tests/golden/generate.py",
        "torch": torch.__version__,
        "seed": SEED,
        "date": datetime.date.today().isoformat(),
    }
    (HERE / f"{name}.json").write_text(layout({**head, **content}) + "\n")


def layout(value, indent=""):
    if isinstance(value, dict):
        inner = indent + " "
        rows = [f"{inner}{json.dumps(k)}: {layout(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + indent + "}"
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        inner = indent + " "
        return "[\n" + ",\n".join(inner + layout(v, inner) for v in value) + "\n" + indent + "]"
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


# --------------------------------------------------------------------------------------------------------------- layers


def layer(name, module, *shape, x=None, lengths=()):
    return network(name, OrderedDict(layer=module), *shape, x=x, lengths=lengths)


def network(name, modules, *shape, x=None, lengths=()):
    """Output and all gradients of a chain for inputs of `shape`, for a batch of 1 and of 3.

    `lengths` are the valid steps of each sample, which a lone layer is told before it runs.
    """
    module = nn.Sequential(modules).double()
    if x is None:
        for p in module.parameters():
            parameter(p)
    runs = []
    for batch in (1, 3):
        if x is None:
            given = shuffled(batch, *shape)
        else:  # as given, then zeros, then with the signs turned
            given = torch.stack([x] * batch) * ramp(batch, *[1] * x.dim(), first=1, last=-1)
        given = given.clone().requires_grad_()
        module.zero_grad()
        valid = {"lengths": list(lengths[:batch])} if lengths else {}
        if lengths:
            module.layer.lengths = torch.tensor(valid["lengths"])
        y = module(given)
        dy = shuffled(*y.shape, first=-1.1, last=1.3)
        y.backward(dy)
        grads = named((n, p.grad) for n, p in module.named_parameters())
        run = {"x": samples(given), "y": samples(y), "dy": samples(dy), "dx": samples(given.grad), "gradients": grads}
        runs.append({**run, **valid})
    return {"name": name, "input": list(shape), "parameters": named(module.named_parameters()), "runs": runs}


class Hardsigmoid(nn.Module):
    """`nn.Hardsigmoid` with an exact gradient: PyTorch's own rounds its 1/6 to single precision, in f64 too (2.15)."""

    def forward(self, x):
        y = F.relu6(x + 3.0) / 6.0
        torch.testing.assert_close(y, F.hardsigmoid(x), rtol=1e-15, atol=0.0)
        return y


class SqueezeExcite(nn.Module):
    """Scales each channel of an image by a number that depends on all of them."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x):
        scales = torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3))))))
        return x * scales[:, :, None, None]


class Conv1d(nn.Conv1d):
    """Over `[steps, features]`."""

    def forward(self, x):
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


def padded(kind, *sides):
    """A convolution behind padding that differs from side to side: left, right, top, bottom."""

    class Padded(kind):
        def forward(self, x):
            return super().forward(F.pad(x, sides))

    return Padded


class Conv1dCausal(nn.Conv1d):
    """Over `[steps, features]`, where a window ends at the step that it is for."""

    def forward(self, x):
        before = self.dilation[0] * (self.kernel_size[0] - 1)
        return super().forward(F.pad(x.transpose(1, 2), (before, 0))).transpose(1, 2)


class Conv1dPadded(nn.Conv1d):
    """Over `[steps, features]`, with two steps of zeros before and one behind."""

    def forward(self, x):
        return super().forward(F.pad(x.transpose(1, 2), (2, 1))).transpose(1, 2)


def convolutions():
    # TensorFlow's padding for 7 x 6, a window of 3 x 4 and a stride of 2: one row each, and one column before, one behind
    same = padded(nn.Conv2d, 1, 1, 1, 1)
    odd = padded(nn.Conv2d, 0, 1, 0, 1)  # for 6 x 4, a window of 3 and a stride of 2: the odd one at the end
    return [
        layer("conv2d", nn.Conv2d(3, 5, 3), 3, 5, 6),
        layer("conv2d_1x1", nn.Conv2d(5, 7, 1), 5, 3, 2),
        layer("conv2d_no_bias", nn.Conv2d(1, 3, (2, 4), bias=False), 1, 4, 7),
        layer("conv2d_pad_stride", nn.Conv2d(2, 3, 3, padding=(2, 1), stride=(1, 2)), 2, 5, 7),
        layer("conv2d_sides", padded(nn.Conv2d, 3, 0, 1, 2)(2, 3, 3, stride=2), 2, 4, 5),
        layer("conv2d_same", same(2, 3, (3, 4), stride=2), 2, 7, 6),
        layer("conv2d_same_odd", odd(2, 3, 3, stride=2), 2, 6, 4),
        layer("conv2d_dilation", nn.Conv2d(2, 3, 3, dilation=(2, 1), padding=1), 2, 6, 5),
        layer("conv2d_groups", nn.Conv2d(6, 9, 3, groups=3, padding=1), 6, 4, 3),
        layer("conv2d_all", nn.Conv2d(4, 6, (3, 2), stride=(2, 3), padding=(2, 1), dilation=(1, 3), groups=2), 4, 7, 9),
        layer("depthwise2d", nn.Conv2d(5, 5, 3, stride=2, padding=1, groups=5), 5, 5, 4),
        layer("conv_transpose2d", nn.ConvTranspose2d(3, 5, 3), 3, 3, 4),
        layer("conv_transpose2d_no_bias", nn.ConvTranspose2d(3, 2, 2, stride=2, bias=False), 3, 3, 2),
        layer(
            "conv_transpose2d_all",
            nn.ConvTranspose2d(4, 6, (3, 2), (3, 2), (1, 2), output_padding=(2, 1), groups=2, dilation=(2, 3)),
            *(4, 3, 4),
        ),
        layer("conv1d", Conv1d(3, 5, 3), 7, 3),
        layer("conv1d_no_bias", Conv1d(1, 3, 4, stride=3, bias=False), 11, 1),
        layer("conv1d_pad", Conv1d(3, 2, 5, padding=3, stride=2), 6, 3),
        layer("conv1d_sides", Conv1dPadded(2, 3, 3), 4, 2),
        layer("conv1d_dilation", Conv1d(2, 3, 3, padding=2, stride=2, dilation=3), 9, 2),
        network("conv2d_relu", OrderedDict(conv=nn.Conv2d(2, 3, 3, padding=1), act=nn.ReLU()), 2, 3, 4),
        network("conv2d_tanh", OrderedDict(conv=nn.Conv2d(2, 3, 2), act=nn.Tanh()), 2, 3, 4),
        network("conv_transpose2d_relu", OrderedDict(conv=nn.ConvTranspose2d(2, 3, 2), act=nn.ReLU()), 2, 3, 4),
        network("conv1d_relu", OrderedDict(conv=Conv1d(2, 3, 2), act=nn.ReLU()), 5, 2),
    ]


POINTWISE = {
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(),
    "leaky_relu_slope_0.2": nn.LeakyReLU(0.2),
    "elu": nn.ELU(),
    "elu_alpha_1.5": nn.ELU(1.5),
    "selu": nn.SELU(),
    "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU(approximate="tanh"),
    "silu": nn.SiLU(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    # PyTorch turns into the identity past `threshold` (20), which is off by 2e-9 there: out of reach here
    "softplus": nn.Softplus(threshold=1e3),
    "hardsigmoid": Hardsigmoid(),
    "hardtanh": nn.Hardtanh(),
    "hardswish": nn.Hardswish(),
}


def layers():
    torch.manual_seed(SEED)
    cases = [
        layer("dense", nn.Linear(5, 3), 5),
        layer("dense_1_to_1", nn.Linear(1, 1), 1),
        layer("dense_no_bias", nn.Linear(7, 2, bias=False), 7),
        layer("dense_steps", nn.Linear(5, 3), 4, 5),
        layer("dense_steps_no_bias", nn.Linear(3, 6, bias=False), 2, 3),
        layer("flatten_image", nn.Flatten(), 2, 3, 4),
        layer("flatten_steps", nn.Flatten(), 3, 5),
        layer("prelu_1", nn.PReLU(1), 7),
        layer("prelu_n", nn.PReLU(7), 7),
        layer("softmax", nn.Softmax(dim=-1), 7),
        layer("softmax_steps", nn.Softmax(dim=-1), 3, 4),
        layer("log_softmax", nn.LogSoftmax(dim=-1), 7),
        layer("log_softmax_steps", nn.LogSoftmax(dim=-1), 3, 4),
    ]
    for name, module in POINTWISE.items():
        cases.append(layer(name, module, 7))
        # behind a product an activation is computed in place
        cases.append(network(f"dense_{name}", OrderedDict(fc=nn.Linear(2, 3), act=module), 2))
    # far from zero and, for the functions made of pieces, exactly where the pieces meet
    ends = torch.tensor([0.0, 30.0, -30.0, 1.0, -1.0, 3.0, -3.0, 6.0, -6.0, 0.001, -0.001], dtype=torch.float64)
    for name, module in POINTWISE.items():
        cases.append(layer(f"{name}_ends", module, 11, x=ends))
    far = torch.tensor([900.0, -900.0, 0.0, 899.5], dtype=torch.float64)
    cases.append(layer("softmax_far", nn.Softmax(dim=-1), 4, x=far))
    cases.append(layer("log_softmax_far", nn.LogSoftmax(dim=-1), 4, x=far))
    cases += convolutions()
    cases.append(layer("prelu_channels", nn.PReLU(3), 3, 2, 5))
    cases.append(layer("squeeze_excite", SqueezeExcite(5, 3), 5, 4, 3))
    cases.append(layer("conv1d_causal", Conv1dCausal(2, 3, 3, dilation=2), 7, 2))
    cases.append(layer("conv1d_causal_stride", Conv1dCausal(2, 3, 4, stride=2), 7, 2))
    write("layers", cases=cases)


# ---------------------------------------------------------------------------------------------------------------- norms


class BatchNormOfSteps(nn.BatchNorm1d):
    """The features of a sequence are its last dimension here and the second in PyTorch."""

    def forward(self, x):
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


def batch_norm(name, norm, batches, *shape):
    """Training, which moves the running statistics, and inference with those at the start."""
    module = nn.Sequential(OrderedDict(layer=norm)).double()
    for p in module.parameters():
        parameter(p)
    with torch.no_grad():
        norm.running_mean.copy_(ramp(*norm.running_mean.shape, first=-0.5, last=0.75))
        norm.running_var.copy_(ramp(*norm.running_var.shape, first=0.5, last=2.5))
    start = {n: t.clone() for n, t in module.state_dict().items() if t.is_floating_point()}
    runs = []
    for batch in batches:
        run = {}
        for mode in ("train", "eval"):
            module.load_state_dict(start, strict=False)
            module.train(mode == "train")
            module.zero_grad()
            given = shuffled(batch, *shape).requires_grad_()
            y = module(given)
            dy = shuffled(*y.shape, first=-1.1, last=1.3)
            y.backward(dy)
            grads = named((n, p.grad) for n, p in module.named_parameters())
            run[mode] = {
                "x": samples(given), "y": samples(y), "dy": samples(dy), "dx": samples(given.grad), "gradients": grads
            }
            if mode == "train":
                run["after"] = named((n, t) for n, t in module.state_dict().items() if t.is_floating_point())
        runs.append(run)
    return {"name": name, "input": list(shape), "parameters": named(start.items()), "runs": runs}


def norms():
    torch.manual_seed(SEED)
    cases = [
        layer("layer_norm", nn.LayerNorm(7), 7),
        layer("layer_norm_steps", nn.LayerNorm(5), 3, 5),
        layer("layer_norm_large", nn.LayerNorm(35), 35),
        layer("rms_norm", nn.RMSNorm(7), 7),
        layer("rms_norm_steps", nn.RMSNorm(5), 3, 5),
        layer("group_norm_1", nn.GroupNorm(1, 3), 3, 2, 5),
        layer("group_norm_3", nn.GroupNorm(3, 6), 6, 3, 2),
        layer("group_norm_each", nn.GroupNorm(5, 5), 5, 1, 3),
        layer("group_norm_features", nn.GroupNorm(2, 6), 6),
        layer("instance_norm", nn.InstanceNorm2d(3), 3, 2, 5),
    ]
    batch_norms = [
        batch_norm("batch_norm_image", nn.BatchNorm2d(3), (1, 4), 3, 2, 5),
        batch_norm("batch_norm_pixel", nn.BatchNorm2d(5), (2, 3), 5, 1, 1),
        batch_norm("batch_norm_features", nn.BatchNorm1d(7), (2, 5), 7),
        batch_norm("batch_norm_steps", BatchNormOfSteps(5), (1, 3), 4, 5),
    ]
    write("norms", cases=cases, batch_norms=batch_norms)


# ---------------------------------------------------------------------------------------------------------------- pools


class OfSteps(nn.Module):
    """The features of a sequence are its last dimension here and the second in PyTorch."""

    def __init__(self, pool):
        super().__init__()
        self.pool = pool

    def forward(self, x):
        return self.pool(x.transpose(1, 2)).transpose(1, 2)


def pools():
    torch.manual_seed(SEED)
    # few different numbers, so that many windows have several largest ones
    ties = (shuffled(2, 4, 6) * 1.2).round() + 0.0
    cases = [
        layer("max_pool2d", nn.MaxPool2d(2), 3, 5, 7),
        layer("max_pool2d_ties", nn.MaxPool2d(2), 2, 4, 6, x=ties),
        layer("max_pool2d_ties_overlap", nn.MaxPool2d(3, 1, 1), 2, 4, 6, x=ties),
        layer("max_pool2d_overlap", nn.MaxPool2d(3, 2, 1), 2, 7, 6),
        layer("max_pool2d_uneven", nn.MaxPool2d((2, 3), (3, 1), (1, 0)), 3, 5, 7),
        layer("max_pool2d_dilated", nn.MaxPool2d(2, 1, dilation=(2, 3)), 2, 5, 7),
        layer("avg_pool2d", nn.AvgPool2d(2), 3, 5, 7),
        layer("avg_pool2d_overlap", nn.AvgPool2d(3, 2, 1), 2, 7, 6),
        layer("avg_pool2d_uneven", nn.AvgPool2d((2, 3), (3, 1), (1, 0)), 3, 5, 7),
        layer("max_pool1d", OfSteps(nn.MaxPool1d(2)), 7, 3),
        layer("max_pool1d_options", OfSteps(nn.MaxPool1d(3, 2, 1, 2)), 9, 5),
        layer("avg_pool1d", OfSteps(nn.AvgPool1d(2)), 7, 3),
        layer("avg_pool1d_options", OfSteps(nn.AvgPool1d(3, 2, 1)), 9, 5),
        layer("global_avg_pool", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), 3, 5, 7),
        layer("global_avg_pool_steps", OfSteps(nn.AdaptiveAvgPool1d(1)), 7, 3),
        layer("global_max_pool", nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()), 3, 5, 7),
        layer("global_max_pool_ties", nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()), 2, 4, 6, x=ties),
        layer("global_max_pool_steps", OfSteps(nn.AdaptiveMaxPool1d(1)), 7, 3),
    ]
    write("pools", cases=cases)


# --------------------------------------------------------------------------------------------------------------- shapes


class Permute(nn.Module):
    """Axes are counted without the batch."""

    def __init__(self, *axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        return x.permute(0, *(axis + 1 for axis in self.axes))


def shapes():
    torch.manual_seed(SEED)
    up_conv = OrderedDict(up=nn.Upsample(scale_factor=2), conv=nn.Conv2d(3, 2, 3, padding=1), act=nn.ReLU())
    to_image = OrderedDict(fc=nn.Linear(3, 12), shape=nn.Unflatten(1, (3, 2, 2)), act=nn.ReLU())
    cases = [
        layer("reshape_to_image", nn.Unflatten(1, (3, 1, 5)), 15),
        layer("reshape_to_steps", nn.Sequential(nn.Flatten(), nn.Unflatten(1, (5, 3))), 3, 5, 1),
        network("reshape_between", to_image, 3),
        layer("upsample", nn.Upsample(scale_factor=2), 3, 2, 5),
        layer("upsample_uneven", nn.Upsample(scale_factor=(1, 3)), 5, 3, 1),
        layer("upsample_3_2", nn.Upsample(scale_factor=(3, 2)), 1, 2, 3),
        layer("upsample_bilinear", nn.Upsample(scale_factor=2, mode="bilinear"), 3, 2, 5),
        layer("upsample_bilinear_uneven", nn.Upsample(scale_factor=(1, 3), mode="bilinear"), 5, 3, 1),
        layer("upsample_bilinear_3_4", nn.Upsample(scale_factor=(3, 4), mode="bilinear"), 1, 4, 3),
        network("upsample_conv_relu", up_conv, 3, 2, 3),
        layer("permute_2_0_1", Permute(2, 0, 1), 3, 2, 5),
        layer("permute_1_2_0", Permute(1, 2, 0), 5, 1, 3),
        layer("permute_0_2_1", Permute(0, 2, 1), 2, 3, 4),
        layer("transpose", Permute(1, 0), 5, 3),
        network("transpose_dense", OrderedDict(turn=Permute(1, 0), fc=nn.Linear(5, 2)), 5, 3),
        layer("pad", nn.ZeroPad2d(1), 3, 2, 5),
        layer("pad_sides", nn.ZeroPad2d((0, 3, 2, 1)), 5, 1, 3),
        layer("pad_reflect", nn.ReflectionPad2d((2, 2, 1, 1)), 3, 2, 5),
        layer("pad_reflect_sides", nn.ReflectionPad2d((1, 0, 0, 2)), 1, 3, 2),
        layer("pad_replicate", nn.ReplicationPad2d(2), 3, 2, 5),
        layer("pad_replicate_sides", nn.ReplicationPad2d((0, 3, 2, 1)), 5, 1, 3),
        network("pad_reflect_conv", OrderedDict(pad=nn.ReflectionPad2d(1), conv=nn.Conv2d(3, 2, 3)), 3, 2, 4),
    ]
    write("shapes", cases=cases)


# ------------------------------------------------------------------------------------------------------------ sequences


def recurrent(kind, *sizes, last=False, **options):
    """A recurrence that gives its states, or the last one of each direction."""

    class Layer(kind):
        def forward(self, x):
            y, state = super().forward(x)
            if not last:
                return y
            h = state[0] if isinstance(state, tuple) else state
            return h.transpose(0, 1).flatten(1)

    return Layer(*sizes, batch_first=True, **options)


def from_state(kind, inputs, hidden, last=False, **options):
    """A recurrence that starts from the last step of what it is given."""

    class Layer(kind):
        def forward(self, x):
            y, state = super().forward(x[:, :-1, :inputs], x[:, -1][None].contiguous())
            return state[0] if last else y

    return Layer(inputs, hidden, batch_first=True, **options)


def embedding(name, module, steps):
    """Tokens have no gradient."""
    module = nn.Sequential(OrderedDict(layer=module)).double()
    for p in module.parameters():
        parameter(p)
    runs = []
    for batch in (1, 3):
        x = (torch.arange(batch * steps) * 5 + 2).reshape(batch, steps) % module.layer.num_embeddings
        module.zero_grad()
        y = module(x)
        dy = shuffled(*y.shape, first=-1.1, last=1.3)
        y.backward(dy)
        grads = named((n, p.grad) for n, p in module.named_parameters())
        runs.append({"x": samples(x), "y": samples(y), "dy": samples(dy), "dx": [], "gradients": grads})
    return {"name": name, "input": [steps], "parameters": named(module.named_parameters()), "runs": runs}


class Tied(nn.Module):
    """Scores of all tokens with the embedding's weight."""

    def __init__(self, vocab, dim, padding_idx):
        super().__init__()
        self.num_embeddings = vocab
        self.embed = nn.Embedding(vocab, dim, padding_idx)
        self.between = nn.Linear(dim, dim)
        self.head = nn.Linear(dim, vocab, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, x):
        return self.head(self.between(self.embed(x))).flatten(1)


def padded_recurrent(kind, *sizes, last=False, **options):
    """A recurrence over the valid steps alone; zeros behind them, or of the last one all states."""

    class Padded(kind):
        def forward(self, x):
            packed = nn.utils.rnn.pack_padded_sequence(x, self.lengths, batch_first=True, enforce_sorted=False)
            y, state = super().forward(packed)
            if not last:
                return nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])[0]
            h = state[0] if isinstance(state, tuple) else state
            return h.transpose(0, 1).flatten(1)

    return Padded(*sizes, batch_first=True, **options)


class PaddedAttention(nn.MultiheadAttention):
    """Nobody looks at the steps behind the valid ones, and what they see themselves is zero."""

    def __init__(self, *sizes, causal=False, **options):
        super().__init__(*sizes, batch_first=True, **options)
        self.causal = causal

    def forward(self, x):
        steps = torch.arange(x.shape[1])
        is_padding = steps >= self.lengths[:, None]
        later = steps > steps[:, None] if self.causal else None
        y = super().forward(x, x, x, key_padding_mask=is_padding, attn_mask=later, need_weights=False)[0]
        return y.masked_fill(is_padding[..., None], 0.0)


class SelfAttention(nn.MultiheadAttention):
    """Every step of a sequence looks at all others, or at those before it."""

    def __init__(self, *sizes, causal=False, **options):
        super().__init__(*sizes, batch_first=True, **options)
        self.causal = causal

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype) if self.causal else None
        return super().forward(x, x, x, need_weights=False, attn_mask=mask, is_causal=self.causal)[0]


class RotaryAttention(nn.MultiheadAttention):
    """Queries and keys are complex numbers, which positions turn."""

    def forward(self, x):
        samples, steps, width = x.shape
        each = width // self.num_heads
        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        q, k, v = (part.reshape(samples, steps, self.num_heads, each).transpose(1, 2) for part in (q, k, v))
        angles = torch.outer(torch.arange(steps), 10000 ** (-torch.arange(0, each, 2, dtype=x.dtype) / each))
        turns = torch.polar(torch.ones_like(angles), angles)
        q, k = (
            torch.view_as_real(torch.view_as_complex(part.reshape(*part.shape[:-1], -1, 2)) * turns).flatten(3)
            for part in (q, k)
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(y.transpose(1, 2).flatten(2))


def two(x, steps, width=None):
    """Two sequences, cut out of one: by their steps, and by their features if these are not the same."""
    return x[:, :steps, :width], x[:, steps:, width:]


class CrossAttention(nn.MultiheadAttention):
    def __init__(self, *sizes, steps, seen=None, **options):
        super().__init__(*sizes, batch_first=True, kdim=seen, vdim=seen, **options)
        self.steps, self.width = steps, seen and sizes[0]

    def forward(self, x):
        x, memory = two(x, self.steps, self.width)
        return super().forward(x, memory, memory, need_weights=False)[0]


class Attend(nn.Module):
    def forward(self, x):
        h, memory = two(x, 3)
        return F.softmax(h @ memory.transpose(1, 2), dim=-1) @ memory


class AdditiveAttention(nn.Module):
    def __init__(self, width, seen, units):
        super().__init__()
        self.width = width
        self.query_weight = nn.Parameter(torch.empty(units, width))
        self.key_weight = nn.Parameter(torch.empty(units, seen))
        self.score_weight = nn.Parameter(torch.empty(units))

    def forward(self, x):
        h, memory = two(x, 3, self.width)
        a, u = F.linear(h, self.query_weight), F.linear(memory, self.key_weight)
        scores = torch.tanh(a[:, :, None] + u[:, None]) @ self.score_weight
        return F.softmax(scores, dim=-1) @ memory


class Position(nn.Embedding):
    """A vector for each position, added."""

    def forward(self, x):
        return x + super().forward(torch.arange(x.shape[1]))


class Sinusoidal(nn.Module):
    """As in PyTorch's tutorials."""

    def forward(self, x):
        steps, width = x.shape[1:]
        position = torch.arange(steps, dtype=x.dtype)[:, None]
        waves = torch.exp(torch.arange(0, width, 2, dtype=x.dtype) * (-math.log(10000.0) / width))
        pe = torch.zeros(steps, width, dtype=x.dtype)
        pe[:, 0::2] = torch.sin(position * waves)
        pe[:, 1::2] = torch.cos(position * waves)[:, : width // 2]
        return x + pe


class GptBlock(nn.Module):
    """A block of a decoder: norms come first."""

    def __init__(self, width, heads, hidden):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = SelfAttention(width, heads, causal=True)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


def sequences():
    torch.manual_seed(SEED)
    stacked = OrderedDict(first=recurrent(nn.LSTM, 3, 4), second=recurrent(nn.LSTM, 4, 2), head=nn.Linear(2, 3))
    both = {"bidirectional": True}
    cases = [
        embedding("embedding", nn.Embedding(7, 3), 5),
        embedding("embedding_padding", nn.Embedding(7, 3, padding_idx=2), 5),
        embedding("embedding_tied", Tied(7, 3, padding_idx=2), 5),
        layer("rnn", recurrent(nn.RNN, 3, 4), 5, 3),
        layer("rnn_relu", recurrent(nn.RNN, 3, 4, nonlinearity="relu"), 5, 3),
        layer("rnn_last", recurrent(nn.RNN, 3, 4, last=True), 5, 3),
        layer("rnn_1", recurrent(nn.RNN, 1, 1), 3, 1),
        layer("rnn_bidirectional", recurrent(nn.RNN, 3, 4, nonlinearity="relu", bias=False, **both), 5, 3),
        layer("lstm", recurrent(nn.LSTM, 3, 4), 5, 3),
        layer("lstm_19", recurrent(nn.LSTM, 2, 19), 3, 2),
        layer("lstm_no_bias", recurrent(nn.LSTM, 2, 3, bias=False), 4, 2),
        layer("lstm_last", recurrent(nn.LSTM, 3, 4, last=True), 5, 3),
        layer("lstm_bidirectional", recurrent(nn.LSTM, 3, 4, **both), 5, 3),
        layer("lstm_bidirectional_last", recurrent(nn.LSTM, 3, 4, last=True, **both), 5, 3),
        network("lstm_lstm_dense", stacked, 5, 3),
        layer("gru", recurrent(nn.GRU, 3, 4), 5, 3),
        layer("gru_19", recurrent(nn.GRU, 2, 19), 3, 2),
        layer("gru_no_bias", recurrent(nn.GRU, 2, 3, bias=False), 4, 2),
        layer("gru_one_step", recurrent(nn.GRU, 3, 4), 1, 3),
        layer("gru_last", recurrent(nn.GRU, 3, 4, last=True), 5, 3),
        layer("gru_bidirectional", recurrent(nn.GRU, 3, 4, **both), 5, 3),
        layer("self_attention", SelfAttention(6, 2), 5, 6),
        layer("self_attention_causal", SelfAttention(6, 3, causal=True), 5, 6),
        layer("self_attention_no_bias", SelfAttention(4, 1, bias=False), 3, 4),
        layer("self_attention_one_step", SelfAttention(4, 4), 1, 4),
        layer("self_attention_long", SelfAttention(2, 1, causal=True), 19, 2),
        layer("gpt_block", GptBlock(4, 2, 6), 5, 4),
        layer("self_attention_rotary", RotaryAttention(8, 2), 5, 8),
        layer("cross_attention", CrossAttention(6, 2, steps=3), 7, 6),
        layer("cross_attention_apart", CrossAttention(4, 2, steps=3, seen=5), 7, 9),
        layer("cross_attention_no_bias", CrossAttention(4, 4, steps=2, seen=1, bias=False), 3, 5),
        layer("attend", Attend(), 7, 4),
        layer("attend_additive", AdditiveAttention(4, 2, 5), 7, 6),
        layer("position", Position(5, 3), 5, 3),
        layer("sinusoidal", Sinusoidal(), 6, 8),
        layer("sinusoidal_odd", Sinusoidal(), 4, 5),
        layer("gru_from_state", from_state(nn.GRU, 3, 4), 6, 4),
        layer("gru_from_state_last", from_state(nn.GRU, 2, 19, last=True, bias=False), 4, 19),
        layer("rnn_from_state", from_state(nn.RNN, 3, 4), 6, 4),
        layer("rnn_padded", padded_recurrent(nn.RNN, 3, 4), 5, 3, lengths=PADDED),
        layer("lstm_padded", padded_recurrent(nn.LSTM, 3, 4), 5, 3, lengths=PADDED),
        layer("lstm_padded_last", padded_recurrent(nn.LSTM, 3, 4, last=True), 5, 3, lengths=PADDED),
        layer("lstm_padded_bidirectional", padded_recurrent(nn.LSTM, 3, 4, **both), 5, 3, lengths=PADDED),
        layer("gru_padded", padded_recurrent(nn.GRU, 3, 4), 5, 3, lengths=PADDED),
        layer("gru_padded_last", padded_recurrent(nn.GRU, 3, 4, last=True), 5, 3, lengths=PADDED),
        layer(
            "gru_padded_bidirectional_last",
            padded_recurrent(nn.GRU, 3, 4, last=True, **both),
            *(5, 3),
            lengths=PADDED,
        ),
        layer("self_attention_padded", PaddedAttention(6, 2), 5, 6, lengths=PADDED),
        layer("self_attention_causal_padded", PaddedAttention(6, 3, causal=True), 5, 6, lengths=PADDED),
    ]
    write("sequences", cases=cases)


# --------------------------------------------------------------------------------------------------------------- losses


def loss(name, criterion, y, target, lengths=(), **settings):
    """Value and gradient; the classes of a sequence are its last dimension here and the second in PyTorch.

    With lengths, the valid steps of all sequences are one batch for PyTorch.
    """
    y = y.clone().requires_grad_()
    classes_last = y.dim() == 3 and not target.is_floating_point()
    if lengths:
        valid = torch.arange(y.shape[1]) < torch.tensor(lengths)[:, None]
        value = criterion(y[valid], target[valid])
    else:
        value = criterion(y.transpose(1, 2) if classes_last else y, target)
    value.backward()
    kind = "values" if target.is_floating_point() else "classes"
    return {
        "name": name,
        "settings": settings,
        "shape": list(y.shape[1:]),
        "y": samples(y),
        kind: samples(target) if kind == "values" else target.reshape(len(y), -1).tolist(),
        **({"lengths": lengths} if lengths else {}),
        "value": value.item(),
        "dy": samples(y.grad),
    }


def grid_detection(object, no_object, bounds, **weights):
    """The loss of a grid of cells `[5 + C, H, W]`, out of PyTorch's: a sum over cells, a mean over samples."""

    def criterion(y, target):
        there, bce = target[:, 0], F.binary_cross_entropy_with_logits
        weight = object * there + no_object * (1 - there)
        value = bce(y[:, 0], there, weight=weight, reduction="sum")
        errors = F.mse_loss(torch.sigmoid(y[:, 1:5]), target[:, 1:5], reduction="none").sum(1)
        classes = F.cross_entropy(y[:, 5:], target[:, 5:], reduction="none")
        return (value + (there * (bounds * errors + weights["class"] * classes)).sum()) / len(y)

    return criterion


def losses():
    y, target = shuffled(3, 5), ramp(3, 5, first=-1.7, last=1.6)
    target[1, 2] = y[1, 2].item()  # no error at all: where L1 has its kink
    logits = shuffled(4, 5, first=-3.0, last=3.5)
    classes = torch.tensor([1, 0, 4, 1])
    some_ignored = torch.tensor([1, 3, 4, 3])
    steps, step_classes = shuffled(2, 3, 4), torch.tensor([[1, 0, 2], [3, 2, 2]])
    more_steps, more_classes = shuffled(4, 3, 4), torch.tensor([[1, 0, 2], [3, 2, 2], [0, 1, 3], [2, 1, 0]])
    weights = [0.5, 2.0, 1.25, 1.0, 0.375]
    weight = torch.tensor(weights, dtype=torch.float64)
    shares = F.softmax(shuffled(4, 5, first=-1.0, last=1.0), dim=1)
    shares = (shares * 64).round() / 64  # few digits; made to sum to one again
    shares[:, 0] += 1 - shares.sum(1)
    none = shares.clone()
    none[1, 2] += none[1, 3].item()
    none[1, 3] = 0.0  # the limit of t ln t
    bits = torch.tensor([[0, 1, 1, 0, 1], [1, 1, 0, 0, 0], [0.25, 1, 0, 0.5, 0], [1, 0, 0, 0, 1]], dtype=torch.float64)
    far = logits * 12.0
    log_shares = F.log_softmax(logits, dim=1).mul(1e4).round().div(1e4)
    three = torch.tensor(3.0, dtype=torch.float64)
    cells, objects = shuffled(3, 8, 2, 3), torch.zeros(3, 8, 2, 3, dtype=torch.float64)
    for sample, row, column, kind, box in [
        (0, 0, 1, 2, [0.25, 0.5, 0.3, 0.4]),
        (0, 1, 2, 0, [0.9, 0.1, 0.2, 0.7]),
        (2, 1, 0, 1, [0, 1, 1, 0.05]),
    ]:
        objects[sample, :5, row, column] = torch.tensor([1, *box], dtype=torch.float64)
        objects[sample, 5 + kind, row, column] = 1
    cell = {"object": 1.5, "no_object": 0.5, "bounds": 5.0, "class": 2.0}
    ce, bce = nn.CrossEntropyLoss, nn.BCEWithLogitsLoss
    cases = [
        loss("mse", nn.MSELoss(), y, target),
        loss("l1", nn.L1Loss(), y, target),
        loss("huber", nn.HuberLoss(), y, target, delta=1.0),
        loss("huber_delta_0.4", nn.HuberLoss(delta=0.4), y, target, delta=0.4),
        loss("cross_entropy", ce(), logits, classes),
        loss("cross_entropy_far", ce(), far, classes),
        loss("cross_entropy_ignore_index", ce(ignore_index=3), logits, some_ignored, ignore_index=3),
        loss("cross_entropy_label_smoothing", ce(label_smoothing=0.1), logits, classes, label_smoothing=0.1),
        loss("cross_entropy_weight", ce(weight=weight), logits, classes, weight=weights),
        loss(
            "cross_entropy_all",
            ce(weight=weight, ignore_index=3, label_smoothing=0.2),
            logits,
            some_ignored,
            weight=weights,
            ignore_index=3,
            label_smoothing=0.2,
        ),
        loss("cross_entropy_steps", ce(), steps, step_classes),
        loss("cross_entropy_steps_ignore_index", ce(ignore_index=2), steps, step_classes, ignore_index=2),
        loss("cross_entropy_steps_lengths", ce(), more_steps, more_classes, lengths=[3, 1, 0, 2]),
        loss(
            "cross_entropy_steps_all",
            ce(weight=weight[:4], ignore_index=2, label_smoothing=0.2),
            more_steps,
            more_classes,
            lengths=[3, 1, 0, 2],
            weight=weights[:4],
            ignore_index=2,
            label_smoothing=0.2,
        ),
        loss("cross_entropy_shares", ce(), logits, shares),
        loss("cross_entropy_shares_label_smoothing", ce(label_smoothing=0.1), logits, shares, label_smoothing=0.1),
        loss("bce_with_logits", bce(), logits, bits),
        loss("bce_with_logits_far", bce(), far, bits),
        loss("bce_with_logits_pos_weight", bce(pos_weight=three), logits, bits, pos_weight=3.0),
        loss("nll", nn.NLLLoss(), log_shares, classes),
        loss("nll_weight", nn.NLLLoss(weight=weight), log_shares, classes, weight=weights),
        loss("nll_ignore_index", nn.NLLLoss(ignore_index=3), log_shares, some_ignored, ignore_index=3),
        loss("kl_div", nn.KLDivLoss(reduction="batchmean"), log_shares, none),
        loss("multi_margin", nn.MultiMarginLoss(), logits, classes, margin=1.0),
        loss("multi_margin_2.5", nn.MultiMarginLoss(margin=2.5), logits, classes, margin=2.5),
        loss("grid_detection", grid_detection(**cell), cells, objects, **cell),
    ]
    write("losses", cases=cases)


# ------------------------------------------------------------------------------------------------- optimizers, schedules

SGD, RMS, ADA = torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adagrad
ADAM, ADAMW = torch.optim.Adam, torch.optim.AdamW
OPTIMIZERS = {
    "sgd": (SGD, {"lr": 0.1}),
    "sgd_weight_decay": (SGD, {"lr": 0.1, "weight_decay": 0.05}),
    "sgd_momentum": (SGD, {"lr": 0.1, "momentum": 0.9}),
    "sgd_momentum_weight_decay": (SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05}),
    "sgd_momentum_dampening": (SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    "sgd_nesterov": (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "sgd_nesterov_weight_decay": (SGD, {"lr": 0.1, "momentum": 0.8, "weight_decay": 0.05, "nesterov": True}),
    "rmsprop": (RMS, {"lr": 0.01, "alpha": 0.99, "eps": 1e-8}),
    "rmsprop_alpha_0.9_weight_decay": (RMS, {"lr": 0.01, "alpha": 0.9, "eps": 1e-6, "weight_decay": 0.05}),
    "adagrad": (ADA, {"lr": 0.01, "eps": 1e-10}),
    "adagrad_weight_decay": (ADA, {"lr": 0.05, "eps": 1e-10, "weight_decay": 0.05}),
    "adagrad_lr_decay": (ADA, {"lr": 0.05, "eps": 1e-10, "lr_decay": 0.1}),
    "adam": (ADAM, {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8}),
    "adam_betas_0.8_0.95": (ADAM, {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-4}),
    "adam_weight_decay": (ADAM, {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.05}),
    "adamw": (ADAMW, {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01}),
    "adamw_weight_decay_0.3": (ADAMW, {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.3}),
}
START = [0.8, -0.5, 0.03, 0.0, -1.2]


def gradients():
    """A gradient for each step: alternating, falling, tiny, zero at first, steady."""
    rows = []
    for t in range(STEPS):
        down = (STEPS - t) / STEPS
        rows.append([round(g, 6) for g in ((-1) ** t * (1.0 + 0.1 * t), 2.5 * down, 1e-5 * (t + 1), 0.2 * (t > 4), -0.7)])
    return rows


def optimizer(name, kind, settings):
    weight = nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer = kind([weight], foreach=False, **settings)
    steps = []
    for gradient in gradients():
        weight.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        steps.append(weight.tolist())
    return {"name": name, "settings": settings, "steps": steps}


def optimizers():
    cases = [optimizer(name, *case) for name, case in OPTIMIZERS.items()]
    write("optimizers", start=START, gradients=gradients(), cases=cases)


# What the validation loss is after each epoch, for the schedule that watches it: falls, stalls, falls, stalls.
WATCHED = [1.0, 0.8, 0.7, 0.7, 0.69999, 0.71, 0.7, 0.72, 0.5, 0.5, 0.5, 0.51, 0.5, 0.5, 0.5, 0.49, 0.5, 0.5, 0.5, 0.5]


def schedule(name, make, watched=None, **settings):
    """What the learning rate of each epoch is divided by the one that was asked for."""
    base = 0.5
    optimizer = SGD([nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=base)
    scheduler = make(optimizer, **settings)
    factors = []
    for epoch in range(STEPS):
        factors.append(optimizer.param_groups[0]["lr"] / base)
        optimizer.step()
        if epoch < STEPS - 1:  # a one-cycle schedule knows no further epoch
            scheduler.step(*[watched[epoch]] if watched else [])
    settings.pop("max_lr", None)
    if "eta_min" in settings:
        settings["eta_min"] /= base
    return {"name": name, "settings": settings, "factors": factors}




def warmup_then_cosine(optimizer, total_iters, start_factor, T_max):
    rise = lr_scheduler.LinearLR(optimizer, start_factor=start_factor, total_iters=total_iters)
    fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=T_max)
    return lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[total_iters])


def schedules():
    plateau = lr_scheduler.ReduceLROnPlateau
    cases = [
        schedule("step", lr_scheduler.StepLR, step_size=4, gamma=0.5),
        schedule("exponential", lr_scheduler.ExponentialLR, gamma=0.9),
        schedule("cosine", lr_scheduler.CosineAnnealingLR, T_max=20),
        schedule("cosine_to_a_tenth", lr_scheduler.CosineAnnealingLR, T_max=19, eta_min=0.05),
        schedule("linear", lr_scheduler.LinearLR, start_factor=0.2, total_iters=5),
        schedule("linear_then_cosine", warmup_then_cosine, total_iters=5, start_factor=0.1, T_max=15),
        schedule("one_cycle", lr_scheduler.OneCycleLR, max_lr=0.5, total_steps=20),
        schedule(
            "one_cycle_settings",
            lr_scheduler.OneCycleLR,
            max_lr=0.5,
            total_steps=20,
            pct_start=0.4,
            div_factor=10.0,
            final_div_factor=100.0,
        ),
        schedule("plateau", plateau, WATCHED, factor=0.1, patience=2),
        schedule("plateau_cooldown", plateau, WATCHED, factor=0.5, patience=1, cooldown=2, threshold=1e-3),
        schedule("plateau_min_lr", plateau, WATCHED, factor=0.1, patience=0, min_lr=0.025),
    ]
    write("schedules", watched=WATCHED, cases=cases)


def clipping():
    given = [shuffled(1, 6, first=-0.9, last=0.8), ramp(1, first=0.6)]  # a weight and a bias

    def clip(name, function, limit):
        weights = [nn.Parameter(torch.zeros_like(g)) for g in given]
        for weight, gradient in zip(weights, given):
            weight.grad = gradient.clone()
        norm = function(weights, limit)
        clipped = [x for w in weights for x in w.grad.flatten().tolist()]
        return {"name": name, "limit": limit, "norm": norm.item() if norm is not None else None, "clipped": clipped}

    by_norm, by_value = nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_
    cases = [
        clip("norm", by_norm, 0.75),
        clip("norm_not_reached", by_norm, 50.0),
        clip("value", by_value, 0.3),
        clip("value_not_reached", by_value, 50.0),
    ]
    write("clipping", gradients=[x for g in given for x in g.flatten().tolist()], cases=cases)


# ------------------------------------------------------------------------------------------------------------- training


def training():
    """The loss before each of ten steps over all 12 samples, and the weights after them."""
    torch.manual_seed(SEED)
    net = nn.Sequential(OrderedDict(fc1=nn.Linear(3, 8), act=nn.Tanh(), fc2=nn.Linear(8, 2))).double()
    for p in net.parameters():
        parameter(p)
    start = {n: p.detach().clone() for n, p in net.named_parameters()}
    x = shuffled(12, 3, first=-1.5, last=1.5)
    target = torch.stack([x[:, 0] * x[:, 1], x.sum(1).abs()], 1).mul(1e4).round().div(1e4)
    runs = []
    for name, kind, settings in [
        ("sgd", SGD, {"lr": 0.05}),
        ("sgd_momentum", SGD, {"lr": 0.05, "momentum": 0.9}),
        ("adam", ADAM, {"lr": 0.02}),
    ]:
        for dtype in (torch.float64, torch.float32):
            net.load_state_dict(start)
            net = net.to(dtype)
            optimizer = kind(net.parameters(), foreach=False, **settings)
            values = []
            for _ in range(10):
                optimizer.zero_grad()
                value = F.mse_loss(net(x.to(dtype)), target.to(dtype))
                value.backward()
                values.append(value.item())
                optimizer.step()
            runs.append(
                {
                    "name": name,
                    "scalar": {torch.float64: "f64", torch.float32: "f32"}[dtype],
                    "settings": settings,
                    "losses": values,
                    "after": named(net.named_parameters()),
                }
            )
            net = net.double()
    write("training", x=samples(x), target=samples(target), parameters=named(start.items()), runs=runs)


if __name__ == "__main__":
    torch.set_num_threads(1)
    layers()
    norms()
    pools()
    shapes()
    sequences()
    losses()
    optimizers()
    schedules()
    clipping()
    training()
