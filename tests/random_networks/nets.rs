//! Written by `generate.rs`; do not edit. `DL_BLESS=1 cargo test --test random_networks` writes it anew.

use dl::network;

use super::Visit;

const ONE: usize = 1;
const FIVE: usize = 5;

#[network(input = [1])]
struct Net0 {
    layer0: Dense<5>,
    layer1: Silu,
    #[frozen]
    layer2: Dense<9>,
    #[frozen]
    layer3: Dense<ONE>,
    layer4: Selu,
    layer5: Selu,
}

#[network(input = [3, 4])]
struct Net1Part5 {
    layer0: Flatten,
    layer1: Dense<1, NoBias>,
    #[frozen]
    layer2: Dense<4>,
}

#[network(input = [3, 3])]
struct Net1 {
    layer0: [Dense<3, NoBias>; 1],
    layer1: Dense<16>,
    layer2: LogSoftmax,
    #[group(slow)]
    layer3: Dense<4>,
    layer4: Tanh,
    #[frozen]
    layer5: self::Net1Part5,
    layer6: Flatten,
}

#[network(input = [2, 3, 1])]
struct Net2Part0 {
    #[init(xavier_uniform)]
    layer0: Conv2d<4, Kernel<2, 1>, Pad<1, 0>, Groups<2>>,
}

#[network(input = [2, 3, 1])]
struct Net2 {
    layer0: self::Net2Part0,
    layer1: ConvTranspose2d<5, 2, Stride<2>>,
    layer2: Tanh,
    layer3: Relu,
    layer4: Softplus,
    layer5: Relu,
    layer6: [Elu; ONE],
    #[frozen]
    layer7: Depthwise2d<Kernel<3, 1>, Pad<1, 0>, NoBias>,
}

#[network(input = [8])]
struct Net3 {
    layer0: Softmax,
    #[group(slow)]
    layer1: Dense<4>,
    layer2: GeluTanh,
    layer3: HardSigmoid,
    #[frozen]
    layer4: Dense<3>,
    layer5: Elu<0.7>,
}

#[network(input = [3, 3])]
struct Net4 {
    #[init(kaiming_normal)]
    layer0: Dense<4>,
    layer1: LeakyRelu,
    layer2: Softplus,
    layer3: Selu,
    #[frozen]
    layer4: Conv1d<5, 1, Pad<0, 0>, Stride<1>, Dilation<1>>,
    layer5: Dense<FIVE, NoBias>,
    layer6: Dropout<0.5>,
}

#[network(input = [1, 2, 4])]
struct Net5 {
    layer0: Dropout<0.5>,
    layer1: Tanh,
    layer2: [Gelu; 3],
    layer3: Conv2d<1, Kernel<2, 1>, Pad<Same>>,
}

#[network(input = [8])]
struct Net6 {
    layer0: Sigmoid,
}

#[network(input = [2, 1])]
struct Net7 {
    layer0: LeakyRelu<0.2>,
    layer1: PRelu<1>,
}

#[network(input = [4, 2, 6])]
struct Net8Part4 {
    #[group(slow)]
    layer0: Conv2d<8, Kernel<3, 3>, Pad<2, 1>, Groups<4>>,
    layer1: Flatten,
    #[group(slow)]
    layer2: Dense<2, NoBias>,
}

#[network(input = [2, 3, 4])]
struct Net8 {
    layer0: PRelu,
    layer1: Map<super::Cube>,
    layer2: Softmax,
    #[frozen]
    #[group(slow)]
    layer3: Conv2d<4, Kernel<1, 1>, Pad<0, 1>, Stride<2, 1>, Groups<2>>,
    #[frozen]
    #[group(slow)]
    layer4: self::Net8Part4,
}

#[network(input = [7])]
struct Net9Part4 {
    layer0: Dense<3>,
    layer1: Flatten,
    layer2: Dense<9>,
    layer3: LeakyRelu<0.2>,
}

#[network(input = [11])]
struct Net9 {
    layer0: Dense<16>,
    layer1: Dense<7, NoBias>,
    layer2: Selu,
    layer3: Softmax,
    layer4: self::Net9Part4,
    layer5: Elu,
    #[frozen]
    layer6: Dense<9>,
    layer7: Dense<5>,
}

#[network(input = [2, 1])]
struct Net10 {
    layer0: HardTanh,
    layer1: GeluTanh,
    layer2: Dense<9>,
    layer3: PRelu<9>,
}

#[network(input = [1, 3, 1])]
struct Net11Part1 {
    layer0: Dropout<0.5>,
}

#[network(input = [1, 3, 1])]
struct Net11 {
    layer0: LeakyRelu<0.2>,
    layer1: self::Net11Part1,
    #[frozen]
    #[init(xavier_uniform)]
    layer2: ConvTranspose2d<1, 2, Stride<1>>,
}

#[network(input = [8])]
struct Net12 {
    layer0: Dense<9>,
    layer1: Elu<0.7>,
    layer2: Silu,
    layer3: Dense<16>,
    layer4: Softplus,
    layer5: Dense<{ FIVE + 2 }, NoBias>,
    #[frozen]
    layer6: Dense<16>,
    layer7: GeluTanh,
}

#[network(input = [3, 5])]
struct Net13 {
    layer0: Elu<0.7>,
    layer1: Conv1d<3, 1, Pad<0, 0>, Stride<2>, Dilation<2>>,
    layer2: [HardSwish; 2],
}

#[network(input = [1, 2, 1])]
struct Net14 {
    layer0: PRelu<1>,
    #[frozen]
    layer1: Conv2d<3, Kernel<3, 3>, Pad<1, 2>, NoBias>,
    layer2: LeakyRelu,
    layer3: LeakyRelu<0.2>,
}

#[network(input = [8])]
struct Net15 {
    layer0: Elu<0.7>,
    #[frozen]
    #[init(xavier_uniform)]
    layer1: Dense<ONE>,
}

#[network(input = [2, 3])]
struct Net16 {
    layer0: Selu,
    layer1: [Dense<3, NoBias>; ONE],
    layer2: [HardSigmoid; 2],
    layer3: Elu,
    layer4: Tanh,
}

#[network(input = [2, 2, 2])]
struct Net17 {
    layer0: Softplus,
    layer1: [LeakyRelu<0.2>; 3],
}

#[network(input = [1])]
struct Net18 {
    layer0: Flatten,
    layer1: Dense<4>,
    layer2: LogSoftmax,
    layer3: Dense<4>,
    #[init(super::halved)]
    layer4: Dense<2>,
    layer5: PRelu<2>,
    layer6: Dropout<0.5>,
}

#[network(input = [3, 5])]
struct Net19 {
    layer0: Dense<1>,
}

#[network(input = [2, 2, 1])]
struct Net20 {
    layer0: GeluTanh,
    layer1: Conv2d<2, Kernel<2, 3>, Pad<0, 2>, Stride<1, 2>>,
    layer2: HardTanh,
    layer3: ConvTranspose2d<4, 1, Stride<1>>,
    layer4: Conv2d<8, Kernel<3, 1>, Pad<Same>, NoBias, Groups<4>>,
    layer5: Sigmoid,
    layer6: Flatten,
    layer7: LogSoftmax,
}

#[network(input = [2])]
struct Net21 {
    layer0: [PRelu; ONE],
    layer1: HardTanh,
    #[frozen]
    #[init(kaiming_normal)]
    layer2: Dense<ONE>,
    layer3: Dense<ONE>,
    layer4: Dense<7>,
    layer5: LeakyRelu<0.2>,
    layer6: Dropout<0.5>,
    #[init(kaiming_normal)]
    layer7: [Dense<{ FIVE + 2 }, NoBias>; ONE],
}

