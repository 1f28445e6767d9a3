"""
Ten steps of Resnet2 in PyTorch, all that went in and came out, for test/teacher-forced.test.ts: a net
with batch norm left to itself for ten steps is chaotic, so each step is compared on its own.

    python teacher.py --out test/fixtures/narrow.safetensors --widths 4 4 8 --bs 4   # the fixture
    python teacher.py --out <file>                     # the lesson's widths: 160 MB, not committed

Names are <step>/<kind>/<parameter or buffer>; kinds are weights, gradients and buffers (afterwards).
"""

import argparse

import numpy as np
import torch
from safetensors.numpy import save_file
from torch.nn import functional as F
from twin import Resnet2

STEPS = 10


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--widths", type=int, nargs="+", default=[16, 32, 64, 128, 256])
    parser.add_argument("--bs", type=int, default=64)
    options = parser.parse_args()
    torch.manual_seed(0)
    model = Resnet2(options.widths, p=0)
    optimizer = torch.optim.SGD(model.parameters(), 1e-2, momentum=0.9, weight_decay=1e-6)
    kept = {}

    def keep(step, kind, named):
        for name, tensor in named:
            kept[f"{step}/{kind}/{name}"] = tensor.detach().numpy().copy()

    random = np.random.default_rng(0)
    for step in range(STEPS):
        # bytes, to keep the file small: both sides make the same floats of them
        pixels = random.integers(0, 256, (options.bs, 32, 32, 3), dtype=np.uint8)
        labels = random.integers(0, 10, options.bs).astype(np.int32)
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
        keep(step, "weights", model.named_parameters())
        model.train()
        loss = F.nll_loss(model(images), torch.from_numpy(labels).long())
        optimizer.zero_grad()
        loss.backward()
        keep(step, "gradients", ((name, p.grad) for name, p in model.named_parameters()))
        keep(step, "buffers", model.named_buffers())
        optimizer.step()
        kept |= {f"{step}/pixels": pixels, f"{step}/labels": labels}
        kept[f"{step}/loss"] = np.float32([loss.item()])
    save_file(kept, options.out)
    print(f"{options.out}: {sum(a.nbytes for a in kept.values()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
