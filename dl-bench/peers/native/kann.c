/* KANN's training through its public interface. It has no plain SGD, which is therefore a loop here. */
#include "kann.h"
#include "serve.h"

typedef struct {
    kann_t *net;
    float *squares; /* of the gradients, for RMSprop */
} Training;

static void sgd(void *context) {
    kann_t *net = ((Training *)context)->net;
    kann_cost(net, 0, 1);
    for (int n = kann_size_var(net), i = 0; i < n; i++) net->x[i] -= 0.01f * net->g[i];
}

/* In place of Adam, which KANN does not have. */
static void rmsprop(void *context) {
    Training *of = context;
    kann_cost(of->net, 0, 1);
    kann_RMSprop(kann_size_var(of->net), 3e-4f, 0, 0.9f, of->net->g, of->net->x, of->squares);
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

static kad_node_t *lenet(void) {
    kad_node_t *t = kad_feed(4, 1, 1, 28, 28);
    t->ext_flag |= KANN_F_IN;
    t = kad_max2d(kad_relu(kann_layer_conv2d(t, 6, 5, 5, 1, 1, 0, 0)), 2, 2, 2, 2, 0, 0);
    t = kad_max2d(kad_relu(kann_layer_conv2d(t, 16, 5, 5, 1, 1, 0, 0)), 2, 2, 2, 2, 0, 0);
    t = kad_relu(kann_layer_dense(t, 120));
    t = kad_relu(kann_layer_dense(t, 84));
    return kann_layer_cost(t, 10, KANN_C_CEM);
}

static kad_node_t *mlp(void) {
    kad_node_t *t = kad_relu(kann_layer_dense(kann_layer_input(784), 128));
    t = kad_relu(kann_layer_dense(t, 64));
    return kann_layer_cost(t, 10, KANN_C_CEM);
}

static kad_node_t *tiny(void) {
    kad_node_t *t = kad_tanh(kann_layer_dense(kann_layer_input(2), 16));
    t = kad_tanh(kann_layer_dense(t, 16));
    return kann_layer_cost(t, 1, KANN_C_MSE);
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    int is_tiny = !strcmp(argv[1], "tiny_train"), is_lenet = !strcmp(argv[1], "lenet_train"), batch = atoi(argv[2]);
    kann_t *net = kann_new(is_tiny ? tiny() : is_lenet ? lenet() : mlp(), 0);
    float *x = numbers(batch * (is_tiny ? 2 : 784)), *y = is_tiny ? numbers(batch) : one_hot(batch, 10);
    kann_set_batch_size(net, batch);
    kann_switch(net, 1);
    kann_feed_bind(net, KANN_F_IN, 0, &x);
    kann_feed_bind(net, KANN_F_TRUTH, 0, &y);
    Training training = {net, calloc(kann_size_var(net), sizeof(float))};
    return serve("kann " KANN_VERSION, is_lenet ? rmsprop : sgd, &training);
}
