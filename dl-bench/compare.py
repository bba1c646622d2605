#!/usr/bin/env python3
"""Measures `dl` and other frameworks in turn, each on one thread of one core, and prints how they compare.

    python3 dl-bench/compare.py                            # every workload, every peer that is there
    python3 dl-bench/compare.py --workloads mlp_train --peers jax,torch --pairs 40
    python3 dl-bench/compare.py --two-cores                # whether two cores do twice the work here
    python3 dl-bench/compare.py --threads 2                # training on two threads against one
    python3 dl-bench/compare.py --debug-build              # mlp_train 32 in a debug build against a release build

README.md beside this file says how to set the peers up. Output: a line of JSON for each comparison, then tables.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DENSE_INFER = [("mlp_infer1", 1), ("ad_infer1", 1), ("tiny_infer1", 1)]
LENET_INFER = [("lenet_infer1", 1)]
STREAM = [(f"{kind}_stream_h{hidden}", 1) for kind in ("lstm", "gru") for hidden in (8, 16, 32, 64)]
INFER = DENSE_INFER + LENET_INFER + [("kws_infer1", 1), ("resnet8_infer1", 1)]
INT8 = [("kws_int8_infer1", 1)]
LENET_TRAIN = [("lenet_train", 32), ("lenet_train", 96), ("lenet_train", 512)]
TEXT_TRAIN = [("charlstm_train", 16), ("gpt_train", 16)]
TRAIN = [("mlp_train", 32), ("mlp_train", 256), ("tiny_train", 1), ("tiny_train", 16)] + LENET_TRAIN
SHARED = [("mlp_train", 256)] + LENET_TRAIN  # steps of several chunks, which threads can share
PEERS = {
    "torch": TRAIN + INFER + TEXT_TRAIN,
    "jax": TRAIN + INFER + TEXT_TRAIN[:1],
    "onnxruntime": INFER + INT8,
    "litert": INFER,
    "burn": TRAIN + DENSE_INFER + LENET_INFER,
    "candle": TRAIN + DENSE_INFER + LENET_INFER,
    "rtneural-eigen": DENSE_INFER + STREAM,
    "rtneural-xsimd": DENSE_INFER + STREAM,
    "kann": TRAIN,
    "genann": [("tiny_train", 1), ("tiny_infer1", 1)],
}
PYTHON, RUST = ("torch", "jax", "onnxruntime", "litert"), ("burn", "candle")
# From an earlier run on two cores of an AMD EPYC (Zen 4; 117 GFLOP/s, 101 GB/s from the second-level cache), native
# builds: for those who have no way to build these peers.
RECORDED = [
    ("mlp_infer1", 1, "RTNeural", 3960),
    ("ad_infer1", 1, "RTNeural", 10_900),
    ("tiny_infer1", 1, "RTNeural", 15.2),
    ("tiny_train", 1, "genann", 350),
    ("tiny_train", 16, "kann", 3980),
    ("mlp_train", 32, "kann", 718_000),
    ("mlp_train", 256, "kann", 6_060_000),
]
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    # Memory of a step is kept for the next one, and not given back: PyTorch and JAX take a fresh lot for each.
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_TRIM_THRESHOLD_": "10000000000",
}


class Absent(Exception):
    """A program that does not start, and why."""


class Server:
    """A program that answers each line with one (`src/serve.rs`), pinned to a core or several."""

    def __init__(self, command, *cores):
        self.errors = tempfile.TemporaryFile("w+")
        try:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                text=True,
                env=os.environ | ONE_THREAD,
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
            )
        except OSError as error:
            raise Absent(error) from None
        _, _, self.version = self.read().partition(" ")[2].partition(" ")  # ready NAME VERSION

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read(self):
        answer = self.process.stdout.readline().strip()
        if not answer:
            self.process.wait()
            self.errors.seek(0)
            raise Absent((self.errors.read().strip() or "it ended").splitlines()[-1])
        return answer

    def ask(self, line):
        self.send(line)
        return self.read()

    def sample(self, seconds):
        """Median and minimum, in nanoseconds of a call."""
        return tuple(float(number) for number in self.ask(f"go {seconds}").split())


class Limits:
    """The work of each row, and the best rates seen while it was measured: a machine's clock is not the same all day."""

    def __init__(self):
        self.rows = {}

    def look(self, server, row):
        seen = json.loads(server.ask("limits"))
        before = self.rows.setdefault(row, seen)
        self.rows[row] = {key: max(before[key], value) for key, value in seen.items()}

    def ideal_ns(self, row):
        of = self.rows[row]
        return max(of["flops"] / of["gflops"], of["weight_bytes"] / of["read_gb_s"])

    def __str__(self):
        read = {}
        for of in self.rows.values():
            read[of["read_kib"]] = max(read.get(of["read_kib"], 0.0), of["read_gb_s"])
        rates = [f"{rate:.0f} GB/s from {kib} KiB" for kib, rate in sorted(read.items())]
        return ", ".join([f"{max(of['gflops'] for of in self.rows.values()):.1f} GFLOP/s", *rates])


