"""
A row of the lesson's table in PyTorch, by the rules of src/lesson7: the same nets, initialisation,
loaders and schedules on the same files. Cut off anywhere, the same command goes on.

    python lesson7.py <job.json>    trains; what a job is: src/lesson7/twin.ts
    python lesson7.py --loss <job.json>    the loss of one batch, with given weights

Lines of standard output that are JSON objects are for the program that started it.
"""

import json
import math
import os
import pathlib
import platform
import signal
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

sys.path.append(str(pathlib.Path(__file__).parents[2] / "examples/cifar10"))
import twin  # noqa: E402  the picture nets, the JPEG files and their augmentation

N_FAC, N_HIDDEN = 42, 256
SMOOTHING = 0.98
SAVE_SECONDS = 120


class CharNet(nn.Module):
    """Embedding, a recurrent layer, scores: all of the lesson's nets from the library's layer on."""

    def __init__(self, step, vocab):
        super().__init__()
        hidden = 2 * N_HIDDEN if step == "lstm" else N_HIDDEN
        self.e = nn.Embedding(vocab, N_FAC)
        if step == "rnn-cell":
            self.cell = nn.RNNCell(N_FAC, hidden)
        elif step == "lstm":
            self.rnn = nn.LSTM(N_FAC, hidden, 2, dropout=0.5)
        else:
            self.rnn = (nn.GRU if step == "gru" else nn.RNN)(N_FAC, hidden)
        self.lOut = nn.Linear(hidden, vocab)
        if step == "identity":
            nn.init.eye_(self.rnn.weight_hh_l0)
        self.carries = step in ("stateful", "rnn-cell", "gru", "lstm")
        self.last_only = step == "rnn"
        self.state, self.columns = None, None

    def forward(self, ids):
        if not self.carries or self.columns != ids.shape[1]:
            self.state, self.columns = None, ids.shape[1]
        x = self.e(ids)
        if hasattr(self, "cell"):
            outputs = []
            for at_once in x:
                self.state = self.cell(at_once, self.state)
                outputs.append(self.state)
            y = torch.stack(outputs)
        else:
            y, self.state = self.rnn(x, self.state)
        self.state = detached(self.state)
        return F.log_softmax(self.lOut(y[-1] if self.last_only else y), dim=-1)


