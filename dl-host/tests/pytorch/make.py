"""Weights as PyTorch writes them, and a check of ours by PyTorch.

    python3 make.py              writes two_layers.safetensors, two_layers_f64.safetensors, images.safetensors,
                                 steps.safetensors and sequences.safetensors beside itself
    python3 make.py FILE         loads FILE into the same model in PyTorch and compares every number

FILE is what `cargo test -p dl-host --test pytorch` leaves at target/tmp/two_layers.safetensors.

Written and checked, in both directions, on 23 November 2026 with torch 2.15.0+cu132, safetensors 0.8.0.
"""

import pathlib
import sys

import safetensors
import torch
from safetensors.torch import load_file, save_file


def model(numbered):
    layers = torch.nn.ModuleList([torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)])
    return number(layers) if numbered else layers


def number(layers):
    """0.5, 1.5, 2.5, ... through all parameters, in PyTorch's order"""
    at = 0.5
    with torch.no_grad():
        for parameter in layers.parameters():
            parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) + at)
            at += parameter.numel()
    return layers


def others():
    """A model for each file."""
    conv, up = torch.nn.Conv2d(2, 4, (3, 2), groups=2), torch.nn.ConvTranspose2d(4, 3, 2, stride=2)
    images = torch.nn.ModuleDict({"conv": conv, "up": up})
    steps = torch.nn.ModuleDict({"conv": torch.nn.Conv1d(2, 3, 4)})
    lstm, gru = torch.nn.LSTM(2, 3, bidirectional=True), torch.nn.GRU(6, 2)
    sequences = torch.nn.ModuleDict({"embed": torch.nn.Embedding(5, 2), "lstm": lstm, "gru": gru})
    return {"images": images, "steps": steps, "sequences": sequences}


if len(sys.argv) > 1:
    loaded = model(numbered=False)
    print(loaded.load_state_dict(load_file(sys.argv[1])))
    for name, expected in model(numbered=True).state_dict().items():
        assert torch.equal(loaded.state_dict()[name], expected), name
    print("equal: torch", torch.__version__, "safetensors", safetensors.__version__)
else:
    folder = pathlib.Path(__file__).parent
    save_file(model(numbered=True).state_dict(), folder / "two_layers.safetensors")
    save_file(model(numbered=True).double().state_dict(), folder / "two_layers_f64.safetensors")
    for name, layers in others().items():
        save_file(number(layers).state_dict(), folder / f"{name}.safetensors")