#[network(input = [3, 1])]
struct Net22 {
    #[init(super::halved)]
    layer0: PRelu<1>,
    layer1: GeluTanh,
    layer2: Flatten,
    layer3: Dropout<0.5>,
    layer4: GeluTanh,
}

#[network(input = [2, 3, 4])]
struct Net23 {
    layer0: Softmax,
    layer1: Map<super::Cube>,
    layer2: LeakyRelu<0.2>,
    layer3: Softmax,
    layer4: LeakyRelu<0.2>,
    layer5: Conv2d<2, Kernel<1, 3>, Pad<0, 1>>,
    layer6: Elu<0.7>,
    layer7: [PRelu; ONE],
}

#[network(input = [1])]
struct Net24 {
    layer0: Selu,
    layer1: Dense<4>,
    layer2: Softplus,
    layer3: Dense<ONE>,
    layer4: Dense<16, NoBias>,
    layer5: Softplus,
    layer6: Dense<3>,
}

#[network(input = [2, 1])]
struct Net25 {
    #[frozen]
    layer0: Dense<7>,
    layer1: Elu<0.7>,
    layer2: Dense<4>,
    layer3: [HardTanh; 2],
    layer4: Dropout<0.2>,
    layer5: HardSwish,
    layer6: Conv1d<5, 1, Pad<1, 0>, Stride<1>, Dilation<1>>,
    layer7: Map<super::Cube>,
}

#[network(input = [2, 1, 1])]
struct Net26 {
    layer0: Flatten,
    layer1: Dropout<0.5>,
    layer2: PRelu<2>,
    layer3: Dense<{ FIVE + 2 }>,
    layer4: LeakyRelu<0.2>,
}

#[network(input = [3])]
struct Net27 {
    #[frozen]
    layer0: PRelu,
    layer1: Softmax,
    layer2: Flatten,
}

#[network(input = [2, 3])]
struct Net28 {
    layer0: GeluTanh,
    layer1: Dense<FIVE>,
    layer2: Selu,
}

#[network(input = [2, 3, 4])]
struct Net29 {
    layer0: Depthwise2d<Kernel<2, 1>, Pad<1, 1>>,
    layer1: Dropout<0.5>,
    layer2: Tanh,
    #[init(kaiming_normal)]
    layer3: Depthwise2d<Kernel<3, 3>, Pad<1, 1>>,
    #[group(slow)]
    layer4: Depthwise2d<Kernel<1, 1>, Pad<1, 1>, NoBias>,
    layer5: Conv2d<4, Kernel<3, 1>, Pad<0, 0>, NoBias, Groups<2>>,
    layer6: Conv2d<8, Kernel<2, 3>, Pad<Same>, Stride<2, 2>, Groups<4>>,
    #[init(kaiming_normal)]
    layer7: Depthwise2d<Kernel<3, 1>, Pad<1, 0>>,
}

#[network(input = [11])]
struct Net30 {
    layer0: PRelu<11>,
    #[frozen]
    layer1: [PRelu; ONE],
    layer2: GeluTanh,
}

#[network(input = [2, 2])]
struct Net31 {
    layer0: PRelu,
    #[init(xavier_uniform)]
    layer1: Dense<1>,
    #[init(xavier_uniform)]
    layer2: Conv1d<2, 3, Pad<2, 0>, Stride<1>, Dilation<1>>,
}

#[network(input = [2, 3, 4])]
struct Net32Part0 {
    layer0: Conv2d<2, Kernel<1, 3>, Pad<1, 1>, Stride<2, 1>>,
    layer1: Flatten,
    layer2: LogSoftmax,
}

#[network(input = [2, 3, 4])]
struct Net32 {
    layer0: self::Net32Part0,
    layer1: Selu,
    layer2: Elu,
}

#[network(input = [2])]
struct Net33Part0 {
    layer0: Dense<3, NoBias>,
    layer1: Flatten,
    #[group(slow)]
    layer2: Dense<4, NoBias>,
    layer3: Flatten,
}

#[network(input = [16])]
struct Net33Part2 {
    layer0: Dense<4, NoBias>,
}

#[network(input = [2])]
struct Net33 {
    layer0: self::Net33Part0,
    #[group(slow)]
    layer1: Dense<16>,
    layer2: self::Net33Part2,
    layer3: Flatten,
    layer4: Softmax,
    layer5: GeluTanh,
    layer6: Dropout<0.5>,
}

#[network(input = [4, 2])]
struct Net34 {
    layer0: HardSwish,
    layer1: Dropout<0.5>,
    #[frozen]
    layer2: Conv1d<5, 2, Pad<1, 0>, Stride<1>, Dilation<2>>,
    layer3: Conv1d<1, 1, Pad<1, 0>, Stride<1>, Dilation<2>>,
    layer4: Dense<2>,
    layer5: Dense<4>,
}

#[network(input = [1, 3, 2])]
struct Net35 {
    layer0: Conv2d<2, Kernel<2, 1>, Pad<0, 1>, NoBias, Groups<1>>,
    layer1: HardSigmoid,
}

#[network(input = [3])]
struct Net36 {
    layer0: [PRelu; 2],
    layer1: Selu,
    #[frozen]
    layer2: [Dense<3>; 2],
}

#[network(input = [1, 5])]
struct Net37 {
    layer0: HardSwish,
    layer1: PRelu,
    layer2: Dense<7>,
    layer3: [PRelu; 1],
    layer4: HardSwish,
    layer5: Dense<1>,
    layer6: Map<super::Cube>,
}

#[network(input = [2, 2, 1])]
struct Net38 {
    layer0: Conv2d<1, Kernel<3, 3>, Pad<2, 1>, Stride<2, 2>>,
    layer1: LeakyRelu,
    layer2: LeakyRelu<0.2>,
    layer3: ConvTranspose2d<3, 2, Stride<2>>,
    layer4: Flatten,
}

#[network(input = [6])]
struct Net39 {
    layer0: LeakyRelu<0.2>,
    layer1: Map<super::Cube>,
    layer2: Dense<9, NoBias>,
    layer3: Tanh,
    layer4: Softmax,
}

#[network(input = [4])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = relu(v1);
    let v3 = slice(x, 2..3);
    let v4 = flatten(x);
    let v5 = f0(x);
    let v6 = (v4 + x);
    let v7 = slice(v4, 2..4);
    let v8 = f1(v4);
    let v9 = f2(v6);
    let v10 = sigmoid(v9);
    let v11 = flatten(v9);
    let v12 = flatten(v2);
    let v13 = f3(v12);
    let v14 = flatten(v3);
    let v15 = f4(v14);
    let v16 = v13 + v15;
    let v17 = flatten(v5);
    let v18 = f5(v17);
    let v19 = v16 + v18;
    let v20 = flatten(v7);
    let v21 = f6(v20);
    let v22 = v19 + v21;
    let v23 = flatten(v8);
    let v24 = f7(v23);
    let v25 = v22 + v24;
    let v26 = flatten(v10);
    let v27 = f8(v26);
    let v28 = v25 + v27;
    let v29 = flatten(v11);
    let v30 = f9(v29);
    let v31 = v28 + v30;
    v31
})]
struct Graph0 {
    f0: Dense<1>,
    f1: PRelu,
    f2: Dense<5>,
    f3: Dense<1>,
    f4: Dense<1>,
    f5: Dense<1>,
    f6: Dense<1>,
    f7: Dense<1>,
    f8: Dense<1>,
    f9: Dense<1>,
}

