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
    layer0: LeakyRelu,
}

#[network(input = [2, 3, 1])]
struct Net2 {
    #[group(slow)]
    #[init(kaiming_normal)]
    layer0: self::Net2Part0,
    layer1: Gelu,
    layer2: HardSigmoid,
    layer3: Dropout<0.2>,
    layer4: Flatten,
    layer5: HardSigmoid,
    layer6: Elu<0.7>,
    layer7: HardSigmoid,
}

#[network(input = [1])]
struct Net3 {
    layer0: Dense<16>,
    layer1: Flatten,
    layer2: Relu,
    layer3: Softplus,
    layer4: Relu,
    layer5: [Elu; ONE],
    layer6: Dense<16>,
    layer7: [Silu; 3],
}

#[network(input = [4, 1])]
struct Net4 {
    layer0: Dense<{ FIVE + 2 }, NoBias>,
    #[init(xavier_uniform)]
    layer1: Dense<9>,
}

#[network(input = [2, 1, 4])]
struct Net5Part0 {
    slope: PRelu,
    act: Elu<0.7>,
}

#[network(input = [2, 1, 4])]
struct Net5 {
    layer0: [self::Net5Part0; 1],
}

#[network(input = [1])]
struct Net6 {
    layer0: PRelu,
    layer1: Dense<4>,
    layer2: GeluTanh,
    layer3: HardSwish,
}

#[network(input = [1, 16])]
struct Net7Part1 {
    layer0: Dropout<0.5>,
    layer1: PRelu<16>,
    layer2: Dropout<0.5>,
    layer3: Tanh,
}

#[network(input = [1, 1])]
struct Net7 {
    #[frozen]
    #[init(xavier_uniform)]
    layer0: Dense<16>,
    #[group(slow)]
    layer1: self::Net7Part1,
}

#[network(input = [2, 1, 2])]
struct Net8Part5 {
    layer0: Elu<0.7>,
}

#[network(input = [2, 1, 2])]
struct Net8 {
    layer0: Sigmoid,
    layer1: Relu,
    layer2: GeluTanh,
    layer3: HardTanh,
    layer4: Relu,
    #[frozen]
    layer5: self::Net8Part5,
    layer6: Flatten,
}

#[network(input = [3])]
struct Net9 {
    layer0: PRelu<3>,
    layer1: LeakyRelu,
    layer2: Elu<0.7>,
}

#[network(input = [4, 3])]
struct Net10 {
    layer0: Dense<7>,
    layer1: PRelu<7>,
    layer2: Softmax,
    layer3: [Dense<{ FIVE + 2 }, NoBias>; 1],
    layer4: Dense<2>,
    #[group(slow)]
    layer5: Dense<4, NoBias>,
    layer6: Flatten,
}

#[network(input = [3, 3, 2])]
struct Net11 {
    layer0: Relu,
}

#[network(input = [2])]
struct Net12 {
    #[frozen]
    layer0: Dense<4>,
}

#[network(input = [1, 2])]
struct Net13Part3 {
    layer0: Dense<{ FIVE + 2 }, NoBias>,
    layer1: Gelu,
    layer2: LogSoftmax,
    layer3: LeakyRelu<0.2>,
}

#[network(input = [1, 1])]
struct Net13 {
    layer0: Dense<9>,
    layer1: Dense<2>,
    layer2: Dropout<0.2>,
    layer3: self::Net13Part3,
    layer4: Elu,
    #[frozen]
    layer5: Dense<9>,
    layer6: Dense<5>,
    layer7: HardSigmoid,
}

#[network(input = [2, 3, 2])]
struct Net14 {
    layer0: Dropout<0.2>,
    layer1: Relu,
    layer2: Silu,
}

#[network(input = [2])]
struct Net15 {
    layer0: PRelu<2>,
    layer1: Sigmoid,
}

#[network(input = [3, 3])]
struct Net16 {
    layer0: GeluTanh,
    layer1: Tanh,
    layer2: Sigmoid,
    layer3: Dense<16>,
}