def build(*flags, **env):
    """Builds dl-bench; where it is."""
    command = ["cargo", "build", "-p", "dl-bench", "--message-format=json-render-diagnostics", *flags]
    out = subprocess.run(command, cwd=HERE, env=os.environ | env, stdout=subprocess.PIPE, text=True, check=True).stdout
    messages = [json.loads(line) for line in out.splitlines()]
    return next(m["executable"] for m in messages if m.get("executable"))


def target_directory(workspace):
    command = ["cargo", "metadata", "--no-deps", "--format-version=1"]
    out = subprocess.run(command, cwd=workspace, stdout=subprocess.PIPE, text=True, check=True).stdout
    return pathlib.Path(json.loads(out)["target_directory"])


def ours(program, row):
    return [program, "--serve", "--workload", row[0], "--batch", row[1]]


def peer(name, row, python):
    if name in PYTHON:
        return [python, HERE / f"peers/python/{name}_peer.py", *row]
    if name in RUST:
        return [target_directory(HERE / "peers/rust") / "release" / name, *row]
    return [HERE / "peers/native/target" / name, *row]


def in_turn(a, b, pairs, seconds, between=lambda: None):
    """Samples of both, in pairs of which each program is the first in turn: `[(a, b), ..]`."""
    samples = []
    for n in range(pairs):
        if n % 5 == 0:
            between()
        if n % 2:
            of_b = b.sample(seconds)
            samples.append((a.sample(seconds), of_b))
        else:
            samples.append((a.sample(seconds), b.sample(seconds)))
    between()
    return samples


def summary(samples):
    """Minima and medians of both, and the quartiles of the ratio of a pair's medians."""
    a, b = zip(*samples)
    quartiles = statistics.quantiles((of_b[0] / of_a[0] for of_a, of_b in samples), n=4)
    return {
        "min_ns": min(minimum for _, minimum in a),
        "median_ns": statistics.median(median for median, _ in a),
        "peer_min_ns": min(minimum for _, minimum in b),
        "peer_median_ns": statistics.median(median for median, _ in b),
        "ratio": quartiles[1],
        "ratio_quartiles": [quartiles[0], quartiles[2]],
    }


def compare(options):
    program = build("--release")
    if options.native:
        native = target_directory(HERE) / "native"
        program = build("--release", "--target-dir", str(native), RUSTFLAGS="-C target-cpu=native")
    limits, results, absent = Limits(), [], {}
    for row in INFER + INT8 + STREAM + TRAIN + TEXT_TRAIN:
        if row[0] not in options.workloads:
            continue
        for name in options.peers:
            if row not in PEERS[name] or name in absent:
                continue
            with Server(ours(program, row), options.core) as we:
                try:
                    with Server(peer(name, row, options.python), options.core) as they:
                        look = lambda: limits.look(we, row)
                        result = summary(in_turn(we, they, options.pairs, options.seconds, look))
                        results.append((row, f"{name} {they.version}".strip(), result))
                        print(f"{row[0]} {row[1]}: {name} / dl = {result['ratio']:.2f}", file=sys.stderr)
                except Absent as why:
                    absent[name] = why
                    print(f"{name} skipped: {why}", file=sys.stderr)
    for row, name, result in results:
        head = {"workload": row[0], "batch": row[1], "threads": 1, "peer": name, "pairs": options.pairs}
        ideal = limits.ideal_ns(row)
        tail = {"ideal_ns": ideal, "of_ideal": ideal / result["min_ns"], "peer_of_ideal": ideal / result["peer_min_ns"]}
        print(json.dumps(head | rounded(result | tail)))
    print_tables(limits, results, options)


def rounded(numbers):
    whole = lambda value: [round(v, 3) for v in value] if isinstance(value, list) else round(value, 3)
    return {key: whole(value) for key, value in numbers.items()}