#[network(input = [3, 3])]
#[forward(|x| {
    let v1 = flatten(x);
    let v2 = f0(x);
    let v3 = (v1 + v1);
    let v4 = slice(v3, 8..9);
    let v5 = f0(x);
    let v6 = concat(v2, x);
    let v7 = concat(v5, v2);
    let v8 = f1(v4);
    let v9 = f2(v7);
    let v10 = sigmoid(v9);
    let v11 = flatten(v6);
    let v12 = f3(v11);
    let v13 = flatten(v8);
    let v14 = f4(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v10);
    let v17 = f5(v16);
    let v18 = v15 + v17;
    v18
})]
struct Graph1Part1 {
    f0: Dense<1>,
    f1: LeakyRelu<0.2>,
    #[frozen]
    f2: Dense<5>,
    f3: Dense<3>,
    f4: Dense<3>,
    f5: Dense<3>,
}

#[network(input = [3])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = sigmoid(v1);
    let v3 = relu(x + x);
    let v4 = slice(v1, 0..3);
    let v5 = flatten(v4);
    let v6 = f1(v3);
    let v7 = (v4 + v5);
    let v8 = flatten(v2);
    let v9 = f2(v8);
    let v10 = flatten(v6);
    let v11 = f3(v10);
    let v12 = v9 + v11;
    let v13 = flatten(v7);
    let v14 = f4(v13);
    let v15 = v12 + v14;
    v15
})]
struct Graph1Part2 {
    f0: Dense<5>,
    f1: LeakyRelu<0.2>,
    f2: Dense<1>,
    f3: Dense<1>,
    f4: Dense<1>,
}

#[network(input = [3, 3])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = flatten(x);
    let v3 = f0(x);
    let v4 = f1(x);
    let v5 = slice(v4, 2..3);
    let v6 = f2(v4);
    let v7 = f3(v3);
    let v8 = sigmoid(v7);
    let v9 = (v8 + v8);
    let v10 = tanh(v6);
    let v11 = hard_swish(v10);
    let v12 = flatten(v1);
    let v13 = f4(v12);
    let v14 = flatten(v2);
    let v15 = f5(v14);
    let v16 = v13 + v15;
    let v17 = flatten(v5);
    let v18 = f6(v17);
    let v19 = v16 + v18;
    let v20 = flatten(v9);
    let v21 = f7(v20);
    let v22 = v19 + v21;
    let v23 = flatten(v11);
    let v24 = f8(v23);
    let v25 = v22 + v24;
    v25
})]
struct Graph1 {
    f0: Dense<4>,
    f1: self::Graph1Part1,
    f2: self::Graph1Part2,
    f3: Dense<3>,
    f4: Dense<2>,
    f5: Dense<2>,
    f6: Dense<2>,
    f7: Dense<2>,
    f8: Dense<2>,
}

#[network(input = [2, 2, 1])]
#[forward(|x| {
    let v1 = concat(x, x);
    let v2 = flatten(x);
    let v3 = flatten(x);
    let v4 = flatten(x);
    let v5 = silu(v2);
    let v6 = gelu(v5 + v5);
    let v7 = f0(v3);
    let v8 = slice(v6, 3..4);
    let v9 = tanh(v6 * v5);
    let v10 = f1(v9);
    let v11 = flatten(v1);
    let v12 = f2(v11);
    let v13 = flatten(v4);
    let v14 = f3(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v7);
    let v17 = f4(v16);
    let v18 = v15 + v17;
    let v19 = flatten(v8);
    let v20 = f5(v19);
    let v21 = v18 + v20;
    let v22 = flatten(v10);
    let v23 = f6(v22);
    let v24 = v21 + v23;
    v24
})]
struct Graph2 {
    f0: Dense<1>,
    f1: Dense<4>,
    f2: Dense<1>,
    f3: Dense<1>,
    f4: Dense<1>,
    f5: Dense<1>,
    f6: Dense<1>,
}

#[network(input = [1])]
#[forward(|x| {
    let v1 = tanh(x + x);
    let v2 = f0(v1);
    let v3 = relu(v2);
    let v4 = silu(v1);
    let v5 = flatten(v1);
    let v6 = tanh(v5);
    let v7 = flatten(v3);
    let v8 = f1(v7);
    let v9 = flatten(v4);
    let v10 = f2(v9);
    let v11 = v8 + v10;
    let v12 = flatten(v6);
    let v13 = f3(v12);
    let v14 = v11 + v13;
    v14
})]
struct Graph3 {
    f0: Dense<2>,
    f1: Dense<3>,
    f2: Dense<3>,
    f3: Dense<3>,
}

#[network(input = [2, 4])]
#[forward(|x| {
    let v1 = gelu(x + x);
    let v2 = f0(v1);
    let v3 = sigmoid(v2);
    let v4 = tanh(v3 - v2);
    v4
})]
struct Graph4Part0 {
    #[frozen]
    f0: Dense<3>,
}

#[network(input = [2, 4])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = concat(v1, x);
    let v3 = f0(x);
    let v4 = gelu(v2);
    let v5 = f1(v1);
    let v6 = flatten(v3);
    let v7 = f2(v6);
    let v8 = flatten(v4);
    let v9 = f3(v8);
    let v10 = v7 + v9;
    let v11 = flatten(v5);
    let v12 = f4(v11);
    let v13 = v10 + v12;
    v13
})]
struct Graph4 {
    f0: self::Graph4Part0,
    f1: Dense<1>,
    f2: Dense<2>,
    f3: Dense<2>,
    f4: Dense<2>,
}

#[network(input = [1, 2, 3])]
#[forward(|x| {
    let v1 = flatten(x);
    let v2 = flatten(x);
    let v3 = tanh(v1 + v2);
    let v4 = f0(v3);
    let v5 = f1(v4);
    let v6 = tanh(v5);
    let v7 = f2(v3);
    let v8 = sigmoid(v7);
    let v9 = gelu(v8);
    let v10 = flatten(v6);
    let v11 = f3(v10);
    let v12 = flatten(v9);
    let v13 = f4(v12);
    let v14 = v11 + v13;
    v14
})]
struct Graph5Part0 {
    #[frozen]
    f0: Dense<1>,
    f1: Dense<5>,
    f2: Dense<3>,
    f3: Dense<3>,
    f4: Dense<3>,
}

#[network(input = [6])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = f1(x);
    let v3 = sigmoid(v2);
    let v4 = relu(x + x);
    let v5 = f2(v2);
    let v6 = flatten(v2);
    let v7 = f2(v3);
    let v8 = flatten(v7);
    let v9 = f3(v6);
    let v10 = flatten(v1);
    let v11 = f4(v10);
    let v12 = flatten(v4);
    let v13 = f5(v12);
    let v14 = v11 + v13;
    let v15 = flatten(v5);
    let v16 = f6(v15);
    let v17 = v14 + v16;
    let v18 = flatten(v8);
    let v19 = f7(v18);
    let v20 = v17 + v19;
    let v21 = flatten(v9);
    let v22 = f8(v21);
    let v23 = v20 + v22;
    v23
})]
struct Graph5Part1 {
    f0: Tanh,
    f1: Dense<5>,
    f2: Dense<4>,
    f3: Dense<3>,
    f4: Dense<1>,
    f5: Dense<1>,
    f6: Dense<1>,
    f7: Dense<1>,
    f8: Dense<1>,
}