#[network(input = [3, 3, 4])]
struct Net17 {
    layer0: Map<super::Cube>,
    layer1: HardSwish,
    layer2: Map<super::Cube>,
    layer3: LeakyRelu,
    layer4: Elu<0.7>,
}

#[network(input = [1])]
struct Net18 {
    layer0: Elu,
    layer1: Dense<5>,
}

#[network(input = [4, 9])]
struct Net19Part1 {
    layer0: Dense<3>,
    layer1: Dense<1, NoBias>,
    #[init(super::halved)]
    layer2: Dense<ONE>,
    layer3: Dropout<0.5>,
}

#[network(input = [4, 1])]
struct Net19Part3 {
    layer0: Dropout<0.5>,
    layer1: Map<super::Cube>,
}

#[network(input = [4, 1])]
struct Net19 {
    layer0: Dense<9>,
    #[init(xavier_uniform)]
    layer1: self::Net19Part1,
    layer2: LeakyRelu,
    layer3: self::Net19Part3,
    layer4: Softplus,
    layer5: Dense<4>,
}

#[network(input = [3, 1, 2])]
struct Net20 {
    layer0: Elu<0.7>,
    layer1: Relu,
}

#[network(input = [1])]
struct Net21 {
    #[group(slow)]
    layer0: Dense<2>,
    layer1: Selu,
    layer2: [Dense<2, NoBias>; ONE],
    layer3: [HardSigmoid; 2],
}

#[network(input = [2, 5])]
struct Net22 {
    layer0: Dense<2>,
    layer1: [PRelu; 3],
    layer2: Flatten,
    layer3: Dense<4>,
    layer4: LogSoftmax,
    layer5: Dense<4>,
}

#[network(input = [2, 2, 1])]
struct Net23Part5 {
    layer0: Selu,
    layer1: Sigmoid,
}

#[network(input = [2, 2, 1])]
struct Net23 {
    #[group(slow)]
    layer0: PRelu<1>,
    layer1: PRelu<1>,
    layer2: Dropout<0.5>,
    layer3: Map<super::Cube>,
    layer4: Elu,
    layer5: self::Net23Part5,
}

#[network(input = [7])]
struct Net24Part2 {
    up: Dense<3>,
    act: LeakyRelu<0.2>,
    down: Dense<7>,
}

#[network(input = [2])]
struct Net24 {
    layer0: Dense<7>,
    layer1: LeakyRelu<0.2>,
    #[frozen]
    #[init(kaiming_normal)]
    layer2: [self::Net24Part2; ONE],
    layer3: Sigmoid,
    layer4: Dense<4, NoBias>,
    #[group(slow)]
    layer5: Dense<3, NoBias>,
    layer6: Silu,
}

#[network(input = [1, 1])]
struct Net25 {
    layer0: Flatten,
    layer1: Flatten,
}

#[network(input = [2, 2, 1])]
struct Net26 {
    layer0: Flatten,
    layer1: HardSwish,
    layer2: Dropout<0.2>,
    layer3: Tanh,
    #[init(kaiming_normal)]
    layer4: PRelu,
    layer5: Dense<9, NoBias>,
    layer6: Dropout<0.5>,
    layer7: Dense<7>,
}

#[network(input = [2])]
struct Net27 {
    layer0: Dropout<0.5>,
    #[init(kaiming_normal)]
    layer1: [Dense<2, NoBias>; ONE],
    #[init(super::halved)]
    layer2: Dense<5>,
}

#[network(input = [1, 5])]
struct Net28 {
    layer0: Dropout<0.5>,
    layer1: GeluTanh,
}

#[network(input = [2, 3, 4])]
struct Net29Part7 {
    layer0: Flatten,
    layer1: Dense<4>,
    layer2: Elu<0.7>,
    layer3: [PRelu; ONE],
}

#[network(input = [2, 3, 4])]
struct Net29 {
    layer0: Softmax,
    layer1: Map<super::Cube>,
    layer2: LeakyRelu<0.2>,
    layer3: Softmax,
    layer4: LeakyRelu<0.2>,
    layer5: HardSigmoid,
    layer6: LeakyRelu,
    layer7: self::Net29Part7,
}

