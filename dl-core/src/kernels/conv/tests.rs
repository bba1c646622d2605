//! Convolutions by hand, and every instruction set against the plain loops.

use super::*;

/// 2 x 3 numbers, a window of 2 x 2, one row of zeros above and one column of them to the right.
const SMALL: Window =
    Window { input: [1, 2, 3], output: [1, 2, 3], kernel: [2, 2], pad: [1, 0], ..Window::ONE };

#[test]
fn convolutions_of_small_integers_are_exact() {
    let (x, w) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 10.0, 100.0, 1000.0]);
    let mut y = [0.0; 6];
    f64::conv(Isa::best(), &SMALL, &w, Some(&[0.5]), &x, &mut y, 1, false);
    assert_eq!(y, [2100.5, 3200.5, 300.5, 5421.5, 6532.5, 603.5]);
    f64::conv(Isa::best(), &SMALL, &w, Some(&[-603.0]), &x, &mut y, 1, true);
    assert_eq!(y, [1497.0, 2597.0, 0.0, 4818.0, 5929.0, 0.0]);

    let dy = [1.0, 0.0, 0.0, 0.0, 2.0, 0.0];
    let mut dx = [7.0; 6];
    f64::conv_grad_input(Isa::best(), &SMALL, &w, &dy, &mut dx, 1);
    assert_eq!(dx, [100.0, 1002.0, 20.0, 0.0, 200.0, 2000.0]);

    let (mut dw, mut db) = ([1.0; 4], [1.0]);
    f64::conv_grad_weight(Isa::best(), &SMALL, &x, &dy, &mut dw, Some(&mut db), 1, false);
    assert_eq!((dw, db), ([5.0, 7.0, 12.0, 15.0], [4.0]));
    f64::conv_grad_weight(Isa::best(), &SMALL, &x, &dy, &mut dw, Some(&mut db), 1, true);
    assert_eq!((dw, db), ([4.0, 6.0, 11.0, 14.0], [3.0]));
}