#[network(input = [1, 2, 3])]
#[forward(|x| {
    let v1 = slice(x, 0..1);
    let v2 = (v1 + v1);
    let v3 = flatten(x);
    let v4 = f0(v1);
    let v5 = f1(v3);
    let v6 = f2(v3);
    let v7 = slice(v5, 0..1);
    let v8 = slice(v5, 0..1);
    let v9 = slice(v7, 0..1);
    let v10 = f3(v8);
    let v11 = flatten(v2);
    let v12 = f4(v11);
    let v13 = flatten(v4);
    let v14 = f5(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v6);
    let v17 = f6(v16);
    let v18 = v15 + v17;
    let v19 = flatten(v9);
    let v20 = f7(v19);
    let v21 = v18 + v20;
    let v22 = flatten(v10);
    let v23 = f8(v22);
    let v24 = v21 + v23;
    v24
})]
struct Graph5 {
    f0: self::Graph5Part0,
    f1: self::Graph5Part1,
    f2: Dense<1>,
    f3: PRelu,
    f4: Dense<3>,
    f5: Dense<3>,
    f6: Dense<3>,
    f7: Dense<3>,
    f8: Dense<3>,
}

#[network(input = [6])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = tanh(v1);
    let v3 = f0(x);
    let v4 = sigmoid(v2);
    let v5 = (v2 - v4);
    let v6 = flatten(v3);
    let v7 = f1(v6);
    let v8 = flatten(v5);
    let v9 = f2(v8);
    let v10 = v7 + v9;
    v10
})]
struct Graph6Part0 {
    f0: Dense<3>,
    f1: Dense<3>,
    f2: Dense<3>,
}

#[network(input = [6])]
#[forward(|x| {
    let v1 = (x + x);
    let v2 = gelu(x);
    let v3 = relu(v2 + v2);
    let v4 = f0(x);
    let v5 = tanh(v4);
    let v6 = (v4 + v5);
    let v7 = f0(v3);
    let v8 = flatten(v6);
    let v9 = f0(v2);
    let v10 = f1(v9);
    let v11 = f2(v9);
    let v12 = f2(v9);
    let v13 = flatten(v1);
    let v14 = f3(v13);
    let v15 = flatten(v7);
    let v16 = f4(v15);
    let v17 = v14 + v16;
    let v18 = flatten(v8);
    let v19 = f5(v18);
    let v20 = v17 + v19;
    let v21 = flatten(v10);
    let v22 = f6(v21);
    let v23 = v20 + v22;
    let v24 = flatten(v11);
    let v25 = f7(v24);
    let v26 = v23 + v25;
    let v27 = flatten(v12);
    let v28 = f8(v27);
    let v29 = v26 + v28;
    v29
})]
struct Graph6Part1 {
    #[frozen]
    f0: Dense<2>,
    f1: Dense<5>,
    #[frozen]
    f2: Dense<2>,
    f3: Dense<1>,
    f4: Dense<1>,
    f5: Dense<1>,
    f6: Dense<1>,
    f7: Dense<1>,
    f8: Dense<1>,
}

#[network(input = [6])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = f1(x);
    let v3 = flatten(v2);
    let v4 = f1(x);
    let v5 = f2(v3);
    let v6 = sigmoid(v5);
    let v7 = gelu(v3 * v2);
    let v8 = concat(v5, v1);
    let v9 = f3(v7);
    let v10 = flatten(v4);
    let v11 = f4(v10);
    let v12 = flatten(v6);
    let v13 = f5(v12);
    let v14 = v11 + v13;
    let v15 = flatten(v8);
    let v16 = f6(v15);
    let v17 = v14 + v16;
    let v18 = flatten(v9);
    let v19 = f7(v18);
    let v20 = v17 + v19;
    v20
})]
struct Graph6 {
    f0: self::Graph6Part0,
    f1: self::Graph6Part1,
    f2: Dense<3>,
    f3: Dense<5>,
    f4: Dense<3>,
    f5: Dense<3>,
    f6: Dense<3>,
    f7: Dense<3>,
}

#[network(input = [2, 1])]
#[forward(|x| {
    let v1 = gelu(x + x);
    let v2 = f0(x);
    let v3 = flatten(v1);
    let v4 = f1(v3);
    let v5 = flatten(v2);
    let v6 = f2(v5);
    let v7 = v4 + v6;
    v7
})]
struct Graph7 {
    f0: PRelu,
    f1: Dense<1>,
    f2: Dense<1>,
}

#[network(input = [1, 2, 1])]
#[forward(|x| {
    let v1 = slice(x, 0..1);
    let v2 = flatten(v1);
    let v3 = f0(v2);
    let v4 = f0(v2);
    let v5 = (v4 + v3);
    let v6 = tanh(v2 + v2);
    let v7 = flatten(v5);
    let v8 = f1(v7);
    let v9 = flatten(v6);
    let v10 = f2(v9);
    let v11 = v8 + v10;
    v11
})]
struct Graph8 {
    #[frozen]
    f0: Dense<1>,
    f1: Dense<2>,
    f2: Dense<2>,
}

#[network(input = [3])]
#[forward(|x| {
    let v1 = relu(x + x);
    let v2 = f0(v1);
    let v3 = f1(v1);
    let v4 = tanh(v3);
    let v5 = f2(v2);
    let v6 = flatten(v4);
    let v7 = f3(v6);
    let v8 = flatten(v5);
    let v9 = f4(v8);
    let v10 = v7 + v9;
    v10
})]
struct Graph9 {
    f0: Dense<2>,
    #[frozen]
    f1: Dense<4>,
    f2: LeakyRelu<0.2>,
    f3: Dense<3>,
    f4: Dense<3>,
}

#[network(input = [3, 3])]
#[forward(|x| {
    let v1 = concat(x, x);
    let v2 = f0(x);
    let v3 = flatten(v2);
    let v4 = flatten(x);
    let v5 = f0(x);
    let v6 = gelu(v3);
    let v7 = f1(v3);
    let v8 = softplus(v5);
    let v9 = softplus(v7);
    let v10 = f2(v6);
    let v11 = flatten(v1);
    let v12 = f3(v11);
    let v13 = flatten(v4);
    let v14 = f4(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v8);
    let v17 = f5(v16);
    let v18 = v15 + v17;
    let v19 = flatten(v9);
    let v20 = f6(v19);
    let v21 = v18 + v20;
    let v22 = flatten(v10);
    let v23 = f7(v22);
    let v24 = v21 + v23;
    v24
})]
struct Graph10 {
    f0: PRelu,
    f1: Tanh,
    f2: Dense<5>,
    f3: Dense<3>,
    f4: Dense<3>,
    f5: Dense<3>,
    f6: Dense<3>,
    f7: Dense<3>,
}

#[network(input = [2, 2, 1])]
#[forward(|x| {
    let v1 = flatten(x);
    let v2 = tanh(x + x);
    let v3 = softmax(v1);
    let v4 = f0(v3);
    let v5 = relu(v2);
    let v6 = relu(v2 * x);
    let v7 = flatten(v5);
    let v8 = f1(v4);
    let v9 = sigmoid(v8);
    let v10 = tanh(v8 * v1);
    let v11 = flatten(v6);
    let v12 = f2(v11);
    let v13 = flatten(v7);
    let v14 = f3(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v9);
    let v17 = f4(v16);
    let v18 = v15 + v17;
    let v19 = flatten(v10);
    let v20 = f5(v19);
    let v21 = v18 + v20;
    v21
})]
struct Graph11 {
    f0: Dense<3>,
    f1: Dense<4>,
    f2: Dense<1>,
    f3: Dense<1>,
    f4: Dense<1>,
    f5: Dense<1>,
}

