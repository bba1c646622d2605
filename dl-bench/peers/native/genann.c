/* genann: double precision, sigmoid only, one sample at a time: its nearest form of the tiny networks. */
#include "genann.h"
#include "serve.h"

static double in[2] = {0.3, -0.2}, out[1] = {0.5};

static void infer(void *net) { genann_run(net, in); }
static void train(void *net) { genann_train(net, in, out, 0.01); }

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "tiny_infer1")) return serve("genann", infer, genann_init(1, 2, 16, 1));
    return serve("genann", train, genann_init(2, 2, 16, 1));
}
