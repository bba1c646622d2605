"""Writes pytorch.safetensors: weights of `Net` in tests/weights.rs, as PyTorch saves them.

    python3 tests/weights/make.py

Needs torch and safetensors. The tensors are saved in another order than the fields have.
"""

from pathlib import Path

import safetensors.torch
import torch
from torch import nn

torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(108, 4, bias=False)
        self.blocks = nn.ModuleList([Block(), Block()])
        self.norm = nn.BatchNorm2d(3)
        self.stem = nn.Conv2d(2, 3, 3, padding=1)
        for name in ("weight", "bias", "running_mean", "running_var"):
            getattr(self.norm, name).data.uniform_(0.5, 2)


safetensors.torch.save_file(Net().state_dict(), Path(__file__).with_name("pytorch.safetensors"))
