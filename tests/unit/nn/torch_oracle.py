#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What PyTorch makes of every case in wengert/nn/layer_cases.h: outputs, and the gradient of their weighted sum.
Usage: torch_oracle.py IN.npz OUT.npz, in one process for all cases. Ends with 77 where there is no torch.

IN : "lstm/x", an operand; "lstm>0", the weights of output 0.
OUT: "lstm>0", output 0; "lstm/x", the gradient by a float operand."""

import math
import sys

try:
    import numpy
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit(77)

LAYERS = {}


def layer(function):
    LAYERS[function.__name__] = function
    return function


def channels_second(x):
    return x.movedim(-1, 1)


def channels_last(x):
    return x.movedim(1, -1)


@layer
def dense(weight, bias, x):
    return F.linear(x, weight.T, bias)


@layer
def maxout(weight, bias, x):
    return F.linear(x, weight.T, bias).reshape(len(x), 3, 2).amax(1)


def convolved(function, weight, bias, x, **how):
    """Weights [taps..., in, out] are [out, in, taps...] there; of a transposed one [in, out, taps...]."""
    return channels_last(function(channels_second(x), weight.movedim((-1, -2), (0, 1)), bias, **how))


def pooled(function, x, *how, **more):
    return channels_last(function(channels_second(x), *how, **more))


@layer
def convolution(weight, bias, x):
    return convolved(F.conv2d, weight, bias, x, stride=(2, 1), padding=(1, 2))


@layer
def convolution_of_series(weight, bias, x):
    return convolved(F.conv1d, weight, bias, x, dilation=2)


@layer
def convolution_in_groups(weight, bias, x):
    return convolved(F.conv2d, weight, bias, x, padding=1, groups=2)


@layer
def transposed_convolution(weight, bias, x):
    return convolved(F.conv_transpose2d, weight, bias, x, stride=2, padding=1)


@layer
def max_pool(x):
    return pooled(F.max_pool2d, x, 2)


@layer
def overlapping_max_pool(x):
    return pooled(F.max_pool2d, x, 3, 2, 1)


@layer
def average_pool(x):
    return pooled(F.avg_pool2d, x, (2, 3))


@layer
def global_average_pool(x):
    return x.mean((1, 2))


@layer
def global_max_pool(x):
    return x.amax((1, 2))


@layer
def layer_norm(scale, bias, x):
    return F.layer_norm(x, scale.shape, scale, bias)


@layer
def layer_norm_of_two_axes(scale, bias, x):
    return F.layer_norm(x, scale.shape, scale, bias, 1e-3)


@layer
def group_norm(scale, bias, x):
    return channels_last(F.group_norm(channels_second(x), 2, scale, bias))


@layer
def batch_norm_training(scale, bias, x, running_mean, running_variance):
    values = F.batch_norm(channels_second(x), None, None, scale, bias, True, 0.25)
    mean, variance = running_mean.detach().clone(), running_variance.detach().clone()
    F.batch_norm(channels_second(x).detach(), mean, variance, scale, bias, True, 0.25)
    # PyTorch keeps these outside of derivatives: its values, the gradients of the formula
    flat = x.reshape(-1, x.shape[-1])
    own = 0.75 * running_mean + 0.25 * flat.mean(0), 0.75 * running_variance + 0.25 * flat.var(0, unbiased=True)
    return channels_last(values), own[0] + (mean - own[0]).detach(), own[1] + (variance - own[1]).detach()


@layer
def batch_norm(scale, bias, x, running_mean, running_variance):
    # constants to PyTorch, so the gradients by them are those of the formula
    mean, variance = running_mean.detach(), running_variance.detach()
    values = channels_last(F.batch_norm(channels_second(x), mean, variance, scale, bias, False))
    own = (x - running_mean) / torch.sqrt(running_variance + 1e-5) * scale + bias
    return own + (values - own).detach()


def threefry(key, counter):
    """Salmon et al. 2011: one block of Threefry-2x32-20."""
    keys = [key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDA]
    x = [(counter >> 32) + keys[0] & 0xffffffff, (counter & 0xffffffff) + keys[1] & 0xffffffff]
    for r in range(20):
        by = (13, 15, 26, 6, 17, 29, 16, 24)[r % 8]
        x[0] = x[0] + x[1] & 0xffffffff
        x[1] = (x[1] << by | x[1] >> 32 - by) & 0xffffffff ^ x[0]
        if r % 4 == 3:
            i = r // 4 + 1
            x = [x[0] + keys[i % 3] & 0xffffffff, x[1] + keys[(i + 1) % 3] + i & 0xffffffff]
    return x


@layer
def dropout(x, key):
    key = [int(word) for word in key]
    numbers = [threefry(key, k)[0] / 2**32 for k in range(x.numel())]
    kept = torch.tensor([u >= 0.25 for u in numbers]).reshape(x.shape)
    return torch.where(kept, x / 0.75, torch.zeros(()))


@layer
def embedding(table, tokens):
    return F.embedding(tokens, table)


def recurrent(function, x, states, input_weight, hidden_weight, input_bias, hidden_bias):
    """All states of x [time, ...features], and the last."""
    parameters = [input_weight.T, hidden_weight.T, input_bias, hidden_bias]
    start = tuple(s[None] for s in states)
    results = function(x, start if len(start) > 1 else start[0], parameters, True, 1, 0.0, True, False, False)
    return (results[0], *(s[0] for s in results[1:]))


def by_length(run, x, mask, reverse=False):
    """Each sequence alone, as long as its mask says; then states are carried on."""
    columns, lasts = [], []
    for b, length in enumerate(mask.sum(0).tolist()):
        own = x[:length, b:b + 1]
        states, *last = run(own.flip(0) if reverse else own)
        rest = torch.zeros_like(last[0]) if reverse else last[0]
        columns.append(torch.cat([states.flip(0) if reverse else states, *[rest[None]] * (len(x) - length)]))
        lasts.append(last)
    return (torch.cat(columns, 1), *(torch.cat(state) for state in zip(*lasts)))


@layer
def rnn_cell(input_weight, hidden_weight, bias, x, hidden):
    return torch.rnn_tanh_cell(x, hidden, input_weight.T, hidden_weight.T, bias, torch.zeros_like(bias))


@layer
def rnn(input_weight, hidden_weight, bias, x, hidden):
    return recurrent(torch.rnn_tanh, x, [hidden], input_weight, hidden_weight, bias, torch.zeros_like(bias))


@layer
def rnn_relu(input_weight, hidden_weight, bias, x):
    return recurrent(torch.rnn_relu, x, [torch.zeros(2, 2)], input_weight, hidden_weight, bias, torch.zeros_like(bias))


@layer
def lstm_cell(input_weight, hidden_weight, bias, x, hidden, cell):
    return torch.lstm_cell(x, (hidden, cell), input_weight.T, hidden_weight.T, bias / 2, bias / 2)


@layer
def lstm(input_weight, hidden_weight, bias, x, hidden, cell):
    return recurrent(torch.lstm, x, [hidden, cell], input_weight, hidden_weight, bias / 2, bias / 2)


@layer
def lstm_masked(input_weight, hidden_weight, bias, x, mask, reverse=False):
    def run(own):
        return recurrent(torch.lstm, own, [torch.zeros(1, 2)] * 2, input_weight, hidden_weight, bias, 0 * bias)
    return by_length(run, x, mask, reverse)


@layer
def lstm_masked_reverse(**operands):
    return lstm_masked(**operands, reverse=True)


def gru_biases(bias, state_bias):
    return bias, torch.cat([torch.zeros(2 * len(state_bias)), state_bias])


@layer
def gru_cell(input_weight, hidden_weight, bias, state_bias, x, hidden):
    return torch.gru_cell(x, hidden, input_weight.T, hidden_weight.T, *gru_biases(bias, state_bias))


@layer
def gru(input_weight, hidden_weight, bias, state_bias, x, hidden):
    return recurrent(torch.gru, x, [hidden], input_weight, hidden_weight, *gru_biases(bias, state_bias))


@layer
def gru_masked(input_weight, hidden_weight, bias, state_bias, x, mask):
    def run(own):
        return recurrent(torch.gru, own, [torch.zeros(1, 2)], input_weight, hidden_weight, *gru_biases(bias, state_bias))
    return by_length(run, x, mask)


def lower_triangle(n):
    return torch.ones(n, n, dtype=torch.bool).tril()


@layer
def attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        return scores.softmax(-1) @ value
    sees = mask.any(-1, keepdim=True)
    return scores.masked_fill(~mask & sees, -math.inf).softmax(-1) * sees @ value


@layer
def attention_causal(query, key, value):
    return attention(query, key, value, lower_triangle(query.shape[-2]))


@layer
def attention_masked(query, key, value, mask):
    return attention(query, key, value, mask)


@layer
def multi_head_attention(input_weight, input_bias, output_weight, output_bias, x, memory, mask=None, causal=False):
    q, kv = x.transpose(0, 1), memory.transpose(0, 1)
    found, _ = F.multi_head_attention_forward(
        q, kv, kv, x.shape[-1], 2, input_weight.T, input_bias, None, None, False, 0.0, output_weight.T, output_bias,
        key_padding_mask=None if mask is None else ~mask, need_weights=False,
        attn_mask=~lower_triangle(x.shape[1]) if causal else None)
    return found.transpose(0, 1)


@layer
def self_attention(x, **operands):
    return multi_head_attention(x=x, memory=x, **operands)


@layer
def self_attention_causal_masked(x, **operands):
    return multi_head_attention(x=x, memory=x, causal=True, **operands)


@layer
def transformer_block(x, mask, **o):
    block = torch.nn.TransformerEncoderLayer(4, 2, 6, 0.0, "gelu", batch_first=True, norm_first=True)
    parameters = {
        "norm1.weight": o["norm1_scale"], "norm1.bias": o["norm1_bias"],
        "self_attn.in_proj_weight": o["input_weight"].T, "self_attn.in_proj_bias": o["input_bias"],
        "self_attn.out_proj.weight": o["output_weight"].T, "self_attn.out_proj.bias": o["output_bias"],
        "norm2.weight": o["norm2_scale"], "norm2.bias": o["norm2_bias"],
        "linear1.weight": o["up_weight"].T, "linear1.bias": o["up_bias"],
        "linear2.weight": o["down_weight"].T, "linear2.bias": o["down_bias"]}
    masks = {"src_mask": ~lower_triangle(x.shape[1]), "src_key_padding_mask": ~mask}
    if hasattr(torch, "func"):
        return torch.func.functional_call(block, parameters, (x,), masks)
    return torch.nn.utils.stateless.functional_call(block, parameters, (x,), masks)


@layer
def softmax_cross_entropy(outputs, labels):
    return F.cross_entropy(outputs, labels)


@layer
def softmax_cross_entropy_of_values(outputs, targets):
    return F.cross_entropy(outputs, targets)


@layer
def logistic_loss(outputs, targets):
    return F.binary_cross_entropy_with_logits(outputs, targets, reduction="sum") / len(outputs)


@layer
def squared_error(outputs, targets):
    return F.mse_loss(outputs, targets, reduction="sum") / (2 * len(outputs))


@layer
def mean_squared_error(outputs, targets):
    return F.mse_loss(outputs, targets)


@layer
def huber_loss(outputs, targets):
    return F.huber_loss(outputs, targets, reduction="sum", delta=0.5) / len(outputs)


@layer
def sequence_cross_entropy(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten())


@layer
def sequence_cross_entropy_masked(logits, labels, mask):
    return F.cross_entropy(logits.flatten(0, 1), labels.where(mask, torch.tensor(-100)).flatten(), ignore_index=-100)


@layer
def triplet_loss(a, b, c):
    def squared_distance(x, y):
        return (x - y).square().sum(-1)
    return F.triplet_margin_with_distance_loss(a, b, c, distance_function=squared_distance, margin=0.5)


@layer
def contrastive_loss(a, b, different):
    distance = (a - b).norm(dim=-1)
    return ((1 - different) * distance**2 + different * F.relu(1.5 - distance)**2).mean() / 2


def main(given, wanted):
    torch.set_num_threads(1)
    cases, weights, results = {}, {}, {}
    for name, array in numpy.load(given).items():
        if "/" in name:
            case, operand = name.split("/")
            tensor = torch.from_numpy(array)
            cases.setdefault(case, {})[operand] = tensor.requires_grad_(tensor.is_floating_point())
        else:
            case, output = name.split(">")
            weights.setdefault(case, {})[int(output)] = torch.from_numpy(array)
    for case, operands in cases.items():
        outputs = LAYERS[case](**operands)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        sum((y * weights[case][k]).sum() for k, y in enumerate(outputs)).backward()
        for k, y in enumerate(outputs):
            results[f"{case}>{k}"] = y.detach().numpy()
        for operand, x in operands.items():
            if x.requires_grad:
                results[f"{case}/{operand}"] = numpy.zeros_like(x.detach()) if x.grad is None else x.grad.numpy()
    numpy.savez(wanted, **results)


if __name__ == "__main__":
    main(*sys.argv[1:])