#[network(input = [3])]
#[forward(|x| {
    let v1 = (x + x);
    let v2 = concat(x, v1);
    let v3 = tanh(v1);
    let v4 = f0(v2);
    let v5 = flatten(v3);
    let v6 = f1(v4);
    let v7 = f2(v6);
    let v8 = f3(v6);
    let v9 = slice(v6, 0..1);
    let v10 = f0(v2);
    let v11 = flatten(v5);
    let v12 = f4(v11);
    let v13 = flatten(v7);
    let v14 = f5(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v8);
    let v17 = f6(v16);
    let v18 = v15 + v17;
    let v19 = flatten(v9);
    let v20 = f7(v19);
    let v21 = v18 + v20;
    let v22 = flatten(v10);
    let v23 = f8(v22);
    let v24 = v21 + v23;
    v24
})]
struct Graph12 {
    f0: Dense<5>,
    f1: PRelu,
    f2: Dense<3>,
    f3: PRelu,
    f4: Dense<2>,
    f5: Dense<2>,
    f6: Dense<2>,
    f7: Dense<2>,
    f8: Dense<2>,
}

#[network(input = [2, 4])]
#[forward(|x| {
    let v1 = (x + x);
    let v2 = flatten(x);
    let v3 = f0(v1);
    let v4 = f1(v3);
    let v5 = concat(v2, v2);
    let v6 = f0(v4);
    let v7 = flatten(v4);
    let v8 = f2(v6);
    let v9 = f3(v6);
    let v10 = flatten(v5);
    let v11 = f4(v10);
    let v12 = flatten(v7);
    let v13 = f5(v12);
    let v14 = v11 + v13;
    let v15 = flatten(v8);
    let v16 = f6(v15);
    let v17 = v14 + v16;
    let v18 = flatten(v9);
    let v19 = f7(v18);
    let v20 = v17 + v19;
    v20
})]
struct Graph13Part0 {
    f0: Dense<4>,
    f1: PRelu,
    f2: PRelu,
    f3: Tanh,
    f4: Dense<2>,
    f5: Dense<2>,
    f6: Dense<2>,
    f7: Dense<2>,
}

#[network(input = [2])]
#[forward(|x| {
    let v1 = slice(x, 0..1);
    let v2 = f0(x);
    let v3 = tanh(v2);
    let v4 = tanh(v1 + v1);
    let v5 = f1(v1);
    let v6 = tanh(v5);
    let v7 = concat(v4, v5);
    let v8 = relu(v5 + v5);
    let v9 = f2(v7);
    let v10 = f3(v6);
    let v11 = sigmoid(v10);
    let v12 = f4(v11);
    let v13 = flatten(v3);
    let v14 = f5(v13);
    let v15 = flatten(v8);
    let v16 = f6(v15);
    let v17 = v14 + v16;
    let v18 = flatten(v9);
    let v19 = f7(v18);
    let v20 = v17 + v19;
    let v21 = flatten(v12);
    let v22 = f8(v21);
    let v23 = v20 + v22;
    v23
})]
struct Graph13Part1 {
    #[frozen]
    f0: Dense<2>,
    #[frozen]
    f1: Dense<3>,
    f2: Dense<2>,
    f3: Dense<3>,
    f4: Dropout<0.3>,
    f5: Dense<2>,
    f6: Dense<2>,
    f7: Dense<2>,
    f8: Dense<2>,
}

#[network(input = [2, 4])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = flatten(v1);
    let v3 = f1(v1);
    let v4 = flatten(v3);
    let v5 = f2(v4);
    let v6 = f3(v2);
    let v7 = slice(v3, 1..2);
    let v8 = flatten(v5);
    let v9 = f4(v8);
    let v10 = flatten(v6);
    let v11 = f5(v10);
    let v12 = v9 + v11;
    let v13 = flatten(v7);
    let v14 = f6(v13);
    let v15 = v12 + v14;
    v15
})]
struct Graph13 {
    f0: self::Graph13Part0,
    f1: self::Graph13Part1,
    f2: Dense<5>,
    f3: Dense<3>,
    f4: Dense<1>,
    f5: Dense<1>,
    f6: Dense<1>,
}

#[network(input = [1, 2, 1])]
#[forward(|x| {
    let v1 = (x + x);
    let v2 = leaky_relu(v1);
    let v3 = flatten(v2);
    let v4 = f0(v3);
    let v5 = f1(v4);
    v5
})]
struct Graph14 {
    f0: Dense<3>,
    f1: PRelu,
}

#[network(input = [6])]
#[forward(|x| {
    let v1 = silu(x);
    let v2 = (v1 + v1);
    let v3 = tanh(x * v1);
    let v4 = tanh(v3 + v1);
    let v5 = gelu(v2 + v3);
    let v6 = flatten(v4);
    let v7 = f0(v6);
    let v8 = flatten(v5);
    let v9 = f1(v8);
    let v10 = v7 + v9;
    v10
})]
struct Graph15Part0 {
    f0: Dense<3>,
    f1: Dense<3>,
}

#[network(input = [4])]
#[forward(|x| {
    let v1 = concat(x, x);
    let v2 = f0(v1);
    let v3 = sigmoid(v2);
    let v4 = f0(v1);
    let v5 = f1(v1);
    let v6 = softplus(v5);
    let v7 = flatten(v3);
    let v8 = flatten(v7);
    let v9 = f2(v6);
    let v10 = f3(v9);
    let v11 = flatten(v4);
    let v12 = f4(v11);
    let v13 = flatten(v8);
    let v14 = f5(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v10);
    let v17 = f6(v16);
    let v18 = v15 + v17;
    v18
})]
struct Graph15Part3 {
    #[frozen]
    f0: Dense<1>,
    f1: Dense<2>,
    f2: Dense<2>,
    f3: Dropout<0.3>,
    f4: Dense<1>,
    f5: Dense<1>,
    f6: Dense<1>,
}

#[network(input = [4])]
#[forward(|x| {
    let v1 = slice(x, 1..4);
    let v2 = tanh(v1);
    let v3 = softplus(v2);
    let v4 = flatten(x);
    let v5 = flatten(v1);
    let v6 = f0(v5);
    let v7 = tanh(v6);
    let v8 = (v4 + v4);
    let v9 = f1(v8);
    let v10 = concat(v7, v5);
    let v11 = flatten(v3);
    let v12 = f2(v11);
    let v13 = flatten(v9);
    let v14 = f3(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v10);
    let v17 = f4(v16);
    let v18 = v15 + v17;
    v18
})]
struct Graph15Part4 {
    f0: Dense<1>,
    f1: PRelu,
    f2: Dense<1>,
    f3: Dense<1>,
    f4: Dense<1>,
}

#[network(input = [6])]
#[forward(|x| {
    let v1 = (x + x);
    let v2 = slice(x, 1..4);
    let v3 = f0(x);
    let v4 = f1(v2);
    let v5 = relu(v4);
    let v6 = f2(v2);
    let v7 = f3(v4);
    let v8 = f4(v4);
    let v9 = softplus(v7);
    let v10 = flatten(v1);
    let v11 = f5(v10);
    let v12 = flatten(v3);
    let v13 = f6(v12);
    let v14 = v11 + v13;
    let v15 = flatten(v5);
    let v16 = f7(v15);
    let v17 = v14 + v16;
    let v18 = flatten(v6);
    let v19 = f8(v18);
    let v20 = v17 + v19;
    let v21 = flatten(v8);
    let v22 = f9(v21);
    let v23 = v20 + v22;
    let v24 = flatten(v9);
    let v25 = f10(v24);
    let v26 = v23 + v25;
    v26
})]
struct Graph15 {
    f0: self::Graph15Part0,
    f1: Dense<4>,
    f2: Dense<1>,
    f3: self::Graph15Part3,
    f4: self::Graph15Part4,
    f5: Dense<3>,
    f6: Dense<3>,
    f7: Dense<3>,
    f8: Dense<3>,
    f9: Dense<3>,
    f10: Dense<3>,
}

