"""Writes the files of weights that the tests in this folder's parent name: python3 tests/ui/weights/make.py."""

import json
import struct
from pathlib import Path


def file(name, dtype="F32", cut=0, **metadata):
    """`fc1: Dense<2>` for three features."""
    size = {"F16": 2, "F32": 4}[dtype]
    header = {"__metadata__": metadata} if metadata else {}
    header["fc1.weight"] = {"dtype": dtype, "shape": [2, 3], "data_offsets": [0, 6 * size]}
    header["fc1.bias"] = {"dtype": dtype, "shape": [2], "data_offsets": [6 * size, 8 * size]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    content = struct.pack("<Q", len(text)) + text + bytes(8 * size)
    Path(__file__).with_name(name + ".safetensors").write_bytes(content[: len(content) - cut])


file("net")
file("half", dtype="F16")
file("truncated", cut=4)
file("other_layers", format="pt", architecture="0x01234567")
