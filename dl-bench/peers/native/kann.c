/* KANN's training through its public interface. It has no plain SGD, which is therefore a loop here. */
#include "kann.h"
#include "serve.h"

static void step(void *context) {
    kann_t *net = context;
    kann_cost(net, 0, 1);
    for (int n = kann_size_var(net), i = 0; i < n; i++) net->x[i] -= 0.01f * net->g[i];
}

static float *numbers(int n) {
    float *all = malloc(n * sizeof *all);
    for (int i = 0; i < n; i++) all[i] = number();
    return all;
}

static float *one_hot(int n, int classes) {
    float *all = calloc(n * classes, sizeof *all);
    for (int i = 0; i < n; i++) all[i * classes + rand() % classes] = 1;
    return all;
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    int mlp = !strcmp(argv[1], "mlp_train"), batch = atoi(argv[2]), inputs = mlp ? 784 : 2;
    kad_node_t *t = kann_layer_input(inputs);
    if (mlp) {
        t = kad_relu(kann_layer_dense(t, 128));
        t = kad_relu(kann_layer_dense(t, 64));
        t = kann_layer_cost(t, 10, KANN_C_CEM);
    } else {
        t = kad_tanh(kann_layer_dense(t, 16));
        t = kad_tanh(kann_layer_dense(t, 16));
        t = kann_layer_cost(t, 1, KANN_C_MSE);
    }
    kann_t *net = kann_new(t, 0);
    float *x = numbers(batch * inputs), *y = mlp ? one_hot(batch, 10) : numbers(batch);
    kann_set_batch_size(net, batch);
    kann_switch(net, 1);
    kann_feed_bind(net, KANN_F_IN, 0, &x);
    kann_feed_bind(net, KANN_F_TRUTH, 0, &y);
    return serve("kann " KANN_VERSION, step, net);
}
