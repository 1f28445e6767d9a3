"""
The same nets, data and training in PyTorch, to compare with: on the same JPEGs, decoded by Pillow.

    python twin.py --data <folder with cifar10-jpg.tar.gz> --model resnet --epochs 2 --seeds 1 2 3

The last line is JSON: a history for each seed.
"""

import argparse
import io
import json
import pathlib
import tarfile
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

MEAN = torch.tensor([0.4914, 0.48216, 0.44653]).view(3, 1, 1)
STD = torch.tensor([0.24703, 0.24349, 0.26159]).view(3, 1, 1)
PAD = 4


class BnLayer(nn.Module):
    def __init__(self, ni, nf, stride=2, kernel_size=3):
        super().__init__()
        self.conv = nn.Conv2d(ni, nf, kernel_size, stride, padding=1, bias=False)
        self.a = nn.Parameter(torch.zeros(nf))
        self.m = nn.Parameter(torch.ones(nf))
        self.register_buffer("means", torch.zeros(nf))
        self.register_buffer("stds", torch.ones(nf))

    def forward(self, x):
        x = F.relu(self.conv(x))
        means, stds = self.means, self.stds
        if self.training:
            by_channel = x.transpose(0, 1).reshape(x.size(1), -1)
            means, stds = by_channel.mean(1), by_channel.std(1) + 1e-7
            self.means, self.stds = means.detach(), stds.detach()
        shape = (-1, 1, 1)
        normal = (x - means.view(shape)) / stds.view(shape)
        return normal * self.m.view(shape) + self.a.view(shape)


class ResnetLayer(BnLayer):
    def __init__(self, n):
        super().__init__(n, n, 1)

    def forward(self, x):
        return x + super().forward(x)


class SimpleNet(nn.Module):
    def __init__(self, widths=(3072, 40, 10)):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(*pair) for pair in zip(widths, widths[1:])])

    def forward(self, x):
        x = x.permute(0, 2, 3, 1).flatten(1)  # channels last, as ours are
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return F.log_softmax(self.layers[-1](x), dim=-1)


class ConvNet(nn.Module):
    def __init__(self, widths=(3, 20, 40, 80), classes=10):
        super().__init__()
        self.layers = nn.ModuleList([self.layer(*pair) for pair in zip(widths, widths[1:])])
        self.out = nn.Linear(widths[-1], classes)

    def layer(self, ni, nf):
        return nn.Conv2d(ni, nf, 3, 2)

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return F.log_softmax(self.out(F.adaptive_max_pool2d(x, 1).flatten(1)), dim=-1)


class ConvLayer(nn.Module):
    def __init__(self, ni, nf):
        super().__init__()
        self.conv = nn.Conv2d(ni, nf, 3, 2, padding=1)

    def forward(self, x):
        return F.relu(self.conv(x))


class ConvNet2(ConvNet):
    def layer(self, ni, nf):
        return ConvLayer(ni, nf)


class ConvBnNet(nn.Module):
    def __init__(self, widths=(10, 20, 40, 80, 160), classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 5, padding=2)
        self.layers = nn.ModuleList([BnLayer(*pair) for pair in zip(widths, widths[1:])])
        self.out = nn.Linear(widths[-1], classes)

    def features(self, x):
        x = self.conv1(x)
        for layer in self.layers:
            x = layer(x)
        return F.adaptive_max_pool2d(x, 1).flatten(1)

    def forward(self, x):
        return F.log_softmax(self.out(self.features(x)), dim=-1)


class ConvBnNet2(ConvBnNet):
    def __init__(self, widths=(10, 20, 40, 80, 160), classes=10):
        super().__init__(widths, classes)
        self.layers2 = nn.ModuleList([BnLayer(n, n, 1) for n in widths[1:]])

    def features(self, x):
        x = self.conv1(x)
        for one, two in zip(self.layers, self.layers2):
            x = two(one(x))
        return F.adaptive_max_pool2d(x, 1).flatten(1)


