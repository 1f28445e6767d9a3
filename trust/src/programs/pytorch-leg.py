"""Goes on in PyTorch with what was trained in TypeScript, and saves what goes on there.

    python pytorch-leg.py FOLDER …

Each folder holds task.json, batch.safetensors, model.safetensors and optimizer.safetensors; this
adds checkpoint.pt and losses.json.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


class Padded(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.stride, extra = stride, outputs - inputs
        self.pad = (0, 0, 0, 0, extra // 2, extra - extra // 2)

    def forward(self, x):
        return F.pad(x[:, :, :: self.stride, :: self.stride], self.pad)


class Block(nn.Module):
    def __init__(self, inputs, width, stride, padded):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride > 1 or inputs != width:
            projection = lambda: nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))
            self.downsample = Padded(inputs, width, stride) if padded else projection()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, layers, widths, classes, cifar):
        super().__init__()
        first = widths[0]
        self.conv1 = nn.Conv2d(3, first, 3, 1, 1, bias=False) if cifar else nn.Conv2d(3, first, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(first)
        self.pool = nn.Identity() if cifar else nn.MaxPool2d(3, 2, 1)
        self.stages, inputs = len(layers), first
        for stage, (count, width) in enumerate(zip(layers, widths)):
            blocks = []
            for i in range(count):
                blocks.append(Block(inputs, width, 2 if i == 0 and stage > 0 else 1, cifar))
                inputs = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        setattr(self, "linear" if cifar else "fc", nn.Linear(inputs, classes))
        self.last = [self.linear if cifar else self.fc]

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.last[0](x.mean((2, 3)))


class LanguageModel(nn.Module):
    def __init__(self, vocab, embedding, hidden, layers):
        super().__init__()
        self.encoder = nn.Embedding(vocab, embedding)
        self.rnn = nn.LSTM(embedding, hidden, layers)
        self.decoder = nn.Linear(hidden, vocab)

    def forward(self, ids):
        return self.decoder(self.rnn(self.encoder(ids))[0])


def load_optimizer(optimizer, path):
    with safe_open(path, "pt") as file:
        groups = json.loads(file.metadata()["param_groups"])
        state = {}
        for key in file.keys():
            _, i, slot = key.split(".")
            state.setdefault(int(i), {})[slot] = file.get_tensor(key)
    now = optimizer.state_dict()["param_groups"]
    merged = [{**a, **b} for a, b in zip(now, groups, strict=True)]
    optimizer.load_state_dict({"state": state, "param_groups": merged})


def carry_on(folder):
    task = json.loads((folder / "task.json").read_text())
    batch = load_file(folder / "batch.safetensors")
    x, target = batch["x"], batch["target"].long()
    if task["kind"] == "lstm":
        model, x = LanguageModel(**task["sizes"]), x.long()
    else:
        model, x = ResNet(**task["sizes"]), x.permute(0, 3, 1, 2).contiguous()
    model.load_state_dict(load_file(folder / "model.safetensors"), strict=True)
    make = {"adam": torch.optim.Adam, "sgd": lambda p: torch.optim.SGD(p, lr=1, momentum=0.5)}[task["rule"]]
    optimizer = make(model.parameters())
    load_optimizer(optimizer, folder / "optimizer.safetensors")

    def step():
        optimizer.zero_grad()
        scores = model(x)
        loss = F.cross_entropy(scores.reshape(-1, scores.shape[-1]), target.reshape(-1))
        loss.backward()
        optimizer.step()
        return loss.item()

    losses = [step() for _ in range(task["steps"])]
    saved = {"epoch": 1, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(saved, folder / "checkpoint.pt", _use_new_zipfile_serialization=task["zip"])
    after = [step() for _ in range(2)]
    (folder / "losses.json").write_text(json.dumps({"losses": losses, "after": after}))


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:]:
        carry_on(Path(name))