def detached(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def cam_net(classes):
    """The net of examples/cam, under the same names."""

    def convolution(ni, nf):
        return [nn.Conv2d(ni, nf, 3, padding=1, bias=False), nn.BatchNorm2d(nf), nn.ReLU()]

    return nn.Sequential(
        nn.Sequential(*convolution(3, 16), nn.MaxPool2d(2)),
        nn.Sequential(*convolution(16, 32), nn.MaxPool2d(2)),
        nn.Sequential(*convolution(32, 32)),
        nn.Conv2d(32, classes, 3, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.LogSoftmax(-1),
    )


def loss_of(model, x, y):
    return F.nll_loss(model(x).flatten(0, -2), y.flatten())


class Windows:
    """Pieces of the whole text; a fifth of them, at random, is for validation in batches twice as large."""

    def __init__(self, texts, seed, bs, size, stride, target, **_):
        text = texts["train"] + texts["validation"]
        itos = ["\0", *sorted(set(text))]
        stoi = {char: i for i, char in enumerate(itos)}
        self.ids = np.array([stoi[char] for char in text])
        self.vocab, self.bs, self.size, self.stride, self.target = len(itos), bs, size, stride, target
        count = math.ceil((len(self.ids) - size) / stride)
        order = np.random.default_rng(seed).permutation(count)
        held_out = math.floor(0.2 * count + 1e-9)
        self.train, self.held_out = order[held_out:], order[:held_out]

    def plan(self, random):
        return batches_of(random.permutation(self.train), self.bs)

    def batch(self, numbers, random=None):
        at = numbers[:, None] * self.stride + np.arange(self.size)
        y = self.ids[at[:, -1] + 1] if self.target == "next" else self.ids[at.T + 1]
        return torch.from_numpy(self.ids[at.T]), torch.from_numpy(y), len(numbers)

    def validation(self):
        return map(self.batch, batches_of(self.held_out, 2 * self.bs))


class Streams:
    """Streams side by side, in training read in batches of random length."""

    def __init__(self, texts, bs, bptt, minFreq, **_):
        tokens = {part: [*unified(text).lower(), "<eos>"] for part, text in texts.items()}
        counts = {}
        for token in tokens["train"]:
            counts[token] = counts.get(token, 0) + 1
        frequent = sorted((-n, token) for token, n in counts.items() if n >= minFreq)
        itos = ["<unk>", "<pad>", *(token for _, token in frequent)]
        stoi = {token: i for i, token in enumerate(itos)}
        self.vocab, self.bptt = len(itos), bptt
        self.matrix = {}
        for part, own in tokens.items():
            rows = len(own) // bs
            ids = torch.tensor([stoi.get(token, 0) for token in own[: rows * bs]])
            self.matrix[part] = ids.view(bs, rows).t().contiguous()

    def plan(self, random):
        lengths = []
        left = len(self.matrix["train"]) - 1
        while left > 0:
            mean = self.bptt / 2 if random.random() < 0.05 else self.bptt
            lengths.append(min(left, max(5, int(random.normal(mean, 5)))))
            left -= lengths[-1]
        return list(zip(np.cumsum([0, *lengths]).tolist(), lengths))

    def batch(self, piece, random=None, part="train"):
        at, length = piece
        matrix = self.matrix[part]
        x = matrix[at : at + length]
        return x, matrix[at + 1 : at + 1 + length], x.numel()

    def validation(self):
        rows = len(self.matrix["validation"]) - 1
        for at in range(0, rows, self.bptt):
            yield self.batch((at, min(self.bptt, rows - at)), part="validation")


def unified(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Pictures:
    def __init__(self, archive, bs, classes=None, **_):
        self.bs = bs
        sets = twin.read(pathlib.Path(archive).parent)
        if classes:  # their numbers in the archive
            sets = {part: chosen(*both, classes) for part, both in sets.items()}
        (self.pictures, self.labels), self.judged = sets["train"], sets["test"]
        self.classes = len(classes) if classes else 10

    def plan(self, random):
        return batches_of(random.permutation(len(self.labels)), self.bs)

    def batch(self, numbers, random):
        x = twin.augmented(self.pictures[numbers], random)
        return x, self.labels[numbers], len(numbers)

    def validation(self, random=None):
        pictures, labels = self.judged
        for at in range(0, len(labels), self.bs):
            own = pictures[at : at + self.bs]
            x = twin.augmented(own, random) if random else twin.normal(own)
            yield x, labels[at : at + self.bs], len(own)


def chosen(pictures, labels, classes):
    wanted = torch.tensor(classes)
    of_them = torch.isin(labels, wanted)
    return pictures[of_them], torch.searchsorted(wanted, labels[of_them])


def batches_of(numbers, bs):
    return [numbers[at : at + bs] for at in range(0, len(numbers), bs)]


def model_and_data(job):
    data = job["data"]
    if job["kind"] == "pictures":
        pictures = Pictures(**data)
        model = cam_net(pictures.classes) if job["model"] == "cam" else twin.MODELS[job["model"]][0]()
        return model, pictures
    loader = Windows(seed=job["seed"], **data) if "stride" in data else Streams(**data)
    return CharNet(job["model"], loader.vocab), loader


def optimizer_of(job, model):
    if job["kind"] == "text":
        return torch.optim.Adam(model.parameters(), weight_decay=job["wd"])
    return torch.optim.SGD(model.parameters(), 0.0, momentum=0.9, weight_decay=job["wd"])


def lr_at(phase, position):
    """Half cosines, cycle after cycle, in exact epochs; a constant where the phase names no cycle."""
    length = phase.get("cycleLen")
    if length is None:
        return phase["lr"]
    while position >= length:
        position -= length
        length *= phase.get("cycleMult", 1)
    return phase["lr"] / 2 * (1 + math.cos(math.pi * position / length))


def judged(model, batches, accuracy):
    model.eval()
    loss, right, items = 0.0, 0, 0
    with torch.no_grad():
        for x, y, count in batches:
            scores = model(x)
            loss += F.nll_loss(scores.flatten(0, -2), y.flatten()).item() * count
            right += (scores.argmax(-1) == y).sum().item() if accuracy else 0
            items += count
    return loss / items, right / items


def by_augmentation(model, data, random, passes=4):
    """The mean of the picture's own probabilities and those of `passes` augmented looks."""
    model.eval()
    labels = data.judged[1]
    with torch.no_grad():
        looks = [None, *[random] * passes]
        total = sum(
            torch.cat([model(x).exp() for x, _, _ in data.validation(look)]) for look in looks
        )
    return (total.argmax(1) == labels).float().mean().item()


class Run:
    """All that a run is, and goes on from."""

    def __init__(self, job):
        self.job = job
        self.folder = pathlib.Path(job["folder"])
        self.folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(job["seed"])
        self.random = np.random.default_rng(job["seed"])
        self.model, self.data = model_and_data(job)
        self.optimizer = None
        self.at = dict(phase=0, epoch=0, batch=0, plan=None, average=0.0, count=0, rows=[])
        self.stop, self.parent = False, os.getppid()
        self.saved = time.monotonic()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self.interrupt)

    def interrupt(self, *_):
        self.stop = True

    def save(self):
        state = {
            "at": self.at,
            "model": self.model.state_dict(),
            "state": getattr(self.model, "state", None),
            "columns": getattr(self.model, "columns", None),
            "optimizer": self.optimizer and self.optimizer.state_dict(),
            "torch": torch.get_rng_state(),
            "numpy": self.random.bit_generator.state,
        }
        replace(self.folder / "twin.pt", lambda path: torch.save(state, path))
        self.saved = time.monotonic()

    def resume(self):
        path = self.folder / "twin.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=False)
        self.at = state["at"]
        self.model.load_state_dict(state["model"])
        self.model.state, self.model.columns = state["state"], state["columns"]
        if state["optimizer"]:
            self.optimizer = optimizer_of(self.job, self.model)
            self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["torch"])
        self.random.bit_generator.state = state["numpy"]

    def train(self):
        """False where it was interrupted."""
        at, phases = self.at, self.job["phases"]
        while at["phase"] < len(phases):
            phase = phases[at["phase"]]
            # text keeps one optimizer; each phase of a picture net begins with a new one
            fresh = self.job["kind"] == "pictures" and (at["epoch"], at["batch"]) == (0, 0)
            if self.optimizer is None or fresh:
                self.optimizer = optimizer_of(self.job, self.model)
            while at["epoch"] < phase["epochs"]:
                if not self.epoch(phase):
                    return False
            at.update(phase=at["phase"] + 1, epoch=0, average=0.0, count=0)
        return True

    def epoch(self, phase):
        at, model = self.at, self.model
        began = time.monotonic()
        if at["plan"] is None:
            at["plan"] = self.data.plan(self.random)
        model.train()
        while at["batch"] < len(at["plan"]):
            self.stop = self.stop or os.getppid() != self.parent  # who started it is gone
            if self.stop or time.monotonic() - self.saved > SAVE_SECONDS:
                self.save()
                if self.stop:
                    return False
            lr = lr_at(phase, at["epoch"] + at["batch"] / len(at["plan"]))
            for group in self.optimizer.param_groups:
                group["lr"] = lr
            x, y, _ = self.data.batch(at["plan"][at["batch"]], self.random)
            self.optimizer.zero_grad()
            loss = loss_of(model, x, y)
            loss.backward()
            self.optimizer.step()
            at["average"] = SMOOTHING * at["average"] + (1 - SMOOTHING) * loss.item()
            at["count"] += 1
            at["batch"] += 1
        isPictures = self.job["kind"] == "pictures"
        val_loss, accuracy = judged(model, self.data.validation(), isPictures)
        trn_loss = at["average"] / (1 - SMOOTHING ** at["count"])
        if not math.isfinite(trn_loss):
            raise SystemExit(f"the loss is {trn_loss} after epoch {len(at['rows'])}")
        seconds = f"{time.monotonic() - began:.1f}"
        cells = [len(at["rows"]), trn_loss, val_loss, accuracy if isPictures else "", lr, seconds]
        at["rows"].append(",".join(map(str, cells)))
        print(f"epoch {at['rows'][-1]}", file=sys.stderr, flush=True)
        at.update(epoch=at["epoch"] + 1, batch=0, plan=None)
        lines = ["epoch,trnLoss,valLoss,accuracy,lr,seconds", *at["rows"], ""]
        replace(pathlib.Path(self.job["curve"]), lambda path: path.write_text("\n".join(lines)))
        self.save()
        return not self.stop


def replace(path, write):
    """All of it or nothing."""
    part = path.with_suffix(".part")
    write(part)
    os.replace(part, path)


def tell(**message):
    print(json.dumps(message), flush=True)


def one_loss(job):
    """The loss of the batch in a safetensors file whose other tensors are the weights."""
    with open(job["tensors"], "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    kinds = {"F32": np.float32, "I32": np.int32}
    tensors = {
        name: torch.from_numpy(
            np.frombuffer(body[slice(*entry["data_offsets"])], kinds[entry["dtype"]])
            .reshape(entry["shape"])
            .copy()
        )
        for name, entry in header.items()
        if name != "__metadata__"
    }
    x, y = tensors.pop("batch.x"), tensors.pop("batch.y").long()
    if job["kind"] == "pictures":
        model, x = twin.MODELS[job["model"]][0](), x.permute(0, 3, 1, 2)
    else:
        model, x = CharNet(job["model"], len(tensors["e.weight"])), x.long()
    model.load_state_dict(tensors)
    model.train()
    tell(loss=loss_of(model, x, y).item())


def main():
    job = json.loads(pathlib.Path(sys.argv[-1]).read_text())
    torch.set_num_threads(job.get("threads", 1))
    if sys.argv[1] == "--loss":
        return one_loss(job)
    versions = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    tell(versions=versions)
    run = Run(job)
    run.resume()
    if not run.train():
        sys.exit(130)
    torch.save(run.model.state_dict(), run.folder / "twin-model.pt")
    if job.get("tta"):
        tell(ttaAccuracy=by_augmentation(run.model, run.data, run.random))


main()