#[network(input = [3, 1])]
#[forward(|x| {
    let v1 = flatten(x);
    let v2 = flatten(v1);
    let v3 = f0(v2);
    let v4 = f1(x);
    let v5 = sigmoid(v4);
    let v6 = flatten(v3);
    let v7 = f2(v6);
    let v8 = flatten(v5);
    let v9 = f3(v8);
    let v10 = v7 + v9;
    v10
})]
struct Graph16Part0 {
    f0: Dense<5>,
    f1: Dense<4>,
    f2: Dense<2>,
    f3: Dense<2>,
}

#[network(input = [3, 1])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = f1(x);
    let v3 = concat(v1, v1);
    let v4 = f2(v2);
    let v5 = sigmoid(v4);
    let v6 = f3(v2);
    let v7 = f4(v4);
    let v8 = gelu(v6 + v6);
    let v9 = flatten(v3);
    let v10 = f5(v9);
    let v11 = flatten(v5);
    let v12 = f6(v11);
    let v13 = v10 + v12;
    let v14 = flatten(v7);
    let v15 = f7(v14);
    let v16 = v13 + v15;
    let v17 = flatten(v8);
    let v18 = f8(v17);
    let v19 = v16 + v18;
    v19
})]
struct Graph16 {
    f0: self::Graph16Part0,
    f1: LeakyRelu<0.2>,
    f2: Dense<3>,
    f3: Dense<2>,
    f4: Dropout<0.3>,
    f5: Dense<2>,
    f6: Dense<2>,
    f7: Dense<2>,
    f8: Dense<2>,
}

#[network(input = [2, 2, 3])]
#[forward(|x| {
    let v1 = flatten(x);
    let v2 = flatten(v1);
    let v3 = concat(x, x);
    let v4 = slice(v3, 3..4);
    let v5 = flatten(v4);
    let v6 = (v5 + v5);
    let v7 = concat(v4, v3);
    let v8 = flatten(v7);
    let v9 = (v5 + v5);
    let v10 = flatten(v2);
    let v11 = f0(v10);
    let v12 = flatten(v6);
    let v13 = f1(v12);
    let v14 = v11 + v13;
    let v15 = flatten(v8);
    let v16 = f2(v15);
    let v17 = v14 + v16;
    let v18 = flatten(v9);
    let v19 = f3(v18);
    let v20 = v17 + v19;
    v20
})]
struct Graph17Part0 {
    f0: Dense<2>,
    f1: Dense<2>,
    f2: Dense<2>,
    f3: Dense<2>,
}

#[network(input = [1, 2, 3])]
#[forward(|x| {
    let v1 = concat(x, x);
    let v2 = flatten(x);
    let v3 = f0(v1);
    let v4 = flatten(v1);
    let v5 = flatten(v2);
    let v6 = f1(v5);
    let v7 = flatten(v3);
    let v8 = f2(v7);
    let v9 = v6 + v8;
    let v10 = flatten(v4);
    let v11 = f3(v10);
    let v12 = v9 + v11;
    v12
})]
struct Graph17 {
    f0: self::Graph17Part0,
    f1: Dense<2>,
    f2: Dense<2>,
    f3: Dense<2>,
}

#[network(input = [1])]
#[forward(|x| {
    let v1 = slice(x, 0..1);
    let v2 = tanh(v1);
    let v3 = relu(v1 + v1);
    let v4 = slice(v1, 0..1);
    let v5 = concat(v2, v1);
    let v6 = flatten(v3);
    let v7 = f0(v6);
    let v8 = flatten(v4);
    let v9 = f1(v8);
    let v10 = v7 + v9;
    let v11 = flatten(v5);
    let v12 = f2(v11);
    let v13 = v10 + v12;
    v13
})]
struct Graph18 {
    f0: Dense<3>,
    f1: Dense<3>,
    f2: Dense<3>,
}

#[network(input = [3, 1])]
#[forward(|x| {
    let v1 = flatten(x);
    let v2 = f0(v1);
    let v3 = sigmoid(v2);
    let v4 = flatten(v3);
    let v5 = f1(v1);
    let v6 = concat(v5, v3);
    let v7 = slice(v5, 0..1);
    let v8 = slice(v5, 0..1);
    let v9 = f2(v8);
    let v10 = relu(v9 + v9);
    let v11 = flatten(v4);
    let v12 = f3(v11);
    let v13 = flatten(v6);
    let v14 = f4(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v7);
    let v17 = f5(v16);
    let v18 = v15 + v17;
    let v19 = flatten(v10);
    let v20 = f6(v19);
    let v21 = v18 + v20;
    v21
})]
struct Graph19Part0 {
    f0: Dense<5>,
    #[frozen]
    f1: Dense<1>,
    f2: PRelu,
    f3: Dense<3>,
    f4: Dense<3>,
    f5: Dense<3>,
    f6: Dense<3>,
}

#[network(input = [5])]
#[forward(|x| {
    let v1 = leaky_relu(x);
    let v2 = f0(x);
    let v3 = f1(v1);
    let v4 = sigmoid(v3);
    let v5 = (v2 - v1);
    let v6 = tanh(v4);
    let v7 = f2(v4);
    let v8 = f3(v5);
    let v9 = flatten(v6);
    let v10 = f4(v9);
    let v11 = flatten(v7);
    let v12 = f5(v11);
    let v13 = v10 + v12;
    let v14 = flatten(v8);
    let v15 = f6(v14);
    let v16 = v13 + v15;
    v16
})]
struct Graph19Part2 {
    f0: LeakyRelu<0.2>,
    #[frozen]
    f1: Dense<3>,
    #[frozen]
    f2: Dense<5>,
    f3: Dense<3>,
    f4: Dense<3>,
    f5: Dense<3>,
    f6: Dense<3>,
}

#[network(input = [3, 1])]
#[forward(|x| {
    let v1 = gelu(x + x);
    let v2 = f0(x);
    let v3 = flatten(v2);
    let v4 = gelu(x);
    let v5 = f1(v2);
    let v6 = hard_swish(v5);
    let v7 = f2(v5);
    let v8 = flatten(v5);
    let v9 = flatten(v1);
    let v10 = f3(v9);
    let v11 = flatten(v3);
    let v12 = f4(v11);
    let v13 = v10 + v12;
    let v14 = flatten(v4);
    let v15 = f5(v14);
    let v16 = v13 + v15;
    let v17 = flatten(v6);
    let v18 = f6(v17);
    let v19 = v16 + v18;
    let v20 = flatten(v7);
    let v21 = f7(v20);
    let v22 = v19 + v21;
    let v23 = flatten(v8);
    let v24 = f8(v23);
    let v25 = v22 + v24;
    v25
})]
struct Graph19 {
    f0: self::Graph19Part0,
    f1: Dense<5>,
    f2: self::Graph19Part2,
    f3: Dense<3>,
    f4: Dense<3>,
    f5: Dense<3>,
    f6: Dense<3>,
    f7: Dense<3>,
    f8: Dense<3>,
}

#[network(input = [1, 2, 3])]
#[forward(|x| {
    let v1 = softplus(x);
    let v2 = flatten(x);
    let v3 = (v2 + v2);
    let v4 = flatten(v1);
    let v5 = concat(v4, v3);
    let v6 = flatten(v5);
    let v7 = f0(v6);
    v7
})]
struct Graph20Part0 {
    f0: Dense<3>,
}

