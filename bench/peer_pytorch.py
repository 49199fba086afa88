"""The peer of the training step: the network of server/trainer/network as a PyTorch user would write it.

Reads one JSON object from stdin: {"levels": [{"channels", "kernelZyx", "poolZyx"}...], "heads": 2, "patch": [d, h, w],
"tile": [d, h, w], "threads": 2, "steps": 12, "predictions": 6}. Prints one with the median milliseconds of a training step
(forward, loss, backward, Adam) and of predicting the tile, and the number of parameters. Needs only torch (CPU).
"""
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional


def convolution(channels_in, channels_out, kernel):
    padding = [size // 2 for size in kernel]
    # No bias: the normalisation's shift does its work.
    return nn.Sequential(
        nn.Conv3d(channels_in, channels_out, kernel, padding=padding, bias=False),
        nn.BatchNorm3d(channels_out, eps=1e-3),
        nn.ReLU(inplace=True),
    )


def block(channels_in, level):
    kernel, channels = level["kernelZyx"], level["channels"]
    return nn.Sequential(convolution(channels_in, channels, kernel), convolution(channels, channels, kernel))


class UNet(nn.Module):
    def __init__(self, levels, heads):
        super().__init__()
        self.pools = [tuple(level["poolZyx"]) for level in levels]
        widths = [level["channels"] for level in levels]
        self.down = nn.ModuleList(block(1 if i == 0 else widths[i - 1], level) for i, level in enumerate(levels))
        self.up = nn.ModuleList(block(widths[i + 1] + widths[i], levels[i]) for i in range(len(levels) - 1))
        self.heads = nn.Conv3d(widths[0], heads, 1)

    def forward(self, x):
        skips = []
        for index, down in enumerate(self.down):
            if index > 0:
                x = functional.max_pool3d(x, self.pools[index])
            x = down(x)
            skips.append(x)
        for index in reversed(range(len(self.up))):
            x = functional.interpolate(x, scale_factor=self.pools[index + 1], mode="nearest")
            x = self.up[index](torch.cat([x, skips[index]], 1))
        return self.heads(x)


def loss_of(logits, foreground, distance):
    probability = torch.sigmoid(logits[:, 0])
    entropy = functional.binary_cross_entropy_with_logits(logits[:, 0], foreground)
    dice = (2 * (probability * foreground).sum() + 1) / (probability.sum() + foreground.sum() + 1)
    error = ((torch.sigmoid(logits[:, 1]) - distance).abs() * (1 + 4 * foreground)).mean()
    return entropy + 1 - dice + error


def median_ms(run, repeats, warm_up):
    times = []
    for turn in range(repeats + warm_up):
        began = time.perf_counter()
        run()
        if turn >= warm_up:
            times.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times)


def main():
    wish = json.load(sys.stdin)
    torch.set_num_threads(wish["threads"])
    torch.manual_seed(0)
    net = UNet(wish["levels"], wish["heads"])
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    image = torch.rand(1, 1, *wish["patch"])
    foreground = (torch.rand(1, *wish["patch"]) > 0.7).float()
    distance = torch.rand(1, *wish["patch"])

    def step():
        optimizer.zero_grad()
        loss = loss_of(net(image), foreground, distance)
        loss.backward()
        optimizer.step()
        loss.item()

    step_ms = median_ms(step, wish["steps"], 3)
    net.eval()
    tile = torch.rand(1, 1, *wish["tile"])

    def predict():
        with torch.no_grad():
            torch.sigmoid(net(tile)).numpy()

    predict_ms = median_ms(predict, wish["predictions"], 1)
    parameters = sum(p.numel() for p in net.parameters())
    print(json.dumps({"torch": torch.__version__, "parameters": parameters, "stepMs": step_ms, "predictMs": predict_ms}))


if __name__ == "__main__":
    main()
