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

#[network(input = [3, 3])]
struct Net1 {
    layer0: [Dense<3, NoBias>; 1],
    layer1: Dense<16>,
    layer2: LogSoftmax,
    #[frozen]
    layer3: Gru<5>,
    #[group(slow)]
    #[init(xavier_uniform)]
    layer4: [PRelu; 2],
    #[init(xavier_uniform)]
    layer5: Conv1d<5, 2, Pad<1, 0>, Stride<1>, Dilation<1>>,
    layer6: Dense<9>,
}

#[network(input = [1, 3, 2])]
struct Net2 {
    layer0: Depthwise2d<Kernel<1, 3>, Pad<Same>, NoBias>,
    layer1: Conv2d<2, Kernel<3, 3>, Pad<0, 2>, Stride<1, 2>, NoBias, Groups<1>>,
    layer2: Flatten,
    layer3: Relu,
    layer4: Softplus,
}

#[network(input = [6])]
struct Net3 {
    #[init(super::halved)]
    layer0: [PRelu; ONE],
}

#[network(input = [3, 3])]
struct Net4 {
    layer0: Map<super::Cube>,
    layer1: Sigmoid,
    layer2: Map<super::Cube>,
    #[group(slow)]
    layer3: Dense<2>,
}

#[network(input = [2, 3, 2])]
struct Net5Part0 {
    layer0: Dropout<0.5>,
    #[init(kaiming_normal)]
    layer1: Conv2d<2, Kernel<2, 1>, Pad<0, 1>, Stride<2, 1>>,
    layer2: PRelu,
}

#[network(input = [2, 1, 4])]
struct Net5Part1 {
    slope: PRelu,
    act: LeakyRelu,
}

#[network(input = [1, 1, 4])]
struct Net5Part4 {
    layer0: Dropout<0.5>,
    layer1: PRelu<1>,
    layer2: Dropout<0.5>,
    layer3: Tanh,
}

#[network(input = [2, 3, 2])]
struct Net5 {
    #[frozen]
    layer0: self::Net5Part0,
    #[group(slow)]
    layer1: [self::Net5Part1; ONE],
    layer2: PRelu<2>,
    #[group(slow)]
    layer3: ConvTranspose2d<1, 1, Stride<1>>,
    #[group(slow)]
    layer4: self::Net5Part4,
    layer5: LogSoftmax,
    layer6: Conv2d<2, Kernel<1, 3>, Pad<1, 1>, Groups<1>>,
}

#[network(input = [1])]
struct Net6 {
    layer0: Dense<2>,
    #[frozen]
    #[init(super::halved)]
    layer1: Dense<2>,
    layer2: Dropout<0.2>,
    layer3: Dense<7>,
    layer4: PRelu<7>,
}

#[network(input = [1, 1])]
struct Net7Part3 {
    layer0: Dense<5>,
    layer1: Conv1d<5, 2, Pad<1, 0>, Stride<1>, Dilation<1>>,
    layer2: Rnn<2>,
    layer3: PRelu,
}

#[network(input = [1, 2])]
struct Net7 {
    #[init(kaiming_normal)]
    layer0: Dense<ONE>,
    layer1: Elu,
    #[init(kaiming_normal)]
    layer2: PRelu,
    layer3: self::Net7Part3,
    layer4: Sigmoid,
}

#[network(input = [2, 3, 1])]
struct Net8Part0 {
    slope: PRelu,
    act: HardSigmoid,
}

#[network(input = [2, 3, 1])]
struct Net8 {
    layer0: [self::Net8Part0; 1],
    layer1: GeluTanh,
    layer2: Sigmoid,
}

#[network(input = [8])]
struct Net9 {
    layer0: LeakyRelu<0.2>,
    layer1: LeakyRelu<0.2>,
    layer2: Elu,
    #[group(slow)]
    layer3: Dense<2>,
}

#[network(input = [4, 2])]
struct Net10 {
    layer0: GeluTanh,
    layer1: Dropout<0.2>,
    layer2: Dense<2, NoBias>,
    layer3: Dropout<0.2>,
    layer4: Relu,
}

