#!/usr/bin/env python3
"""Shows that no panic can be reached from the functions `checked_*` of a program for a Cortex-M processor.

    no-panic.py PROGRAM

Follows every call in the program's code. A call through a register could lead anywhere, so it counts as one.
"""

import re
import subprocess
import sys


def calls(program):
    """Of each function: the functions that it calls or jumps to, and its calls through registers."""
    code = subprocess.run(
        ["arm-none-eabi-objdump", "--disassemble", "--demangle", "--no-show-raw-insn", program],
        capture_output=True, text=True, check=True,
    ).stdout
    found, now = {}, None
    for line in code.splitlines():
        if head := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            now = found.setdefault(head[1], (set(), []))
        elif now is not None and (there := re.match(r"\s+[0-9a-f]+:\s+(b\w*)(?:\.[nw])?\s+(.*)", line)):
            if there[1] in ("bl", "b", "beq", "bne", "bhi", "bls", "bcc", "bcs", "bgt", "blt", "bge", "ble", "bmi", "bpl"):
                if target := re.search(r"<(.*?)(?:\+0x[0-9a-f]+)?>\s*$", there[2]):
                    now[0].add(target[1])
            elif there[1] in ("blx", "bx") and there[2].strip() != "lr":
                now[1].append(line.strip())
    return found


def main(program):
    graph = calls(program)
    roots = [name for name in graph if name.startswith("checked_")]
    if not roots:
        sys.exit(f"{program}: no function is named `checked_*`")
    bad = []
    for root in roots:
        came_from, todo = {root: None}, [root]
        while todo:
            name = todo.pop()
            targets, registers = graph.get(name, (set(), []))
            path = [name]
            while came_from[path[-1]]:
                path.append(came_from[path[-1]])
            if "core::panicking" in name or "rust_begin_unwind" in name:
                bad.append(" < ".join(path))
                continue
            bad += [f"{call}\n    in {' < '.join(path)}" for call in registers]
            for target in sorted(targets - came_from.keys()):
                came_from[target] = name
                todo.append(target)
        print(f"{root}: {len(came_from)} functions")
    if bad:
        sys.exit("\n".join(["a panic can be reached, or a call leads nobody knows where:", *bad]))
    print("no panic can be reached")


if __name__ == "__main__":
    main(*sys.argv[1:])
