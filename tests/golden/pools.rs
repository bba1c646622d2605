//! Pools, with ties, uneven windows, overlap, padding and edges that fill no window.

use dl::network;

use crate::layers::networks;

networks! { in "pools":
    max_pool2d: [3, 5, 7] { layer: MaxPool2d<2> } "max_pool2d";
    max_pool2d_of_equal_numbers: [2, 4, 6] { layer: MaxPool2d<2> } "max_pool2d_ties";
    max_pool2d_of_equal_numbers_that_overlaps: [2, 4, 6] { layer: MaxPool2d<3, Stride<1>, Pad<1>> }
        "max_pool2d_ties_overlap";
    max_pool2d_that_overlaps: [2, 7, 6] { layer: MaxPool2d<3, Stride<2>, Pad<1>> } "max_pool2d_overlap";
    max_pool2d_that_is_not_square: [3, 5, 7] { layer: MaxPool2d<Kernel<2, 3>, Stride<3, 1>, Pad<1, 0>> }
        "max_pool2d_uneven";
    max_pool2d_that_is_dilated: [2, 5, 7] { layer: MaxPool2d<2, Stride<1>, Dilation<2, 3>> }
        "max_pool2d_dilated";
    avg_pool2d: [3, 5, 7] { layer: AvgPool2d<2> } "avg_pool2d";
    avg_pool2d_that_overlaps: [2, 7, 6] { layer: AvgPool2d<3, Stride<2>, Pad<1>> } "avg_pool2d_overlap";
    avg_pool2d_that_is_not_square: [3, 5, 7] { layer: AvgPool2d<Kernel<2, 3>, Stride<3, 1>, Pad<1, 0>> }
        "avg_pool2d_uneven";
    max_pool1d: [7, 3] { layer: MaxPool1d<2> } "max_pool1d";
    max_pool1d_with_options: [9, 5] { layer: MaxPool1d<3, Stride<2>, Pad<1>, Dilation<2>> } "max_pool1d_options";
    avg_pool1d: [7, 3] { layer: AvgPool1d<2> } "avg_pool1d";
    avg_pool1d_with_options: [9, 5] { layer: AvgPool1d<3, Stride<2>, Pad<1>> } "avg_pool1d_options";
    global_avg_pool: [3, 5, 7] { layer: GlobalAvgPool } "global_avg_pool";
    global_avg_pool_of_steps: [7, 3] { layer: GlobalAvgPool } "global_avg_pool_steps";
    global_max_pool: [3, 5, 7] { layer: GlobalMaxPool } "global_max_pool";
    global_max_pool_of_equal_numbers: [2, 4, 6] { layer: GlobalMaxPool } "global_max_pool_ties";
    global_max_pool_of_steps: [7, 3] { layer: GlobalMaxPool } "global_max_pool_steps";
}
