//! Tokens in, so no `dx`: `y = fc(embed(x))`.

use dl_core::layers::Dense;
use dl_core::nalgebra::SMatrix;
use dl_core::{Blank, Layer, Pass, Real, Tokens, Vals};

use crate::layers::Embed;
use crate::support::{check, filled, made};

network! { struct Words<T>, WordsGrad { embed: Embed<T, 5, 2>, fc: Dense<T, 6, 3> } }
memory! { struct WordsTape[T: Real, const B: usize]<T, B> { embed: SMatrix<T, 6, B> } }
memory! { struct WordsWork[T: Real, const B: usize]<T, B> { even: SMatrix<T, 6, B> } }

impl<T: Real> Layer<T, Tokens<3>, Vals<3>> for Words<T> {
    type Tape<const B: usize> = WordsTape<T, B>;
    type Work<const B: usize> = WordsWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &[[u16; 3]; B],
        y: &mut SMatrix<T, 3, B>,
        tape: Option<&mut WordsTape<T, B>>,
        work: &mut WordsWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let embed = match tape {
            Some(tape) => &mut tape.embed,
            None => &mut work.even,
        };
        self.embed.forward(x, embed, None, &mut (), pass.at(0));
        self.fc.forward(embed, y, None, &mut (), pass.at(1));
    }

    fn backward<const B: usize>(
        &self,
        x: &[[u16; 3]; B],
        y: &SMatrix<T, 3, B>,
        tape: &WordsTape<T, B>,
        dy: &SMatrix<T, 3, B>,
        (): (),
        mut grad: Option<&mut WordsGrad<T>>,
        WordsWork { even: d_embed }: &mut WordsWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let g = grad.as_deref_mut().map(|g| &mut g.fc);
        self.fc.backward(&tape.embed, y, &(), dy, Some(d_embed), g, &mut (), pass.at(1));
        let g = grad.map(|g| &mut g.embed);
        self.embed.backward(x, &tape.embed, &(), d_embed, (), g, &mut (), pass.at(0));
    }
}

#[test]
fn tokens_come_in_and_their_vectors_learn() {
    let mut x = [[0, 3, 3], [4, 0, 1]];
    let checked = check(&mut made::<f64, Words<f64>>(12), &mut x, Pass::infer());
    let d = checked.of("embed.weight");
    let touched: Vec<_> = d.chunks_exact(2).map(|d| d.iter().any(|d| *d != 0.0)).collect();
    assert_eq!(touched, [true, true, false, true, true], "token 2 does not occur");
    assert!(checked.dx.is_empty());
}

#[test]
fn the_vectors_lie_in_memory_in_the_order_they_report() {
    let embed = Embed::<f64, 3, 2> { weight: SMatrix::from_fn(|d, v| (10 * v + d) as f64) };
    let (mut y, mut shown) = (SMatrix::<f64, 4, 1>::zeros(), Vec::new());
    embed.forward(&[[2, 1]], &mut y, None, &mut (), Pass::infer());
    assert_eq!(y.as_slice(), [20.0, 21.0, 10.0, 11.0]);
    dl_core::Params::<f64>::visit(&embed, dl_core::params::Path::ROOT, &mut |_, p| {
        shown.push((p.shape.dims().to_vec(), p.order, p.values.to_vec()))
    });
    let rows = vec![0.0, 1.0, 10.0, 11.0, 20.0, 21.0];
    assert_eq!(shown, [(vec![3, 2], dl_core::params::Order::RowMajor, rows)]);
}

#[test]
fn a_token_outside_the_vocabulary_is_no_panic_and_learns_nothing() {
    let (embed, mut grad) = (made::<f64, Embed<f64, 3, 2>>(13), Embed::<f64, 3, 2>::ZERO);
    let mut y = filled::<f64, 2, 1>(14);
    embed.forward(&[[9]], &mut y, None, &mut (), Pass::infer());
    assert_eq!(y.as_slice(), [0.0, 0.0]);
    embed.backward(&[[9]], &y, &(), &filled::<f64, 2, 1>(15), (), Some(&mut grad), &mut (), Pass::infer());
    assert_eq!(grad.weight.as_slice(), [0.0; 6]);
}