#[network(input = [1, 2, 3])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = f1(v1);
    let v3 = sigmoid(v2);
    let v4 = f2(v1);
    let v5 = sigmoid(v4);
    let v6 = f3(v2);
    let v7 = f4(v5);
    let v8 = f5(v5);
    let v9 = relu(v8 * v2);
    let v10 = flatten(v3);
    let v11 = f6(v10);
    let v12 = flatten(v6);
    let v13 = f7(v12);
    let v14 = v11 + v13;
    let v15 = flatten(v7);
    let v16 = f8(v15);
    let v17 = v14 + v16;
    let v18 = flatten(v9);
    let v19 = f9(v18);
    let v20 = v17 + v19;
    v20
})]
struct Graph20 {
    f0: self::Graph20Part0,
    f1: Dense<5>,
    f2: Dense<1>,
    f3: Dense<5>,
    f4: PRelu,
    f5: Dense<5>,
    f6: Dense<2>,
    f7: Dense<2>,
    f8: Dense<2>,
    f9: Dense<2>,
}

#[network(input = [6])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = f1(x);
    let v3 = relu(v1 + v1);
    let v4 = f2(v1);
    let v5 = concat(v3, v3);
    let v6 = flatten(v2);
    let v7 = relu(v4 + v4);
    let v8 = concat(v7, v4);
    let v9 = flatten(v5);
    let v10 = f3(v9);
    let v11 = flatten(v6);
    let v12 = f4(v11);
    let v13 = v10 + v12;
    let v14 = flatten(v8);
    let v15 = f5(v14);
    let v16 = v13 + v15;
    v16
})]
struct Graph21 {
    f0: Dense<1>,
    f1: LeakyRelu<0.2>,
    f2: Dense<4>,
    f3: Dense<3>,
    f4: Dense<3>,
    f5: Dense<3>,
}

#[network(input = [1, 5])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = sigmoid(v1);
    let v3 = f0(x);
    let v4 = flatten(v1);
    let v5 = f1(v1);
    let v6 = f2(v4);
    let v7 = tanh(v6);
    let v8 = flatten(v5);
    let v9 = flatten(v2);
    let v10 = f3(v9);
    let v11 = flatten(v3);
    let v12 = f4(v11);
    let v13 = v10 + v12;
    let v14 = flatten(v7);
    let v15 = f5(v14);
    let v16 = v13 + v15;
    let v17 = flatten(v8);
    let v18 = f6(v17);
    let v19 = v16 + v18;
    v19
})]
struct Graph22Part2 {
    #[frozen]
    f0: Dense<4>,
    f1: LeakyRelu<0.2>,
    #[frozen]
    f2: Dense<1>,
    f3: Dense<3>,
    f4: Dense<3>,
    f5: Dense<3>,
    f6: Dense<3>,
}

#[network(input = [3, 4])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = relu(v1);
    let v3 = slice(x, 2..3, axis = steps);
    let v4 = f1(v3);
    let v5 = relu(v4);
    let v6 = f2(v4);
    let v7 = f1(v3);
    let v8 = relu(v5 + v7);
    let v9 = f3(v8);
    let v10 = f3(v7);
    let v11 = flatten(v7);
    let v12 = flatten(v2);
    let v13 = f4(v12);
    let v14 = flatten(v6);
    let v15 = f5(v14);
    let v16 = v13 + v15;
    let v17 = flatten(v9);
    let v18 = f6(v17);
    let v19 = v16 + v18;
    let v20 = flatten(v10);
    let v21 = f7(v20);
    let v22 = v19 + v21;
    let v23 = flatten(v11);
    let v24 = f8(v23);
    let v25 = v22 + v24;
    v25
})]
struct Graph22 {
    #[frozen]
    f0: Dense<4>,
    #[frozen]
    f1: Dense<5>,
    f2: self::Graph22Part2,
    f3: Dense<3>,
    f4: Dense<1>,
    f5: Dense<1>,
    f6: Dense<1>,
    f7: Dense<1>,
    f8: Dense<1>,
}

#[network(input = [1, 2, 1])]
#[forward(|x| {
    let v1 = flatten(x);
    let v2 = concat(x, x);
    let v3 = tanh(v1 + v1);
    let v4 = flatten(v2);
    let v5 = f0(v4);
    let v6 = flatten(v3);
    let v7 = f1(v6);
    let v8 = v5 + v7;
    v8
})]
struct Graph23 {
    f0: Dense<1>,
    f1: Dense<1>,
}

#[network(input = [4])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = tanh(v1);
    let v3 = (v2 + v2);
    let v4 = f1(v2);
    let v5 = f2(v2);
    let v6 = concat(v3, v1);
    let v7 = flatten(v4);
    let v8 = f3(v7);
    let v9 = flatten(v5);
    let v10 = f4(v9);
    let v11 = v8 + v10;
    let v12 = flatten(v6);
    let v13 = f5(v12);
    let v14 = v11 + v13;
    v14
})]
struct Graph24 {
    f0: Dense<5>,
    f1: Dense<2>,
    f2: Dense<3>,
    f3: Dense<1>,
    f4: Dense<1>,
    f5: Dense<1>,
}

#[network(input = [3, 2])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = f0(v1);
    let v3 = flatten(v2);
    let v4 = flatten(v1);
    let v5 = f1(v2);
    let v6 = flatten(v3);
    let v7 = flatten(v4);
    let v8 = f2(v5);
    let v9 = tanh(v8);
    let v10 = f3(v8);
    let v11 = sigmoid(v10);
    let v12 = flatten(v6);
    let v13 = f4(v12);
    let v14 = flatten(v7);
    let v15 = f5(v14);
    let v16 = v13 + v15;
    let v17 = flatten(v9);
    let v18 = f6(v17);
    let v19 = v16 + v18;
    let v20 = flatten(v11);
    let v21 = f7(v20);
    let v22 = v19 + v21;
    v22
})]
struct Graph25Part1 {
    f0: Dropout<0.3>,
    f1: Dense<3>,
    f2: Dense<1>,
    #[frozen]
    f3: Dense<1>,
    f4: Dense<2>,
    f5: Dense<2>,
    f6: Dense<2>,
    f7: Dense<2>,
}

#[network(input = [3, 3])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = f1(v1);
    let v3 = (x + x);
    let v4 = f2(v3);
    let v5 = flatten(v2);
    let v6 = f3(v5);
    let v7 = flatten(v4);
    let v8 = f4(v7);
    let v9 = v6 + v8;
    v9
})]
struct Graph25 {
    f0: Dense<2>,
    f1: self::Graph25Part1,
    f2: Dense<4>,
    f3: Dense<3>,
    f4: Dense<3>,
}

#[network(input = [1, 2, 3])]
#[forward(|x| {
    let v1 = flatten(x);
    let v2 = flatten(x);
    let v3 = flatten(x);
    let v4 = f0(v1);
    let v5 = sigmoid(v4);
    let v6 = f1(v3);
    let v7 = relu(v6);
    let v8 = f2(v5);
    let v9 = flatten(v8);
    let v10 = flatten(v2);
    let v11 = f3(v10);
    let v12 = flatten(v7);
    let v13 = f4(v12);
    let v14 = v11 + v13;
    let v15 = flatten(v9);
    let v16 = f5(v15);
    let v17 = v14 + v16;
    v17
})]
struct Graph26 {
    f0: Dense<3>,
    #[frozen]
    f1: Dense<1>,
    f2: Dense<5>,
    f3: Dense<3>,
    f4: Dense<3>,
    f5: Dense<3>,
}

