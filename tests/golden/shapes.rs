//! Layers that change shapes.

use dl::network;

use crate::layers::networks;

networks! { in "shapes":
    reshape_to_an_image: [15] { layer: Reshape<3, 1, 5> } "reshape_to_image";
    reshape_to_steps: [3, 5, 1] { layer: Reshape<5, 3> } "reshape_to_steps";
    reshape_behind_a_product: [3] { fc: Dense<12>, shape: Reshape<3, 2, 2>, act: Relu } "reshape_between";
}
