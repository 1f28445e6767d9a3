"""PyTorch as a peer of the benchmarks: one line of JSON in, one out. See src/harness/protocol.ts.

Arguments: the number of threads.
"""

import json
import sys

import torch

import kernels
import steps


def say(reply):
    print(json.dumps(reply), flush=True)


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    steps.begin()
    say({"hello": {"threads": threads, "versions": {"torch": torch.__version__}}})
    for line in sys.stdin:
        question = json.loads(line)
        measure = steps.measure if question["task"]["op"] in steps.OPS else kernels.measure
        try:
            say({"measured": measure(question)})
        except Exception as error:  # a task that fails must not end the rest
            say({"problem": f"{type(error).__name__}: {error}"})


main()