class Resnet(ConvBnNet):
    def __init__(self, widths=(10, 20, 40, 80, 160), classes=10):
        super().__init__(widths, classes)
        self.layers2 = nn.ModuleList([ResnetLayer(n) for n in widths[1:]])
        self.layers3 = nn.ModuleList([ResnetLayer(n) for n in widths[1:]])

    def features(self, x):
        x = self.conv1(x)
        for one, two, three in zip(self.layers, self.layers2, self.layers3):
            x = three(two(one(x)))
        return F.adaptive_max_pool2d(x, 1).flatten(1)


class Resnet2(Resnet):
    def __init__(self, widths=(16, 32, 64, 128, 256), classes=10, p=0.2):
        super().__init__(widths, classes)
        self.conv1 = BnLayer(3, widths[0], 1, 7)
        self.drop = nn.Dropout(p)

    def forward(self, x):
        return F.log_softmax(self.out(self.drop(self.features(x))), dim=-1)


# learning rate and weight decay of the lesson's first call of fit
MODELS = {
    "simplenet": (SimpleNet, 1e-2, 0),
    "convnet": (ConvNet, 1e-1, 0),
    "convnet2": (ConvNet2, 1e-1, 0),
    "convbnnet": (ConvBnNet, 3e-2, 0),
    "convbnnet2": (ConvBnNet2, 1e-2, 0),
    "resnet": (Resnet, 1e-2, 1e-5),
    "resnet2": (Resnet2, 1e-2, 1e-6),
}


def read(folder):
    """uint8 pictures [n, 3, 32, 32] and labels, of both sets."""
    pictures, labels = {"train": [], "test": []}, {"train": [], "test": []}
    classes = {}
    with tarfile.open(pathlib.Path(folder) / "cifar10-jpg.tar.gz") as archive:
        for member in archive:
            part, name, _ = member.name.split("/")
            image = Image.open(io.BytesIO(archive.extractfile(member).read())).convert("RGB")
            pictures[part].append(np.asarray(image).transpose(2, 0, 1))
            labels[part].append(classes.setdefault(name, len(classes)))
    assert list(classes) == sorted(classes)
    return {
        part: (torch.tensor(np.stack(pictures[part])), torch.tensor(labels[part]))
        for part in pictures
    }


def normal(pictures):
    return (pictures.float() / 255 - MEAN) / STD


def augmented(pictures, random):
    """Flip, pad by reflection with the edge repeated, crop: drawn for each picture."""
    padded = np.pad(pictures.numpy(), ((0, 0), (0, 0), (PAD, PAD), (PAD, PAD)), mode="symmetric")
    out = np.empty(pictures.shape, dtype=np.uint8)
    for i, picture in enumerate(padded):
        y, x = random.integers(0, 2 * PAD + 1, 2)
        cut = picture[:, y : y + 32, x : x + 32]
        out[i] = cut[:, :, ::-1] if random.random() < 0.5 else cut
    return normal(torch.from_numpy(out))


def evaluate(model, pictures, labels, bs):
    model.eval()
    loss, right = 0.0, 0
    with torch.no_grad():
        for at in range(0, len(labels), bs):
            scores, truth = model(normal(pictures[at : at + bs])), labels[at : at + bs]
            loss += F.nll_loss(scores, truth, reduction="sum").item()
            right += (scores.argmax(1) == truth).sum().item()
    return loss / len(labels), right / len(labels)


def train(data, name, epochs, seed, bs):
    make, lr, wd = MODELS[name]
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model = make()
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum=0.9, weight_decay=wd)
    pictures, labels = data["train"]
    history = []
    for epoch in range(epochs):
        started = time.time()
        model.train()
        order = torch.from_numpy(random.permutation(len(labels)))
        for at in range(0, len(order), bs):
            picked = order[at : at + bs]
            loss = F.nll_loss(model(augmented(pictures[picked], random)), labels[picked])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        val_loss, accuracy = evaluate(model, *data["test"], bs)
        history.append({"epoch": epoch, "valLoss": round(val_loss, 5), "accuracy": accuracy})
        print(f"seed {seed} {history[-1]} {time.time() - started:.0f} s", flush=True)
    return {"model": name, "seed": seed, "history": history}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", choices=MODELS, default="resnet")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--bs", type=int, default=256)
    options = parser.parse_args()
    data = read(options.data)
    runs = [train(data, options.model, options.epochs, s, options.bs) for s in options.seeds]
    print(json.dumps(runs))


if __name__ == "__main__":
    main()
