"""PyTorch, eager."""

import torch
from torch import nn
from torch.nn import functional

from serve import serve


def network(sizes, activation):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


def start(workload, sizes, batch):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    x = torch.randn(batch, sizes[0])
    if workload.endswith("_infer1"):
        net = network(sizes, nn.ReLU).eval()
        mode = torch.inference_mode()
        mode.__enter__()  # once and not for each call; it lasts as long as `mode`
        return lambda mode=mode: net(x)
    if workload == "mlp_train":
        net, loss, y = network(sizes, nn.ReLU), functional.cross_entropy, torch.randint(0, 10, (batch,))
    else:
        net, loss, y = network(sizes, nn.Tanh), functional.mse_loss, torch.randn(batch, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, fused=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(net(x), y).backward()
        optimizer.step()

    return step


serve("torch", torch.__version__, start)
