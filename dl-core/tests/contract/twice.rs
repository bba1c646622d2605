//! One value given twice to a layer of two inputs: `v = fc(x)`, `y = attend(v, v)`.

use dl_core::kernels::add_to;
use dl_core::layers::Dense;
use dl_core::nalgebra::SMatrix;
use dl_core::signal::{Lengths, Lens};
use dl_core::{Layer, Pass, Real, Vals};

use crate::layers::Attend;
use crate::support::{check, filled, made};

network! { struct SelfAttend<T>, SelfAttendGrad { fc: Dense<T, 2, 2>, attend: Attend<T, 2, 3, 3> } }
memory! {
    struct SelfAttendTape[T: Real, const B: usize]<T, B> { fc: SMatrix<T, 6, B>, attend: [[[T; 3]; 3]; B] }
}
memory! {
    struct SelfAttendWork[T: Real, const B: usize]<T, B> {
        even: SMatrix<T, 6, B>,
        extra: SMatrix<T, 6, B>,
        attend: [T; 3],
    }
}

impl<T: Real> Layer<T, Vals<6>, Vals<6>> for SelfAttend<T> {
    type Tape<const B: usize> = SelfAttendTape<T, B>;
    type Work<const B: usize> = SelfAttendWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 6, B>,
        y: &mut SMatrix<T, 6, B>,
        tape: Option<&mut SelfAttendTape<T, B>>,
        work: &mut SelfAttendWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let (fc, attend) = match tape {
            Some(tape) => (&mut tape.fc, Some(&mut tape.attend)),
            None => (&mut work.even, None),
        };
        self.fc.forward(x, fc, None, &mut (), pass.at(0));
        let both = <(Lens<'_, B>, Lens<'_, B>)>::carry(pass.lens());
        self.attend.forward((fc, fc), y, attend, &mut work.attend, pass.at(1).with_lens(both));
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 6, B>,
        y: &SMatrix<T, 6, B>,
        tape: &SelfAttendTape<T, B>,
        dy: &SMatrix<T, 6, B>,
        dx: Option<&mut SMatrix<T, 6, B>>,
        mut grad: Option<&mut SelfAttendGrad<T>>,
        work: &mut SelfAttendWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let both = <(Lens<'_, B>, Lens<'_, B>)>::carry(pass.lens());
        let (d_fc, extra) = (&mut work.even, &mut work.extra);
        self.attend.backward(
            (&tape.fc, &tape.fc),
            y,
            &tape.attend,
            dy,
            (Some(d_fc), Some(extra)),
            grad.as_deref_mut().map(|g| &mut g.attend),
            &mut work.attend,
            pass.at(1).with_lens(both),
        );
        add_to(d_fc.as_mut_slice(), extra.as_slice());
        let g = grad.map(|g| &mut g.fc);
        self.fc.backward(x, &tape.fc, &(), d_fc, dx, g, &mut (), pass.at(0));
    }
}

#[test]
fn a_value_given_twice_gets_two_gradients_added() {
    check(&mut made::<f64, SelfAttend<f64>>(10), &mut filled::<f64, 6, 2>(11), Pass::infer());
}

#[test]
fn a_value_given_twice_carries_its_lengths_twice() {
    let pass = Pass::infer().padded(Lens::of(&[3, 1]));
    let dx = check(&mut made::<f64, SelfAttend<f64>>(10), &mut filled::<f64, 6, 2>(11), pass).dx;
    assert!(dx[..8].iter().all(|d| *d != 0.0) && dx[8..].iter().all(|d| *d == 0.0), "{dx:?}");
}