#[network(input = [6])]
#[forward(|x| {
    let v1 = slice(x, 3..5);
    let v2 = gelu(x + x);
    let v3 = f0(x);
    let v4 = tanh(v3);
    let v5 = f1(v2);
    let v6 = softplus(v2);
    let v7 = f2(v3);
    let v8 = f3(v5);
    let v9 = f4(v5);
    let v10 = relu(v9);
    let v11 = flatten(v1);
    let v12 = f5(v11);
    let v13 = flatten(v4);
    let v14 = f6(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v6);
    let v17 = f7(v16);
    let v18 = v15 + v17;
    let v19 = flatten(v7);
    let v20 = f8(v19);
    let v21 = v18 + v20;
    let v22 = flatten(v8);
    let v23 = f9(v22);
    let v24 = v21 + v23;
    let v25 = flatten(v10);
    let v26 = f10(v25);
    let v27 = v24 + v26;
    v27
})]
struct Graph27 {
    f0: Dense<1>,
    f1: Dense<5>,
    f2: Dense<1>,
    #[frozen]
    f3: Dense<5>,
    f4: Dense<1>,
    f5: Dense<3>,
    f6: Dense<3>,
    f7: Dense<3>,
    f8: Dense<3>,
    f9: Dense<3>,
    f10: Dense<3>,
}

#[network(input = [3, 3])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = f1(x);
    let v3 = sigmoid(v2);
    let v4 = f2(x);
    let v5 = f3(v4);
    let v6 = (v4 + v4);
    let v7 = slice(v3, 2..3);
    let v8 = f4(v7);
    let v9 = relu(v8);
    let v10 = gelu(v6 - v4);
    let v11 = flatten(v1);
    let v12 = f5(v11);
    let v13 = flatten(v5);
    let v14 = f6(v13);
    let v15 = v12 + v14;
    let v16 = flatten(v9);
    let v17 = f7(v16);
    let v18 = v15 + v17;
    let v19 = flatten(v10);
    let v20 = f8(v19);
    let v21 = v18 + v20;
    v21
})]
struct Graph28 {
    f0: Dense<5>,
    f1: Dense<3>,
    f2: Dense<1>,
    f3: Tanh,
    f4: Dense<4>,
    f5: Dense<1>,
    f6: Dense<1>,
    f7: Dense<1>,
    f8: Dense<1>,
}

#[network(input = [2, 2, 1])]
#[forward(|x| {
    let v1 = f0(x);
    let v2 = (v1 + v1);
    let v3 = (v2 + v2);
    let v4 = silu(v2);
    let v5 = flatten(v3);
    let v6 = f1(v5);
    let v7 = flatten(v4);
    let v8 = f2(v7);
    let v9 = v6 + v8;
    v9
})]
struct Graph29 {
    f0: Tanh,
    f1: Dense<3>,
    f2: Dense<3>,
}

/// Shows every network to `visit`.
pub(crate) fn each(visit: &mut impl Visit) {
    visit.net::<_, _, Net0<f32>, Net0<f64>>();
    visit.net::<_, _, Net1<f32>, Net1<f64>>();
    visit.net::<_, _, Net2<f32>, Net2<f64>>();
    visit.net::<_, _, Net3<f32>, Net3<f64>>();
    visit.net::<_, _, Net4<f32>, Net4<f64>>();
    visit.net::<_, _, Net5<f32>, Net5<f64>>();
    visit.net::<_, _, Net6<f32>, Net6<f64>>();
    visit.net::<_, _, Net7<f32>, Net7<f64>>();
    visit.net::<_, _, Net8<f32>, Net8<f64>>();
    visit.net::<_, _, Net9<f32>, Net9<f64>>();
    visit.net::<_, _, Net10<f32>, Net10<f64>>();
    visit.net::<_, _, Net11<f32>, Net11<f64>>();
    visit.net::<_, _, Net12<f32>, Net12<f64>>();
    visit.net::<_, _, Net13<f32>, Net13<f64>>();
    visit.net::<_, _, Net14<f32>, Net14<f64>>();
    visit.net::<_, _, Net15<f32>, Net15<f64>>();
    visit.net::<_, _, Net16<f32>, Net16<f64>>();
    visit.net::<_, _, Net17<f32>, Net17<f64>>();
    visit.net::<_, _, Net18<f32>, Net18<f64>>();
    visit.net::<_, _, Net19<f32>, Net19<f64>>();
    visit.net::<_, _, Net20<f32>, Net20<f64>>();
    visit.net::<_, _, Net21<f32>, Net21<f64>>();
    visit.net::<_, _, Net22<f32>, Net22<f64>>();
    visit.net::<_, _, Net23<f32>, Net23<f64>>();
    visit.net::<_, _, Net24<f32>, Net24<f64>>();
    visit.net::<_, _, Net25<f32>, Net25<f64>>();
    visit.net::<_, _, Net26<f32>, Net26<f64>>();
    visit.net::<_, _, Net27<f32>, Net27<f64>>();
    visit.net::<_, _, Net28<f32>, Net28<f64>>();
    visit.net::<_, _, Net29<f32>, Net29<f64>>();
    visit.net::<_, _, Net30<f32>, Net30<f64>>();
    visit.net::<_, _, Net31<f32>, Net31<f64>>();
    visit.net::<_, _, Net32<f32>, Net32<f64>>();
    visit.net::<_, _, Net33<f32>, Net33<f64>>();
    visit.net::<_, _, Net34<f32>, Net34<f64>>();
    visit.net::<_, _, Net35<f32>, Net35<f64>>();
    visit.net::<_, _, Net36<f32>, Net36<f64>>();
    visit.net::<_, _, Net37<f32>, Net37<f64>>();
    visit.net::<_, _, Net38<f32>, Net38<f64>>();
    visit.net::<_, _, Net39<f32>, Net39<f64>>();
    visit.net::<_, _, Graph0<f32>, Graph0<f64>>();
    visit.net::<_, _, Graph1<f32>, Graph1<f64>>();
    visit.net::<_, _, Graph2<f32>, Graph2<f64>>();
    visit.net::<_, _, Graph3<f32>, Graph3<f64>>();
    visit.net::<_, _, Graph4<f32>, Graph4<f64>>();
    visit.net::<_, _, Graph5<f32>, Graph5<f64>>();
    visit.net::<_, _, Graph6<f32>, Graph6<f64>>();
    visit.net::<_, _, Graph7<f32>, Graph7<f64>>();
    visit.net::<_, _, Graph8<f32>, Graph8<f64>>();
    visit.net::<_, _, Graph9<f32>, Graph9<f64>>();
    visit.net::<_, _, Graph10<f32>, Graph10<f64>>();
    visit.net::<_, _, Graph11<f32>, Graph11<f64>>();
    visit.net::<_, _, Graph12<f32>, Graph12<f64>>();
    visit.net::<_, _, Graph13<f32>, Graph13<f64>>();
    visit.net::<_, _, Graph14<f32>, Graph14<f64>>();
    visit.net::<_, _, Graph15<f32>, Graph15<f64>>();
    visit.net::<_, _, Graph16<f32>, Graph16<f64>>();
    visit.net::<_, _, Graph17<f32>, Graph17<f64>>();
    visit.net::<_, _, Graph18<f32>, Graph18<f64>>();
    visit.net::<_, _, Graph19<f32>, Graph19<f64>>();
    visit.net::<_, _, Graph20<f32>, Graph20<f64>>();
    visit.net::<_, _, Graph21<f32>, Graph21<f64>>();
    visit.net::<_, _, Graph22<f32>, Graph22<f64>>();
    visit.net::<_, _, Graph23<f32>, Graph23<f64>>();
    visit.net::<_, _, Graph24<f32>, Graph24<f64>>();
    visit.net::<_, _, Graph25<f32>, Graph25<f64>>();
    visit.net::<_, _, Graph26<f32>, Graph26<f64>>();
    visit.net::<_, _, Graph27<f32>, Graph27<f64>>();
    visit.net::<_, _, Graph28<f32>, Graph28<f64>>();
    visit.net::<_, _, Graph29<f32>, Graph29<f64>>();
}
