// RTNeural with sizes known to the compiler, its fastest interface.
#include <RTNeural/RTNeural.h>

#include <memory>
#include <vector>

#include "serve.h"

template <int IN, int OUT> using Dense = RTNeural::DenseT<float, IN, OUT>;
template <int N> using Relu = RTNeural::ReLuActivationT<float, N>;

using Mlp = RTNeural::ModelT<float, 784, 10, Dense<784, 128>, Relu<128>, Dense<128, 64>, Relu<64>, Dense<64, 10>>;
using Tiny = RTNeural::ModelT<float, 1, 1, Dense<1, 16>, Relu<16>, Dense<16, 16>, Relu<16>, Dense<16, 1>>;
using Autoencoder = RTNeural::ModelT<float, 640, 640,
    Dense<640, 128>, Relu<128>, Dense<128, 128>, Relu<128>, Dense<128, 128>, Relu<128>, Dense<128, 128>, Relu<128>,
    Dense<128, 8>, Relu<8>,
    Dense<8, 128>, Relu<128>, Dense<128, 128>, Relu<128>, Dense<128, 128>, Relu<128>, Dense<128, 128>, Relu<128>,
    Dense<128, 640>>;

template <int H>
using Lstm = RTNeural::ModelT<float, 1, 1, RTNeural::LSTMLayerT<float, 1, H>, Dense<H, 1>>;
template <int H> using Gru = RTNeural::ModelT<float, 1, 1, RTNeural::GRULayerT<float, 1, H>, Dense<H, 1>>;

template <class Model, int IN> struct Context {
    Model model;
    alignas(64) float x[IN];
};

template <int IN, int OUT> static void fill(Dense<IN, OUT> &dense) {
    std::vector<std::vector<float>> weights(OUT, std::vector<float>(IN));
    std::vector<float> bias(OUT);
    for (auto &row : weights) for (auto &w : row) w = 0.1f * number();
    for (auto &b : bias) b = 0.1f * number();
    dense.setWeights(weights);
    dense.setBias(bias.data());
}

template <int N> static void fill(Relu<N> &) {}

static std::vector<std::vector<float>> numbers(int rows, int columns) {
    std::vector<std::vector<float>> all(rows, std::vector<float>(columns));
    for (auto &row : all) for (auto &x : row) x = 0.1f * number();
    return all;
}

template <int H> static void fill(RTNeural::LSTMLayerT<float, 1, H> &lstm) {
    lstm.setWVals(numbers(1, 4 * H));
    lstm.setUVals(numbers(H, 4 * H));
    lstm.setBVals(numbers(1, 4 * H)[0]);
}

template <int H> static void fill(RTNeural::GRULayerT<float, 1, H> &gru) {
    gru.setWVals(numbers(1, 3 * H));
    gru.setUVals(numbers(H, 3 * H));
    gru.setBVals(numbers(2, 3 * H));
}

template <class Model, int IN, size_t... LAYER> static int run(std::index_sequence<LAYER...>) {
    auto context = std::make_unique<Context<Model, IN>>();
    context->model.reset();
    (fill(context->model.template get<LAYER>()), ...);
    for (auto &x : context->x) x = number();
    auto call = [](void *p) {
        auto c = static_cast<Context<Model, IN> *>(p);
        static volatile float sink;
        c->x[0] += 1e-7f; // so that no call can be taken for the one before
        sink = c->model.forward(c->x);
    };
    return serve("rtneural 1.0.0", call, context.get());
}

template <template <int> class Model> static int stream(int hidden) {
    using Two = std::make_index_sequence<2>;
    switch (hidden) {
        case 8: return run<Model<8>, 1>(Two());
        case 16: return run<Model<16>, 1>(Two());
        case 32: return run<Model<32>, 1>(Two());
        default: return run<Model<64>, 1>(Two());
    }
}

int main(int argc, char **argv) {
    const char *workload = argc > 1 ? argv[1] : "";
    if (!strncmp(workload, "lstm_stream_h", 13)) return stream<Lstm>(atoi(workload + 13));
    if (!strncmp(workload, "gru_stream_h", 12)) return stream<Gru>(atoi(workload + 12));
    if (!strcmp(workload, "mlp_infer1")) return run<Mlp, 784>(std::make_index_sequence<5>());
    if (!strcmp(workload, "ad_infer1")) return run<Autoencoder, 640>(std::make_index_sequence<19>());
    return run<Tiny, 1>(std::make_index_sequence<5>());
}
