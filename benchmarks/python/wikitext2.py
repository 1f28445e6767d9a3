"""An epoch over WikiText-2 as src/wikitext2.ts trains it, by the same rules: DL_PYTHON wikitext2.py --help"""

import argparse
import gzip
import json
import math
import os
import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

PLANS = {
    "lstm": {
        "sizes": [200, 200, 200],
        "dropouts": {"embedding": 0, "input": 0.2, "hidden": 0.2, "output": 0.2, "weight": 0},
        **{"bs": 20, "bptt": 35, "lr": 20.0, "clip": 0.25, "ar": 0, "tar": 0},
    },
    "awd-lstm": {
        "sizes": [400, 1150, 1150, 400],
        "dropouts": {"embedding": 0.1, "input": 0.65, "hidden": 0.3, "output": 0.4, "weight": 0.5},
        **{"bs": 80, "bptt": 70, "lr": 30.0, "clip": 0.25, "ar": 2, "tar": 1},
    },
}


def peak():
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


class AWDLSTM(nn.Module):
    def __init__(self, vocab, sizes, dropouts):
        super().__init__()
        self.p = dropouts
        self.encoder = nn.Embedding(vocab, sizes[0])
        self.rnns = nn.ModuleList(nn.LSTM(a, b) for a, b in zip(sizes, sizes[1:]))
        self.decoder = nn.Linear(sizes[-1], vocab)
        self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        self.reset()

    def reset(self):
        self.states = [None] * len(self.rnns)

    def locked(self, x, p):
        return x * F.dropout(torch.ones(1, *x.shape[1:]), p) if self.training and p else x

    def forward(self, ids):
        x = F.embedding(ids, self.encoder.weight)
        if self.training and self.p["embedding"]:
            x = x * F.dropout(torch.ones(self.encoder.num_embeddings, 1), self.p["embedding"])[ids]
        x = self.locked(x, self.p["input"])
        for i, rnn in enumerate(self.rnns):
            own = {"weight_hh_l0": F.dropout(rnn.weight_hh_l0, self.p["weight"], self.training)}
            raw, state = functional_call(rnn, own, (x, self.states[i]))
            self.states[i] = tuple(s.detach() for s in state)
            x = self.locked(raw, self.p["output" if rnn is self.rnns[-1] else "hidden"])
        return self.decoder(x).flatten(0, 1), x, raw


def read(split, vocab):
    """The streams of a split; new words are numbered where `vocab` is open."""
    path = os.path.join(os.environ["DL_DATA"], f"wikitext-2/wiki.{split}.tokens.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        words = [word for line in file for word in [*line.rstrip("\n").split(), "<eos>"]]
    if split == "train":
        for word in words:
            vocab.setdefault(word, len(vocab))
    return torch.tensor([vocab.get(word, vocab["<unk>"]) for word in words])


def streams(ids, bs):
    return ids[: len(ids) // bs * bs].view(bs, -1).T.contiguous()


def batches(rows, bptt):
    for at in range(0, len(rows) - 1, bptt):
        length = min(bptt, len(rows) - 1 - at)
        yield rows[at : at + length], rows[at + 1 : at + 1 + length].flatten()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=PLANS, default="lstm")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    plan = PLANS[options.model]
    bs, bptt = plan["bs"], plan["bptt"]
    vocab = {"<unk>": 0, "<pad>": 1}
    train, valid = (streams(read(split, vocab), bs) for split in ("train", "valid"))
    torch.manual_seed(options.seed)
    model = AWDLSTM(len(vocab), plan["sizes"], plan["dropouts"])
    optimizer = torch.optim.SGD(model.parameters(), lr=plan["lr"])
    before = peak()
    times, average, debias = [], 0.0, 0.0
    for ids, labels in batches(train, bptt):
        start = time.perf_counter()
        logits, dropped, raw = model(ids)
        loss = F.cross_entropy(logits, labels)
        whole = loss
        if plan["ar"]:
            whole = loss + plan["ar"] * dropped.pow(2).mean()
            whole = whole + plan["tar"] * (raw[1:] - raw[:-1]).pow(2).mean()
        optimizer.zero_grad()
        whole.backward()
        nn.utils.clip_grad_norm_(model.parameters(), plan["clip"])
        optimizer.step()
        average, debias = 0.98 * average + 0.02 * loss.item(), 0.98 * debias + 0.02
        times.append((time.perf_counter() - start) * 1000)
        if len(times) % 50 == 0:
            print(f"{len(times)}: {average / debias:.4f}", file=sys.stderr)
        if len(times) == options.steps:
            break
    report = {
        **{"model": options.model, "vocab": len(vocab)},
        "parameters": sum(p.numel() for p in model.parameters()),
        **{"bs": bs, "bptt": bptt, "steps": len(times)},
        **{"stepMs": statistics.median(times), "loss": average / debias},
    }
    if options.steps is None:
        model.eval()
        model.reset()
        with torch.no_grad():
            losses = [(F.cross_entropy(model(x)[0], y).item(), len(y)) for x, y in batches(valid, bptt)]
        mean = sum(loss * count for loss, count in losses) / sum(count for _, count in losses)
        report |= {"valLoss": mean, "perplexity": math.exp(mean)}
    report |= {"peakBytes": peak(), "beforeBytes": before}
    report |= {"threads": torch.get_num_threads(), "torch": torch.__version__}
    print(json.dumps(report))


main()
