//! Layers that change shapes.

use dl::network;

use crate::layers::networks;

networks! { in "shapes":
    reshape_to_an_image: [15] { layer: Reshape<3, 1, 5> } "reshape_to_image";
    reshape_to_steps: [3, 5, 1] { layer: Reshape<5, 3> } "reshape_to_steps";
    upsample: [3, 2, 5] { layer: Upsample<2> } "upsample";
    upsample_one_axis: [5, 3, 1] { layer: Upsample<1, 3> } "upsample_uneven";
    upsample_by_two_factors: [1, 2, 3] { layer: Upsample<3, 2, Nearest> } "upsample_3_2";
    upsample_bilinear: [3, 2, 5] { layer: Upsample<2, Bilinear> } "upsample_bilinear";
    upsample_bilinear_one_axis: [5, 3, 1] { layer: Upsample<1, 3, Bilinear> } "upsample_bilinear_uneven";
    upsample_bilinear_by_two_factors: [1, 4, 3] { layer: Upsample<3, 4, Bilinear> } "upsample_bilinear_3_4";
    upsample_before_a_convolution: [3, 2, 3] { up: Upsample<2>, conv: Conv2d<2, 3, Pad<1>>, act: Relu }
        "upsample_conv_relu";
    permute_the_last_axis_to_the_front: [3, 2, 5] { layer: Permute<2, 0, 1> } "permute_2_0_1";
    permute_the_first_axis_to_the_end: [5, 1, 3] { layer: Permute<1, 2, 0> } "permute_1_2_0";
    permute_height_and_width: [2, 3, 4] { layer: Permute<0, 2, 1> } "permute_0_2_1";
    permute_steps: [5, 3] { layer: Permute<1, 0> } "transpose";
    transpose: [5, 3] { layer: Transpose } "transpose";
    transpose_before_a_product: [5, 3] { turn: Transpose, fc: Dense<2> } "transpose_dense";
    pad: [3, 2, 5] { layer: Pad<1> } "pad";
    pad_that_differs_from_side_to_side: [5, 1, 3] { layer: Pad<2, 0, 1, 3, Zeros> } "pad_sides";
    pad_by_reflection: [3, 2, 5] { layer: Pad<1, 2, Reflect> } "pad_reflect";
    pad_by_reflection_at_two_sides: [1, 3, 2] { layer: Pad<0, 1, 2, 0, Reflect> } "pad_reflect_sides";
    pad_by_replication: [3, 2, 5] { layer: Pad<2, Replicate> } "pad_replicate";
    pad_by_replication_that_differs: [5, 1, 3] { layer: Pad<2, 0, 1, 3, Replicate> } "pad_replicate_sides";
    pad_before_a_convolution: [3, 2, 4] { pad: Pad<1, Reflect>, conv: Conv2d<2, 3> } "pad_reflect_conv";
    reshape_behind_a_product: [3] { fc: Dense<12>, shape: Reshape<3, 2, 2>, act: Relu } "reshape_between";
}
