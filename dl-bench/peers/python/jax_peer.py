"""JAX: the whole step is one compiled function, its state is given back to it."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from serve import serve


def start(workload, sizes, batch):
    rng = np.random.default_rng(0)

    def normal(*shape, scale=1.0):
        return jnp.asarray(rng.standard_normal(shape) * scale, jnp.float32)

    weights = [(normal(i, o, scale=i**-0.5), jnp.zeros(o)) for i, o in zip(sizes, sizes[1:])]
    x = normal(batch, sizes[0])
    activation = jnp.tanh if workload == "tiny_train" else jax.nn.relu

    def forward(weights, x):
        for w, b in weights[:-1]:
            x = activation(x @ w + b)
        w, b = weights[-1]
        return x @ w + b

    if workload.endswith("_infer1"):
        infer = jax.jit(lambda x: forward(weights, x))  # the weights are constants to the compiler: its best case
        return lambda: infer(x).block_until_ready()
    if workload == "mlp_train":
        y = jnp.asarray(rng.integers(0, 10, (batch, 1)), jnp.int32)

        def loss(weights):
            return -jnp.take_along_axis(jax.nn.log_softmax(forward(weights, x)), y, 1).mean()

    else:
        y = normal(batch, 1)

        def loss(weights):
            return ((forward(weights, x) - y) ** 2).mean()

    @partial(jax.jit, donate_argnums=0)
    def sgd(weights):
        value, gradient = jax.value_and_grad(loss)(weights)
        return jax.tree.map(lambda w, g: w - 0.01 * g, weights, gradient), value

    def step():
        nonlocal weights
        weights, value = sgd(weights)
        value.block_until_ready()

    return step


serve("jax", jax.__version__, start)
