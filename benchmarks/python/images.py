"""Pillow as a peer of the benchmarks: one line of JSON in, one out. See src/harness/protocol.ts."""

import json
import os
import pathlib
import sys
import time
from multiprocessing import Pool

import PIL
from PIL import Image

import numpy as np


def say(reply):
    print(json.dumps(reply), flush=True)


def write(folder, count, seed=1):
    """Smooth pictures of about 500 x 375, as photographs have them: upright and lying."""
    random = np.random.default_rng(seed)
    for i in range(count):
        width, height = (500, 375) if i % 4 else (375, 500)
        coarse = random.integers(0, 256, (12, 16, 3), np.uint8)
        smooth = np.asarray(Image.fromarray(coarse).resize((width, height), Image.BICUBIC))
        grain = random.normal(0, 4, smooth.shape)
        picture = Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))
        picture.save(pathlib.Path(folder) / f"{i}.jpg", quality=85)


def decode(task):
    path, side, draft = task
    image = Image.open(path)
    ratio = side / min(image.size)
    size = tuple(max(side, int(length * ratio)) for length in image.size)
    if draft:
        image.draft("RGB", size)
    return len(image.convert("RGB").resize(size, Image.BILINEAR).tobytes())


def measure(task, pool):
    start = time.perf_counter()
    if task["op"] == "write":
        write(task["folder"], task["count"])
    else:
        paths = sorted(pathlib.Path(task["folder"]).iterdir())
        tasks = [(path, task["side"], task["draft"]) for path in paths]
        sum(pool.imap_unordered(decode, tasks, chunksize=8))
    return {"ms": (time.perf_counter() - start) * 1000}


def main():
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with Pool(workers) as pool:
        say({"hello": {"threads": workers, "versions": {"Pillow": PIL.__version__}}})
        for line in sys.stdin:
            try:
                say({"measured": measure(json.loads(line)["task"], pool)})
            except Exception as error:  # a task that fails must not end the rest
                say({"problem": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
