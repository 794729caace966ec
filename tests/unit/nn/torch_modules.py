#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes PyTorch modules for import_test.cpp. Usage: torch_modules.py FOLDER. Ends with 77 where there is no torch.

Of each module NAME.safetensors, its state_dict; NAME.net, the same net as Wengert writes it, then a line "module=layer" for
each --map; NAME.npz with x, examples laid as Wengert has them, and y, what the module says."""

import json
import struct
import sys
from pathlib import Path

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError:
    sys.exit(77)

CODES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        raw = tensor.contiguous().view(torch.uint8 if tensor.dim() else tensor.dtype).numpy().tobytes()
        header[name] = {"dtype": CODES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class Lambda(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Residual(nn.Module):
    """Its modules' names do not sort as they are applied."""

    def __init__(self):
        super().__init__()
        self.stem, self.stem_norm = nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)
        self.inner, self.head = nn.Conv2d(4, 4, 3, padding=1), nn.Linear(4, 5)

    def forward(self, x):
        x = torch.relu(self.stem_norm(self.stem(x)))
        return self.head(torch.relu(self.inner(x) + x).mean((2, 3)))


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn, self.head = kind(3, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.pos = nn.Parameter(torch.randn(5, 8))
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.block = nn.TransformerEncoderLayer(8, 2, 12, 0.0, "gelu", batch_first=True, norm_first=True)
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 3)

    def forward(self, x):
        x = x + self.pos
        x = self.attention(x, x, x)[0]
        return self.head(self.norm(self.block(x))[:, -1])


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(256, 12), nn.ReLU(), nn.Linear(12, 10))


MODULES = {
    "dense": (nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 3)), "6 - 6 tanh - 6 tanh - 3", []),
    "half": (nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)).half().float(), "6 - 5 relu - 3", []),
    "brain": (nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)).bfloat16().float(), "6 - 5 relu - 3", []),
    "double": (nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)), "6 - 5 relu - 3", []),
    "lenet": (lenet(), "24x24x1 - conv 6 5 pad=2 relu - max_pool 2 - conv 16 5 relu - max_pool 2 - flatten - 12 relu - 10", []),
    "flattened_norm": (nn.Sequential(nn.Conv2d(2, 3, 2, stride=2, groups=1), nn.Flatten(), nn.BatchNorm1d(12), nn.Tanh(), nn.Linear(12, 2)),
                       "4x4x2 - conv 3 2 stride=2 - flatten - batch_norm tanh - 2", []),
    "series": (nn.Sequential(nn.Conv1d(2, 3, 3, padding=1, dilation=1), nn.ReLU(), nn.Flatten(), nn.Linear(18, 2)), "6x2 - conv 3 3 pad=1 relu - flatten - 2", []),
    "enlarged": (nn.Sequential(nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1), nn.GroupNorm(3, 6), nn.Conv2d(6, 4, 3, groups=2), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                               nn.Linear(4, 2)), "3x4x4 - conv_transposed 6 3 stride=2 pad=1 - group_norm 3 - conv 4 3 groups=2 - global_average_pool - 2", []),
    "residual": (Residual(), "6x6x3 - conv 4 3 pad=1 - batch_norm relu as a - conv 4 3 pad=1 - add a - relu - global_average_pool - 5", []),
    "rnn": (Recurrent(nn.RNN), "5x3 - rnn 4 - last - 2", []), "lstm": (Recurrent(nn.LSTM), "5x3 - lstm 4 - last - 2", []),
    "gru": (Recurrent(nn.GRU), "5x3 - gru 4 - last - 2", ["rnn=layer1"]),
    "attending": (Attending(), "5x8 - positions - attention 2 - transformer 2 12 - layer_norm - last - 3", ["head=layer6", "pos=layer1"]),
    "symbols": (nn.Sequential(nn.Embedding(7, 4), nn.Flatten(), nn.Linear(20, 2)), "5 tokens - embedding 7 4 - flatten - 2", []),
}
STORED = {"half": torch.float16, "brain": torch.bfloat16, "double": torch.float64}


def example(net):
    """In PyTorch's order and in Wengert's."""
    text = net.split(" -")[0]
    if text.endswith("tokens"):
        x = torch.randint(0, 7, (3, int(text.split()[0])))
        return x, x
    x = torch.randn(3, *map(int, text.split("x")))
    image = x.dim() > 3 or (x.dim() == 3 and "conv" in net)
    return (x.movedim(-1, 1) if image else x), x


def write(folder, name, module, net, maps):
    for parameter in list(module.parameters()) + [b for b in module.buffers() if b.is_floating_point()]:
        parameter.data = parameter.data + 0.3 * torch.rand_like(parameter)
    dtype = STORED.get(name, torch.float32)
    for parameter in module.parameters():
        parameter.data = parameter.data.to(dtype).float()
    given, ours = example(net)
    with torch.no_grad():
        y = module.eval()(given)
    tensors = {key: value.to(dtype) if value.is_floating_point() else value for key, value in module.state_dict().items()}
    write_safetensors(folder / f"{name}.safetensors", tensors)
    (folder / f"{name}.net").write_text("\n".join([net, *maps]) + "\n")
    np.savez(folder / f"{name}.npz", x=ours.reshape(3, -1).float().numpy(), y=y.float().numpy())


def main(folder):
    torch.manual_seed(1)
    for name, (module, net, maps) in MODULES.items():
        write(Path(folder), name, module, net, maps)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
