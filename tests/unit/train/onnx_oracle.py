#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What others make of exported nets. Usage: onnx_oracle.py FOLDER. Ends with 77 where there is no onnx or torch.

FOLDER has NAME.onnx and NAME.npz for each net: x, examples as Wengert has them; shape, that of one; y, what it predicts.
Each file is checked and its shapes inferred by the onnx package, run operator by operator by the functions below (after
docs/Operators.md), and run by OpenCV where that is installed and knows the operators."""

import sys
from pathlib import Path

try:
    import numpy as np
    import onnx
    import onnx.numpy_helper
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit(77)
try:
    import cv2
except ImportError:
    cv2 = None

# What OpenCV 4.6 does not know, or not in the form that is needed.
NOT_IN_OPENCV = {"RNN", "GRU", "Gather", "Clip", "InstanceNormalization", "ReduceMean"}  # the last, since it does not broadcast
TOLERANCE = 1e-5


def windows(x, a, fill):
    """Padded as the attributes say; x is [batch, channels, spatial...]."""
    n = x.dim() - 2
    pads = a.get("pads", [0] * (2 * n))
    order = [p for axis in reversed(range(n)) for p in (pads[axis], pads[axis + n])]
    return F.pad(x, order, value=fill)


def by_rank(functions, x):
    return functions[x.dim() - 3]


def conv(a, x, w, b):
    f = by_rank((F.conv1d, F.conv2d, F.conv3d), x)
    return f(windows(x, a, 0.0), w, b, a["strides"], 0, a["dilations"], a["group"])


def conv_transpose(a, x, w, b):
    f = by_rank((F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d), x)
    return f(x, w, b, a["strides"], a["pads"][: x.dim() - 2])


def max_pool(a, x):
    f = by_rank((F.max_pool1d, F.max_pool2d, F.max_pool3d), x)
    return f(windows(x, a, -torch.inf), a["kernel_shape"], a["strides"])


def average_pool(a, x):
    assert not any(a["pads"])
    f = by_rank((F.avg_pool1d, F.avg_pool2d, F.avg_pool3d), x)
    return f(x, a["kernel_shape"], a["strides"])


def pad(a, x, pads):
    assert pads.tolist()[:2] == [0, 0]
    return windows(x, {"pads": pads.tolist()[2 : x.dim()] + pads.tolist()[x.dim() + 2 :]}, 0.0)


def over_spatial(reduce):
    return lambda a, x: reduce(x, tuple(range(2, x.dim())), keepdim=True)


def batch_norm(a, x, scale, bias, mean, variance):
    return F.batch_norm(x, mean, variance, scale, bias, False, 0.0, a["epsilon"])


def instance_norm(a, x, scale, bias):
    return F.instance_norm(x, None, None, scale, bias, True, 0.0, a["epsilon"])


def steps(a, x, w, r, b, gates, step, states):
    """Runs over time; step(products, state's products, states) -> states, of which the first is the output."""
    h = a["hidden_size"]
    wb, rb = b[0][: gates * h], b[0][gates * h :]
    state = [torch.zeros(x.shape[1], h) for _ in range(states)]
    outputs = []
    for frame in x:
        ours, theirs = (frame @ w[0].T + wb).split(h, 1), (state[0] @ r[0].T).split(h, 1)
        state = step(ours, theirs, rb.split(h), state)
        outputs.append(state[0])
    return torch.stack(outputs)[:, None]


def rnn(a, x, w, r, b):
    return steps(a, x, w, r, b, 1, lambda p, q, c, s: [torch.tanh(p[0] + q[0] + c[0])], 1)


def lstm(a, x, w, r, b):
    def step(p, q, c, s):
        i, o, f, g = (u + v + w for u, v, w in zip(p, q, c))
        cell = torch.sigmoid(f) * s[1] + torch.sigmoid(i) * torch.tanh(g)
        return [torch.sigmoid(o) * torch.tanh(cell), cell]

    return steps(a, x, w, r, b, 4, step, 2)


def gru(a, x, w, r, b):
    assert a["linear_before_reset"] == 1

    def step(p, q, c, s):
        z, reset = torch.sigmoid(p[0] + q[0] + c[0]), torch.sigmoid(p[1] + q[1] + c[1])
        new = torch.tanh(p[2] + reset * (q[2] + c[2]))
        return [(1 - z) * new + z * s[0]]

    return steps(a, x, w, r, b, 3, step, 1)


def reshape(a, x, extents):
    return x.reshape([x.shape[k] if e == 0 else e for k, e in enumerate(extents.tolist())])


def slices(a, x, starts, ends, axes):
    for start, end, axis in zip(starts.tolist(), ends.tolist(), axes.tolist()):
        x = x.narrow(axis, start, end - start)
    return x


def plain(f):
    return lambda a, *x: f(*x)


OPERATORS = {
    "Gemm": lambda a, x, w, b: x @ (w.T if a["transB"] else w) + b, "MatMul": plain(torch.matmul), "Add": plain(torch.add), "Sub": plain(torch.sub),
    "Mul": plain(torch.mul), "Div": plain(torch.div), "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": max_pool,
    "AveragePool": average_pool, "GlobalAveragePool": over_spatial(torch.mean), "GlobalMaxPool": over_spatial(torch.amax),
    "BatchNormalization": batch_norm, "InstanceNormalization": instance_norm, "RNN": rnn, "LSTM": lstm, "GRU": gru,
    "Pad": pad, "Reshape": reshape, "Slice": slices, "Identity": plain(lambda x: x), "Flatten": plain(lambda x: x.flatten(1)),
    "Transpose": lambda a, x: x.permute(a["perm"]),
    "Concat": lambda a, *x: torch.cat(x, a["axis"]), "Softmax": lambda a, x: torch.softmax(x, a["axis"]),
    "ReduceMean": lambda a, x: x.mean(a["axes"], keepdim=bool(a["keepdims"])),
    "ReduceMax": lambda a, x: x.amax(a["axes"], keepdim=bool(a["keepdims"])),
    "Split": lambda a, x, parts: x.split(parts.tolist(), a["axis"]), "Cast": lambda a, x: x.long(),
    "Gather": lambda a, x, places: x[places], "Clip": plain(lambda x, low, high: x.clamp(low.item(), high.item())),
    "LeakyRelu": lambda a, x: F.leaky_relu(x, a["alpha"]), "Elu": lambda a, x: F.elu(x, a["alpha"]),
    "Selu": lambda a, x: a["gamma"] * F.elu(x, a["alpha"]), "Softsign": plain(F.softsign), "Softplus": plain(F.softplus),
}
for name in "Relu Tanh Sigmoid Exp Log Sqrt Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Erf Abs Neg Floor Sign".split():
    OPERATORS[name] = plain(getattr(torch, name.lower()))


def evaluate(model, x):
    graph = model.graph
    values = {c.name: torch.from_numpy(onnx.numpy_helper.to_array(c).copy()) for c in graph.initializer}
    values[graph.input[0].name] = torch.from_numpy(x)
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        results = OPERATORS[node.op_type](attributes, *(values[name] for name in node.input))
        results = results if isinstance(results, tuple) else (results,)
        values.update(zip(node.output, results))
    return values[graph.output[0].name].numpy()


def run_opencv(path, x):
    net = cv2.dnn.readNetFromONNX(str(path))
    net.setInput(x)
    return net.forward()


def difference(found, expected):
    if found.size != expected.size:
        return f"shape {found.shape}, expected {expected.shape}"
    worst = np.max(np.abs(found.reshape(expected.shape) - expected) / (1 + np.abs(expected)))
    return None if worst <= TOLERANCE else f"differs by {worst:.2e}"


def inferred(model, y):
    """The output's shape, as the package finds it and as it is declared."""
    graph = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph
    extents = [d.dim_value or d.dim_param for d in graph.output[0].type.tensor_type.shape.dim]
    return None if extents[0] == "batch" and extents[1:] == list(y.shape[1:]) else f"shape {extents} inferred, expected {y.shape}"


def check(path):
    """(who, what is wrong or None) of one file."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    data = np.load(path.with_suffix(".npz"))
    graph_input = model.graph.input[0]
    x = data["x"].reshape(-1, *data["shape"])
    x = np.ascontiguousarray(np.moveaxis(x, -1, 1) if data["shape"].size > 2 else x)
    tokens = graph_input.type.tensor_type.elem_type == onnx.TensorProto.INT64
    yield "onnx", inferred(model, data["y"])
    yield "operators", difference(evaluate(model, x.astype(np.int64 if tokens else np.float32)), data["y"])
    known = not NOT_IN_OPENCV & {node.op_type for node in model.graph.node}
    if cv2 is not None and known and x.ndim != 3:  # its Python takes three axes for an image with channels
        yield "OpenCV", difference(run_opencv(path, x.astype(np.float32)), data["y"])


def main(folder):
    failed, run = 0, {}
    for path in sorted(Path(folder).glob("*.onnx")):
        try:
            for who, problem in check(path):
                run[who] = run.get(who, 0) + 1
                if problem:
                    failed += 1
                    print(f"{path.stem}: {who}: {problem}")
        except Exception as error:  # an operator that is not known, or not so
            failed += 1
            print(f"{path.stem}: {type(error).__name__}: {str(error)[:400]}")
    print(", ".join(f"{who} {count}" for who, count in run.items()))
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