#[network(input = [1, 1, 2])]
struct Net11 {
    layer0: PRelu<1>,
    layer1: Sigmoid,
}

#[network(input = [1])]
struct Net12Part1 {
    layer0: Dropout<0.5>,
}

#[network(input = [1])]
struct Net12 {
    layer0: LeakyRelu<0.2>,
    layer1: self::Net12Part1,
    #[group(slow)]
    layer2: Dense<2>,
}

#[network(input = [3, 1])]
struct Net13 {
    layer0: HardSwish,
    layer1: Flatten,
    layer2: Dense<16>,
    layer3: Silu,
    layer4: Dense<16>,
}

#[network(input = [3, 2, 2])]
struct Net14 {
    layer0: Conv2d<6, Kernel<2, 3>, Pad<1, 2>, Groups<3>>,
    layer1: LeakyRelu<0.2>,
    layer2: Elu<0.7>,
    layer3: Depthwise2d<Kernel<1, 3>, Pad<1, 1>, Stride<2, 1>>,
    layer4: LogSoftmax,
    layer5: Softplus,
}

#[network(input = [2])]
struct Net15 {
    layer0: Dense<2>,
    layer1: Flatten,
    layer2: Silu,
    layer3: Softplus,
    layer4: Dense<4>,
}

#[network(input = [4, 3])]
struct Net16 {
    #[init(xavier_uniform)]
    layer0: [Dense<3>; 3],
    layer1: Lstm<2, Bidirectional>,
    #[frozen]
    layer2: [PRelu; 1],
}

#[network(input = [2, 2, 4])]
struct Net17Part1Part0 {
    layer0: Depthwise2d<Kernel<1, 1>, Pad<0, 1>, Stride<2, 1>, NoBias>,
    layer1: GeluTanh,
    layer2: HardSwish,
    layer3: HardSwish,
}

#[network(input = [2, 2, 4])]
struct Net17Part1 {
    #[group(slow)]
    layer0: self::Net17Part1Part0,
}

#[network(input = [3, 2, 4])]
struct Net17 {
    #[group(slow)]
    layer0: Conv2d<2, Kernel<3, 3>, Pad<Same>>,
    layer1: self::Net17Part1,
    layer2: [Tanh; 3],
    layer3: Relu,
    layer4: Conv2d<4, Kernel<2, 3>, Pad<2, 0>, Groups<2>>,
    layer5: Conv2d<2, Kernel<2, 3>, Pad<0, 1>, Stride<1, 2>>,
}

#[network(input = [4])]
struct Net18Part1 {
    up: Dense<9>,
    act: HardTanh,
    down: Dense<4>,
}

#[network(input = [3])]
struct Net18 {
    layer0: Dense<4>,
    #[frozen]
    #[init(xavier_uniform)]
    layer1: [self::Net18Part1; 2],
    layer2: Silu,
    layer3: Relu,
    layer4: Dense<5>,
    layer5: Flatten,
}

#[network(input = [4, 3])]
struct Net19 {
    layer0: HardTanh,
    #[group(slow)]
    #[init(super::halved)]
    layer1: Rnn<5, NoBias>,
    layer2: Rnn<3>,
    layer3: Dropout<0.5>,
    layer4: Gelu,
    layer5: [PRelu; 2],
}

#[network(input = [2, 2, 1])]
struct Net20 {
    #[frozen]
    layer0: ConvTranspose2d<2, 1, Stride<1>>,
    layer1: [Selu; 1],
    layer2: GeluTanh,
    layer3: Flatten,
    layer4: Dropout<0.5>,
    layer5: GeluTanh,
    layer6: Map<super::Cube>,
    layer7: GeluTanh,
}

#[network(input = [8])]
struct Net21Part3 {
    layer0: Flatten,
    layer1: Dense<4>,
    layer2: Elu<0.7>,
    layer3: [PRelu; ONE],
}

#[network(input = [8])]
struct Net21 {
    #[group(slow)]
    layer0: PRelu<8>,
    #[group(slow)]
    layer1: PRelu<8>,
    layer2: LeakyRelu,
    layer3: self::Net21Part3,
    layer4: Dense<4>,
}

