"""JAX: the whole step is one compiled function, its state is given back to it."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from networks import Conv, Dense, Flatten, Lstm, MaxPool, Mean, Residual, weight_and_bias
from serve import serve

ACTIVATIONS = {None: lambda x: x, "relu": jax.nn.relu, "tanh": jnp.tanh}


def weights(layers, rng):
    """One entry for each layer, in JAX's fastest order on a CPU: channels last."""
    all = []
    for layer in layers:
        match layer:
            case Residual(main, skip):
                all.append((weights(main, rng), weights(skip, rng)))
            case Dense() | Conv():
                weight, bias = weight_and_bias(layer, rng)
                all.append((jnp.asarray(np.moveaxis(weight, (0, 1), (-1, -2))), jnp.asarray(bias)))
            case Lstm(inputs, outputs):
                shapes = [(inputs, 4 * outputs), (outputs, 4 * outputs), (4 * outputs,)]
                all.append([jnp.asarray(rng.uniform(-1, 1, s) * outputs**-0.5, jnp.float32) for s in shapes])
            case _:
                all.append(())
    return all


def lstm(weights, x):
    into, on, bias = weights
    zeros = jnp.zeros((x.shape[0], on.shape[0]), jnp.float32)

    def step(state, a):
        h, c = state
        i, f, g, o = jnp.split(a + h @ on, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    _, states = jax.lax.scan(step, (zeros, zeros), (x @ into + bias).swapaxes(0, 1))
    return states.swapaxes(0, 1)


def forward(layers, weights, x):
    for layer, of in zip(layers, weights):
        match layer:
            case Dense():
                x = ACTIVATIONS[layer.activation](x @ of[0] + of[1])
            case Conv(_, _, _, stride, pad, groups, activation):
                order = ("NHWC", "HWIO", "NHWC")
                x = jax.lax.conv_general_dilated(
                    x, of[0], (stride, stride), pad, dimension_numbers=order, feature_group_count=groups
                )
                x = ACTIVATIONS[activation](x + of[1])
            case Lstm():
                x = lstm(of, x)
            case MaxPool(size):
                window = (1, size, size, 1)
                x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
            case Mean():
                x = x.mean((1, 2))
            case Flatten():
                x = x.reshape(x.shape[0], -1)
            case Residual(main, skip):
                x = jax.nn.relu(forward(main, of[0], x) + forward(skip, of[1], x))
    return x


def adam(weights, state, gradient, rate, beta1=0.9, beta2=0.999, eps=1e-8):
    first, second, count = state
    first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, gradient)
    count += 1
    small, large = 1 - beta1**count, 1 - beta2**count

    def update(w, m, v):
        return w - rate * (m / small) / (jnp.sqrt(v / large) + eps)

    return jax.tree.map(update, weights, first, second), (first, second, count)


def sgd(weights, state, gradient):
    return jax.tree.map(lambda w, g: w - 0.01 * g, weights, gradient), state


def start(workload, network, batch):
    layers, rng = network.layers, np.random.default_rng(0)
    state = weights(layers, rng)
    channels, *image = network.input
    x = jnp.asarray(rng.standard_normal((batch, *image, channels)), jnp.float32)
    if workload.endswith("_infer1"):
        infer = jax.jit(lambda x: forward(layers, state, x))  # the weights are constants to the compiler: its best case
        return lambda: infer(x).block_until_ready()
    if workload == "charlstm_train":
        x = jax.nn.one_hot(jnp.asarray(rng.integers(0, 65, (batch, 64))), 65)
        y = jnp.asarray(rng.integers(0, 65, (batch, 64, 1)), jnp.int32)

        def loss(weights):
            return -jnp.take_along_axis(jax.nn.log_softmax(forward(layers, weights, x)), y, 2).mean()

    elif workload == "tiny_train":
        y = jnp.asarray(rng.standard_normal((batch, 1)), jnp.float32)

        def loss(weights):
            return ((forward(layers, weights, x) - y) ** 2).mean()

    else:
        y = jnp.asarray(rng.integers(0, 10, (batch, 1)), jnp.int32)

        def loss(weights):
            return -jnp.take_along_axis(jax.nn.log_softmax(forward(layers, weights, x)), y, 1).mean()

    rate = {"lenet_train": 3e-4, "charlstm_train": 1e-3}.get(workload)
    update = partial(adam, rate=rate) if rate else sgd
    zeros = partial(jax.tree.map, jnp.zeros_like)
    state = (state, (zeros(state), zeros(state), jnp.float32(0)) if rate else ())

    @partial(jax.jit, donate_argnums=0)
    def train(state):
        value, gradient = jax.value_and_grad(loss)(state[0])
        return update(*state, gradient), value

    def step():
        nonlocal state
        state, value = train(state)
        value.block_until_ready()

    return step


if __name__ == "__main__":
    serve("jax", jax.__version__, start)
