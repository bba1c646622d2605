#!/usr/bin/env python3
"""Checks the licences of everything that is linked or run while building, and that our crates carry both texts.

Development dependencies are left out: they reach no user.
"""

import json
import pathlib
import re
import subprocess
import sys

ALLOWED = {"MIT", "Apache-2.0", "Zlib", "Unicode-3.0", "BSD-2-Clause", "BSD-3-Clause", "ISC"}
# Of a choice (`Unlicense OR MIT`, `Apache-2.0 OR BSL-1.0`) one allowed arm is enough, whatever the others are.


def acceptable(expression):
    """Whether an SPDX expression can be satisfied with allowed licences only; `/` is the old way to write OR."""
    tokens = re.findall(r"[()]|[^\s()/]+|/", expression)

    def either():
        ok = both()
        while tokens and tokens[0] in ("OR", "/"):
            tokens.pop(0)
            ok = both() or ok
        return ok

    def both():
        ok = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            ok = one() and ok
        return ok

    def one():
        token = tokens.pop(0)
        if token == "(":
            ok = either()
            tokens.pop(0)
        else:
            ok = token in ALLOWED
        if tokens and tokens[0] == "WITH":  # an exception only ever permits more
            del tokens[:2]
        return ok

    return either() and not tokens


def self_test():
    for expression in ("MIT", "Unlicense/MIT", "(MIT OR GPL-3.0) AND Unicode-3.0", "Apache-2.0 OR BSL-1.0"):
        assert acceptable(expression), expression
    for expression in ("Unlicense", "BSL-1.0", "MIT AND GPL-3.0", "MPL-2.0", "(MIT OR Apache-2.0) AND LGPL-2.1"):
        assert not acceptable(expression), expression


def shipped(metadata):
    """Ids of the packages that our crates reach by normal and build dependencies, on any target."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    seen, queue = set(), list(metadata["workspace_members"])
    while queue:
        package = queue.pop()
        if package in seen:
            continue
        seen.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                queue.append(dependency["pkg"])
    return seen


def main():
    self_test()
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"]
    metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    ours = set(metadata["workspace_members"])
    root = pathlib.Path(metadata["workspace_root"])
    offenders = []
    reached = shipped(metadata)
    for package in sorted((packages[i] for i in reached), key=lambda p: p["name"]):
        name = f"{package['name']} {package['version']}"
        licence = package["license"]
        if not licence or not acceptable(licence):
            offenders.append(f"{name}: {licence or 'no licence stated'}")
        if package["id"] in ours:
            if licence != "MIT OR Apache-2.0":
                offenders.append(f"{name}: states {licence}, our crates are MIT OR Apache-2.0")
            folder = pathlib.Path(package["manifest_path"]).parent
            for text in ("LICENSE-MIT", "LICENSE-APACHE"):
                file = folder / text
                if not file.is_file():
                    offenders.append(f"{name}: {text} is missing")
                elif file.read_bytes() != (root / text).read_bytes():
                    offenders.append(f"{name}: {text} differs from the one at the root")
    for offender in offenders:
        print(offender, file=sys.stderr)
    print(f"{len(reached) - len(ours)} dependencies and {len(ours)} crates of ours checked")
    sys.exit(bool(offenders))


if __name__ == "__main__":
    main()