#[network(input = [3, 3])]
struct Net22 {
    #[group(slow)]
    layer0: Conv1d<1, 1, Pad<0, 0>, Stride<1>, Dilation<1>>,
    layer1: [Dense<1>; 2],
    #[group(slow)]
    layer2: Conv1d<2, 2, Pad<0, 0>, Stride<1>, Dilation<2>>,
    #[frozen]
    layer3: Dense<7>,
}

#[network(input = [2, 2, 2])]
struct Net23 {
    layer0: ConvTranspose2d<3, 1, Stride<2>>,
    layer1: Gelu,
    layer2: Flatten,
    layer3: HardSwish,
}

#[network(input = [11])]
struct Net24 {
    layer0: Dense<9>,
    layer1: Map<super::Cube>,
    layer2: Flatten,
    layer3: Softplus,
    layer4: [Dense<9>; 1],
    layer5: Dense<{ FIVE + 2 }>,
    layer6: LeakyRelu<0.2>,
    layer7: Tanh,
}

#[network(input = [6])]
struct Net25Part6 {
    layer0: Flatten,
    layer1: Dense<7>,
}

#[network(input = [2, 3])]
struct Net25 {
    layer0: LeakyRelu,
    layer1: Flatten,
    layer2: HardSwish,
    layer3: Dropout<0.2>,
    layer4: Tanh,
    layer5: Softmax,
    layer6: self::Net25Part6,
    layer7: LeakyRelu<0.2>,
}

#[network(input = [3, 2, 2])]
struct Net26Part0 {
    layer0: [PRelu; ONE],
    layer1: Tanh,
    #[group(slow)]
    layer2: Conv2d<6, Kernel<2, 3>, Pad<Same>, Groups<3>>,
}

#[network(input = [3, 2, 2])]
struct Net26 {
    #[frozen]
    layer0: self::Net26Part0,
    layer1: HardSigmoid,
    layer2: Dropout<0.5>,
    #[frozen]
    layer3: ConvTranspose2d<2, 1, Stride<2>>,
}

#[network(input = [5])]
struct Net27Part2Part0 {
    layer0: Dense<{ FIVE + 2 }>,
    #[frozen]
    layer1: Dense<5, NoBias>,
    layer2: HardSwish,
    layer3: PRelu<5>,
}

#[network(input = [5])]
struct Net27Part2 {
    #[init(kaiming_normal)]
    layer0: self::Net27Part2Part0,
    layer1: PRelu<5>,
    layer2: HardSwish,
    #[frozen]
    layer3: [PRelu; ONE],
}

#[network(input = [3])]
struct Net27 {
    #[init(xavier_uniform)]
    layer0: Dense<FIVE>,
    layer1: PRelu<5>,
    #[group(slow)]
    layer2: self::Net27Part2,
}

#[network(input = [2, 5])]
struct Net28Part5Part1 {
    layer0: Tanh,
    layer1: Conv1d<1, 3, Pad<4, 0>, Stride<2>, Dilation<2>>,
}

#[network(input = [2, 1])]
struct Net28Part5 {
    layer0: Lstm<5>,
    layer1: self::Net28Part5Part1,
}

#[network(input = [2, 3])]
struct Net28 {
    #[init(xavier_uniform)]
    layer0: PRelu,
    layer1: GeluTanh,
    #[frozen]
    layer2: Dense<7, NoBias>,
    #[frozen]
    layer3: Lstm<1, NoBias>,
    layer4: Dropout<0.5>,
    layer5: self::Net28Part5,
}

#[network(input = [3, 1, 4])]
struct Net29Part2 {
    layer0: Conv2d<6, Kernel<3, 3>, Pad<1, 0>, Stride<2, 2>, Groups<3>>,
    layer1: Flatten,
}

#[network(input = [3, 2, 4])]
struct Net29 {
    layer0: [PRelu; ONE],
    layer1: Depthwise2d<Kernel<2, 3>, Pad<0, 1>>,
    layer2: self::Net29Part2,
}