def time(ns):
    for unit, size in (("ms", 1e6), ("us", 1e3), ("ns", 1)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"


def print_tables(limits, results, options):
    print(f"\nThe best that one thread has seen of this machine: {limits}.")
    build = "`target-cpu=native`" if options.native else "plain `--release`"
    print(f"`dl`: {build}. Medians of {options.pairs} alternating pairs of {options.seconds} s.\n")
    print("| workload | batch | dl min | median | of ideal | peer | min | of ideal | peer / dl, median (quartiles) |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row, name, r in results:
        ideal, (low, high) = limits.ideal_ns(row), r["ratio_quartiles"]
        cells = [*row, time(r["min_ns"]), time(r["median_ns"]), f"{ideal / r['min_ns']:.0%}", name]
        cells += [time(r["peer_min_ns"]), f"{ideal / r['peer_min_ns']:.0%}", f"{r['ratio']:.2f} ({low:.2f} to {high:.2f})"]
        print("|", " | ".join(str(cell) for cell in cells), "|")
    print("\nRecorded on another machine (two cores of an AMD EPYC, Zen 4; native builds), minima:\n")
    print("| workload | batch | peer | min |\n|---|---|---|---|")
    for workload, batch, name, ns in RECORDED:
        print(f"| {workload} | {batch} | {name} | {time(ns)} |")


def cores(options, count):
    """So many cores: the chosen one, and others that this process may run on."""
    chosen = [options.core, *sorted(os.sched_getaffinity(0) - {options.core})][:count]
    if len(chosen) < count:
        sys.exit(f"{count} cores are needed, and there are {len(chosen)}")
    return chosen


class Plain:
    """A process of plain multiply-adds on each of some cores: how much they do together, against one."""

    def __init__(self, program, cores):
        with contextlib.ExitStack() as stack:
            self.servers = [stack.enter_context(Server(ours(program, ("tiny_infer1", 1)), core)) for core in cores]
            self.stack = stack.pop_all()
        self.ratios = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def look(self, seconds):
        ask = f"fma {seconds}"
        alone = float(self.servers[0].ask(ask))
        for server in self.servers:
            server.send(ask)
        self.ratios.append(sum(float(server.read()) for server in self.servers) / alone)

    def quartiles(self):
        return statistics.quantiles(self.ratios, n=4)

    def verdict(self):
        count, ratio = len(self.servers), self.quartiles()[1]
        judged = "can" if ratio >= 0.95 * count else "cannot"
        work = f"{count} processes of plain multiply-adds do {ratio:.2f} times the work of one"
        return f"{work}: threads {judged} be judged here now."


def two_cores(options):
    with Plain(build("--release"), cores(options, 2)) as plain:
        for _ in range(options.pairs):
            plain.look(options.seconds)
        low, ratio, high = plain.quartiles()
        print(json.dumps({"check": "two cores"} | rounded({"ratio": ratio, "ratio_quartiles": [low, high]})))
        print(plain.verdict())


def threads(options):
    """Training steps on so many threads and cores, against steps on one."""
    program, chosen = build("--release"), cores(options, options.threads)
    for row in SHARED:
        with (
            Plain(program, chosen) as plain,
            Server([*ours(program, row), "--threads", options.threads], *chosen) as many,
            Server(ours(program, row), options.core) as one,
        ):
            look = lambda: [plain.look(options.seconds) for _ in range(4)]
            result = summary(in_turn(many, one, options.pairs, options.seconds, look))
            head = {"workload": row[0], "batch": row[1], "threads": options.threads, "peer": "dl on one thread"}
            print(json.dumps({"check": "threads"} | head | rounded(result | {"plain_ratio": plain.quartiles()[1]})))
            print(f"{row[0]} {row[1]}: {options.threads} threads do {result['ratio']:.2f} times the work of one.")
            print(plain.verdict())


def debug_build(options):
    """A debug build with the profile that the documents name: `dl-core` alone is optimized."""
    row = ("mlp_train", 32)
    release = build("--release")
    debug = build("--config", "profile.dev.package.dl-bench.opt-level=0")
    with Server(ours(release, row), options.core) as a, Server(ours(debug, row), options.core) as b:
        result = summary(in_turn(a, b, options.pairs, options.seconds))
    print(json.dumps({"check": "debug build", "workload": row[0], "batch": row[1]} | rounded(result)))
    print(f"A debug build takes {result['ratio']:.2f} times the time of a release build.")


def names(known):
    def parse(text):
        chosen = text.split(",")
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
        return chosen

    return parse


def at_least_two(text):
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text}: a whole number from 2 is needed")
    return int(text)


def main():
    workloads = list(dict.fromkeys(workload for workload, _ in INFER + INT8 + STREAM + TRAIN + TEXT_TRAIN))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=names(PEERS), default=list(PEERS), help="NAME[,NAME]; all by default")
    parser.add_argument("--workloads", type=names(workloads), default=workloads, help="NAME[,NAME]; all by default")
    parser.add_argument("--pairs", type=int, default=20, help="alternating pairs of samples (20)")
    parser.add_argument("--seconds", type=float, default=0.15, help="length of a sample (0.15)")
    parser.add_argument("--core", type=int, default=1, help="the core to run on (1)")
    parser.add_argument("--python", default=sys.executable, help="the Python that has the peers' packages")
    parser.add_argument("--native", action="store_true", help="build `dl` for this very processor")
    parser.add_argument("--two-cores", action="store_true", help="only see what two cores do together")
    parser.add_argument("--threads", type=at_least_two, help="only compare training on so many threads with one thread")
    parser.add_argument("--debug-build", action="store_true", help="only compare a debug build with a release build")
    options = parser.parse_args()
    if options.two_cores:
        two_cores(options)
    elif options.threads:
        threads(options)
    elif options.debug_build:
        debug_build(options)
    else:
        compare(options)


if __name__ == "__main__":
    main()
