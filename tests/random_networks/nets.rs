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
}