#[network(input = [6])]
struct Net30 {
    layer0: Dropout<0.5>,
    layer1: HardSwish,
    layer2: Dropout<0.5>,
    #[init(kaiming_normal)]
    layer3: Dense<4>,
    #[frozen]
    layer4: [Dense<4, NoBias>; 1],
    layer5: Tanh,
    layer6: Dense<2>,
    layer7: Dense<4>,
}

#[network(input = [4, 2])]
struct Net31 {
    layer0: Conv1d<2, 1, Pad<0, 0>, Stride<1>, Dilation<1>>,
    layer1: Dense<2>,
    #[init(xavier_uniform)]
    layer2: [PRelu; 1],
    layer3: Tanh,
    layer4: Selu,
}

#[network(input = [3, 2, 2])]
struct Net32Part0 {
    slope: PRelu,
    act: LeakyRelu,
}

#[network(input = [3, 2, 2])]
struct Net32 {
    layer0: [self::Net32Part0; 1],
    layer1: HardSwish,
    layer2: PRelu,
}

#[network(input = [2])]
struct Net33 {
    layer0: Selu,
    layer1: Tanh,
    layer2: Dense<9, NoBias>,
    layer3: HardSwish,
    layer4: Dense<1>,
    layer5: Map<super::Cube>,
}

#[network(input = [1, 3])]
struct Net34Part2 {
    up: Dense<16>,
    act: LeakyRelu,
    down: Dense<3>,
}

#[network(input = [3, 5])]
struct Net34 {
    layer0: Elu,
    layer1: Conv1d<3, 3, Pad<0, 0>, Stride<2>, Dilation<1>>,
    #[frozen]
    #[group(slow)]
    layer2: [self::Net34Part2; 2],
    #[group(slow)]
    layer3: Conv1d<2, 3, Pad<4, 0>, Stride<2>, Dilation<2>>,
    layer4: PRelu,
}

#[network(input = [1, 1, 1])]
struct Net35 {
    layer0: Conv2d<2, Kernel<2, 3>, Pad<1, 1>, Stride<2, 2>, Groups<1>>,
    layer1: Relu,
    layer2: GeluTanh,
    layer3: HardTanh,
    layer4: Gelu,
    layer5: [Elu<0.7>; ONE],
}

#[network(input = [11])]
struct Net36Part2 {
    layer0: LogSoftmax,
    layer1: Dense<5>,
}

#[network(input = [5])]
struct Net36Part3 {
    up: Dense<4>,
    act: HardSigmoid,
    down: Dense<5>,
}

#[network(input = [11])]
struct Net36 {
    layer0: [Silu; ONE],
    layer1: LeakyRelu<0.2>,
    #[frozen]
    layer2: self::Net36Part2,
    layer3: [self::Net36Part3; 3],
    layer4: Sigmoid,
}

#[network(input = [1, 3])]
struct Net37 {
    layer0: [PRelu; ONE],
    layer1: Dense<4>,
    #[group(slow)]
    layer2: Gru<2>,
    layer3: Conv1d<5, 2, Pad<1, 0>, Stride<1>, Dilation<1>>,
}

#[network(input = [3, 1, 2])]
struct Net38Part0 {
    slope: PRelu,
    act: HardSigmoid,
}

#[network(input = [6])]
struct Net38Part2 {
    layer0: Gelu,
    layer1: Softplus,
    layer2: [Tanh; 3],
}

#[network(input = [3, 1, 2])]
struct Net38 {
    layer0: [self::Net38Part0; 3],
    layer1: Flatten,
    layer2: self::Net38Part2,
    layer3: Elu<0.7>,
}

#[network(input = [8])]
struct Net39Part0 {
    layer0: Dropout<0.5>,
    layer1: Flatten,
}

#[network(input = [8])]
struct Net39Part2 {
    layer0: Dense<2>,
}

#[network(input = [8])]
struct Net39 {
    layer0: self::Net39Part0,
    layer1: Silu,
    layer2: self::Net39Part2,
    #[group(slow)]
    layer3: Dense<{ FIVE + 2 }>,
    layer4: Dense<5>,
    layer5: Dense<4>,
    layer6: Dense<16, NoBias>,
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
