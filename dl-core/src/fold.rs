//! A network without its batch norms, which computes the same in inference.

use crate::shape::{Message, stop};

/// A layer or network that has a twin without the batch norms that can be folded into the layers before them.
///
/// In inference a [`BatchNorm`](crate::layers::BatchNorm) is a scale and an offset of every channel, and a product before it
/// can have both in its weights:
///
/// - `y = γ (W x + b − μ) / √(σ² + ε) + β = W' x + b'`
/// - `W' = W γ / √(σ² + ε)`, row by row, and `b' = (b − μ) γ / √(σ² + ε) + β`
///
/// The argument `folded` of `#[network]` asks for the twin, a second network, `NetFolded` for `Net`; `folded = Name` gives
/// it another name. It has the same fields but for the norms, options `NoBias` aside, for what takes in a norm has a bias. It
/// is a network like any other: it trains, is saved, has a `summary()`.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Blank, Fold, Layer, Network, Pass};
///
/// #[dl_macros::network(input = [2], folded, crate = dl_core)]
/// struct Net { fc: Dense<3, NoBias>, norm: BatchNorm, act: Relu, head: Dense<1> }
/// # use dl_core::options::NoBias;
///
/// let mut net = Net::<f64>::ZERO;
/// net.fc.weight.fill(1.0);
/// net.norm.weight.fill(2.0);
/// net.norm.bias.fill(0.5);
/// net.norm.running_mean.fill(3.0);
/// net.norm.running_var.fill(4.0 - 1e-5);
/// net.head.weight.fill(1.0);
///
/// let mut folded = NetFolded::<f64>::ZERO;
/// net.fold_into(&mut folded);
/// assert!((folded.fc.weight[(0, 0)] - 1.0).abs() < 1e-12); // 1 · 2 / √4
/// assert!((folded.fc.bias[0] + 2.5).abs() < 1e-12); // (0 − 3) · 2 / √4 + 0.5
///
/// let mut y = vector![0.0];
/// folded.forward(&vector![4.0, 2.0], &mut y, None, &mut Blank::ZERO, Pass::infer());
/// assert!((y[0] - 3.0 * (4.0 + 2.0 - 2.5)).abs() < 1e-12);
/// assert_eq!(NetFolded::<f64>::NAME, "NetFolded");
/// ```
///
/// A norm is folded where it directly follows `Dense`, `Conv1d`, `Conv2d`, `Depthwise2d` or `ConvTranspose2d`, and alone reads
/// what that gives, also in a graph. Any other stays: one behind an activation, or behind a layer that is called twice.
///
/// Nested networks are in the twin by their own, so they say `folded` too. A network without anything to fold is its own
/// twin, without being asked, and so is a layer of your own that derives `Params`. Another implements `Fold` as an identity.
///
/// The outputs of both are equal but for rounding. `fold_into` reads the running statistics, so call it after training:
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], folded, crate = dl_core)]
/// # struct Net { fc: Dense<3>, norm: BatchNorm, head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// use dl_core::{Fold, train::Model};
///
/// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
/// trainer.step(&([[0.1, 0.2], [0.3, 0.5]], [1.0, 2.0])).unwrap();
/// let mut model = Model::<NetFolded>::boxed(0);
/// trainer.net().fold_into(model.net_mut());
/// assert!((model.predict(&[0.3, 0.5])[0] - trainer.predict(&[0.3, 0.5])[0]).abs() < 1e-6);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no twin without batch norms",
    label = "does not implement `Fold`",
    note = "a layer of your own is its own twin if it derives `Params`, or implements `Fold` with `Folded = Self`"
)]
pub trait Fold {
    /// The twin.
    type Folded;
    /// Whether the twin is without the norms that can be folded. `#[network]` says `false` where a network could have a
    /// twin, but does not ask for it and so is its own: a network around it that asks stops the build.
    const IS_FOLDED: bool = true;

    /// Sets all parameters of the twin, so that in inference it computes the same.
    fn fold_into(&self, folded: &mut Self::Folded);
}

impl<L: Fold, const N: usize> Fold for [L; N] {
    type Folded = [L::Folded; N];
    const IS_FOLDED: bool = L::IS_FOLDED;

    fn fold_into(&self, folded: &mut Self::Folded) {
        for (layer, folded) in self.iter().zip(folded) {
            layer.fold_into(folded);
        }
    }
}

/// Stops the build if `L`, in the field `field` of a network that asks for a twin, does not ask for its own.
#[track_caller]
pub const fn expect_twin<L: Fold>(field: &str) {
    if !L::IS_FOLDED {
        let message = Message::new().text("`").text(field).text("` has no twin without batch norms\n");
        stop(message.text("help: ask for one where that network is declared: `#[network(.., folded)]`"));
    }
}
