"""The lesson's nets as src/nets has them."""

import torch
import torch.nn.functional as F
from torch import nn


class LanguageModel(nn.Module):
    """Carries its state from batch to batch, without history."""

    def __init__(self, cell, vocab, hidden, layers, dropout):
        super().__init__()
        self.encoder = nn.Embedding(vocab, 42)
        self.rnn = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[cell](
            42, hidden, layers, dropout=dropout
        )
        self.decoder = nn.Linear(hidden, vocab)
        self.state = None

    def forward(self, ids):
        y, state = self.rnn(self.encoder(ids), self.state)
        detached = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        self.state = detached
        return self.decoder(y).flatten(0, 1)


class BnLayer(nn.Module):
    """Convolution, ReLU, batch norm: in this order, and padding 1 whatever the filter."""

    def __init__(self, ni, nf, stride=2, filter=3):
        super().__init__()
        self.conv = nn.Conv2d(ni, nf, filter, stride, padding=1, bias=False)
        self.m = nn.Parameter(torch.ones(nf))
        self.a = nn.Parameter(torch.zeros(nf))

    def forward(self, x):
        return F.batch_norm(F.relu(self.conv(x)), None, None, self.m, self.a, training=True)


class ResnetLayer(BnLayer):
    def __init__(self, n):
        super().__init__(n, n, stride=1)

    def forward(self, x):
        return x + super().forward(x)


class Resnet(nn.Module):
    def __init__(self, stem, widths, dropout):
        super().__init__()
        stages = [
            nn.Sequential(BnLayer(ni, nf), ResnetLayer(nf), ResnetLayer(nf))
            for ni, nf in zip(widths, widths[1:])
        ]
        self.body = nn.Sequential(stem, *stages)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(widths[-1], 10)

    def forward(self, x):
        return self.out(self.dropout(self.body(x).amax((2, 3))))


def simple_net():
    return nn.Sequential(nn.Flatten(), nn.Linear(3072, 40), nn.ReLU(), nn.Linear(40, 10))


NETS = {
    "simple": simple_net,
    "resnet": lambda: Resnet(nn.Conv2d(3, 10, 5, padding=2), [10, 20, 40, 80, 160], 0),
    "resnet2": lambda: Resnet(BnLayer(3, 16, 1, 7), [16, 32, 64, 128, 256], 0.2),
}
