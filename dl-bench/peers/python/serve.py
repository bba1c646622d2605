"""What the Python programs share: a server that speaks as `dl-bench --serve` does (src/serve.rs)."""

import gc
import statistics
import sys
import time
from itertools import repeat

from networks import NETWORKS

SAMPLE_NS = 2e6
MIN_SAMPLES, MAX_SAMPLES = 5, 2000


def serve(name, version, start):
    """Measures what `start(workload, network, batch)` returns; the arguments of the program are workload and batch."""
    workload, batch = sys.argv[1], int(sys.argv[2])
    call = start(workload, NETWORKS[workload], batch)
    for _ in range(3):  # compilers work here
        call()
    begin, calls = time.perf_counter_ns(), 0
    while time.perf_counter_ns() - begin < 3e8:
        call()
        calls += 1
    calls = max(1, int(SAMPLE_NS * calls / (time.perf_counter_ns() - begin)))
    gc.collect()
    gc.disable()
    print(f"ready {name} {version}", flush=True)
    for line in sys.stdin:
        go, seconds = line.split()
        assert go == "go", line
        samples = list(time_samples(call, calls, float(seconds)))
        print(f"{statistics.median(samples):.2f} {min(samples):.2f}", flush=True)


def time_samples(call, calls, seconds):
    """Nanoseconds of a call, over samples of so many calls each, until the time is used."""
    clock, taken = time.perf_counter_ns, 0
    end = clock() + seconds * 1e9
    while taken < MIN_SAMPLES or (taken < MAX_SAMPLES and clock() < end):
        begin = clock()
        for _ in repeat(None, calls):
            call()
        yield (clock() - begin) / calls
        taken += 1