#[network(input = [11])]
struct Net30 {
    layer0: Dense<2>,
    layer1: HardSigmoid,
    layer2: Silu,
    layer3: Dropout<0.2>,
}

#[network(input = [4, 16])]
struct Net31Part5 {
    up: Dense<9>,
    act: Elu<0.7>,
    down: Dense<16>,
}

#[network(input = [4, 3])]
struct Net31 {
    layer0: LogSoftmax,
    layer1: [Dense<3>; 2],
    layer2: Dense<7>,
    #[init(kaiming_normal)]
    layer3: Dense<16>,
    layer4: HardSwish,
    layer5: [self::Net31Part5; 1],
    layer6: Dropout<0.2>,
    layer7: HardSwish,
}

#[network(input = [3, 1, 1])]
struct Net32Part2 {
    layer0: Softplus,
    layer1: [Elu; 1],
}

#[network(input = [3, 1, 1])]
struct Net32 {
    layer0: Gelu,
    layer1: PRelu<1>,
    layer2: self::Net32Part2,
    layer3: HardTanh,
    layer4: Gelu,
    layer5: Sigmoid,
    layer6: [LeakyRelu<0.2>; 3],
}

#[network(input = [3])]
struct Net33 {
    #[frozen]
    layer0: PRelu,
    layer1: Softmax,
    layer2: Flatten,
}

#[network(input = [2, 3])]
struct Net34 {
    layer0: GeluTanh,
    layer1: Dense<FIVE>,
    layer2: Selu,
}

#[network(input = [2, 3, 4])]
struct Net35Part4 {
    layer0: [HardTanh; ONE],
    layer1: Dropout<0.5>,
    layer2: Tanh,
}

#[network(input = [2, 3, 4])]
struct Net35 {
    layer0: Gelu,
    layer1: LeakyRelu<0.2>,
    layer2: Selu,
    layer3: Softplus,
    layer4: self::Net35Part4,
    layer5: Selu,
    layer6: Sigmoid,
    layer7: LeakyRelu,
}

#[network(input = [8])]
struct Net36 {
    layer0: Softmax,
    layer1: [Elu<0.7>; 3],
    layer2: HardSigmoid,
    layer3: HardSigmoid,
    layer4: Dropout<0.5>,
    #[group(slow)]
    layer5: Dense<16, NoBias>,
    layer6: Dense<1, NoBias>,
    layer7: Dense<5>,
}

#[network(input = [4, 3])]
struct Net37Part0 {
    layer0: Dense<{ FIVE + 2 }>,
    #[frozen]
    layer1: Dense<5, NoBias>,
    layer2: HardSwish,
    layer3: PRelu<5>,
}

#[network(input = [4, 3])]
struct Net37 {
    #[init(kaiming_normal)]
    layer0: self::Net37Part0,
    layer1: PRelu<5>,
    layer2: HardSwish,
    #[frozen]
    layer3: [PRelu; ONE],
}

#[network(input = [3, 1, 4])]
struct Net38 {
    layer0: Selu,
    #[init(xavier_uniform)]
    layer1: PRelu,
    layer2: GeluTanh,
    layer3: HardTanh,
    layer4: Silu,
    layer5: LeakyRelu,
}

#[network(input = [4])]
struct Net39Part2Part1 {
    layer0: Tanh,
    layer1: Dense<5>,
}

#[network(input = [11])]
struct Net39Part2 {
    layer0: Dense<4>,
    layer1: self::Net39Part2Part1,
    layer2: Relu,
}

#[network(input = [5])]
struct Net39Part3 {
    layer0: Dense<3, NoBias>,
    layer1: Flatten,
    #[group(slow)]
    layer2: Dense<4, NoBias>,
    layer3: Flatten,
}

#[network(input = [16])]
struct Net39Part5 {
    layer0: Dense<4, NoBias>,
}

#[network(input = [11])]
struct Net39 {
    layer0: Relu,
    layer1: [Dense<11, NoBias>; 2],
    layer2: self::Net39Part2,
    layer3: self::Net39Part3,
    #[group(slow)]
    layer4: Dense<16>,
    layer5: self::Net39Part5,
    layer6: Flatten,
    layer7: Softmax,
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
