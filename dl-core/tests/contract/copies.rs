//! Nothing large goes by value: copies are made in place, memory lies in statics, names are built on the stack.

use std::sync::Mutex;

use dl_core::layers::{Dense, Tanh};
use dl_core::nalgebra::SMatrix;
use dl_core::params::{self, Kind, Order, Path};
use dl_core::{Blank, Layer, Params, Pass, Real, Rng, Vals, pointwise};

use crate::repeated::Block;
use crate::support::{made, params_of};

network! { struct Deep<T>, DeepGrad { blocks: [Block<T>; 2], head: Dense<T, 4, 3, 0> } }

#[test]
fn parameters_have_dotted_names_shapes_and_orders() {
    let mut seen = Vec::new();
    made::<f32, Deep<f32>>(110).visit(Path::ROOT, &mut |path, p| {
        assert!(path.is(&path.to_string()));
        seen.push((path.to_string(), p.shape.dims().to_vec(), p.order, p.kind));
    });
    let names: Vec<_> = seen.iter().map(|s| s.0.as_str()).collect();
    let block = |i| {
        ["fc.weight", "fc.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"]
            .map(|name| format!("blocks.{i}.{name}"))
    };
    assert_eq!(names, [&block(0)[..], &block(1)[..], &["head.weight".to_owned()]].concat());
    assert_eq!(seen[12], ("head.weight".to_owned(), vec![3, 4], Order::ColumnMajor, Kind::Weight));
    assert_eq!(Deep::<f32>::PARAMS, 2 * (20 + 8) + 12);
}

#[test]
fn zip_walks_in_the_order_of_visit() {
    let mut net = made::<f32, Deep<f32>>(110);
    let (visited, mut zipped) = (params_of(&net), Vec::new());
    net.zip([], Path::ROOT, &mut |path, p, []| zipped.push((path.to_string(), p.values.to_vec())));
    assert_eq!(visited, zipped);
}

#[test]
fn all_parameters_and_buffers_are_copied_in_place() {
    let (mut to, mut from) = (made::<f32, Deep<f32>>(111), made::<f32, Deep<f32>>(112));
    from.blocks[1].norm.running_var[2] = 7.0;
    assert_ne!(params_of(&to), params_of(&from));
    params::copy(&mut to, &from);
    assert_eq!(params_of(&to), params_of(&from));
    assert_eq!(to.blocks[1].norm.running_var[2], 7.0);
}

#[test]
fn a_group_and_a_freeze_hold_for_all_below() {
    let body = Path::ROOT.field("body").in_group("slow").frozen();
    let (block, head) = (body.index(3), Path::ROOT.field("head"));
    let weight = block.field("weight");
    assert_eq!(
        (weight.group(), weight.is_frozen(), weight.to_string()),
        ("slow", true, "body.3.weight".into())
    );
    assert_eq!((head.group(), head.is_frozen()), ("", false));
}

/// Answers whether a type is `Copy`: the blanket method is found only where the inherent one does not apply.
macro_rules! is_copy {
    ($ty:ty) => {{
        struct Probe<A>(core::marker::PhantomData<A>);
        #[allow(dead_code)]
        trait No {
            const COPY: bool = false;
        }
        impl<A> No for Probe<A> {}
        #[allow(dead_code)]
        impl<A: Copy> Probe<A> {
            const COPY: bool = true;
        }
        Probe::<$ty>::COPY
    }};
}

#[test]
fn networks_and_layers_with_parameters_cannot_be_copied_by_accident() {
    assert!(is_copy!(Pass<'static, 4>), "the probe sees what is Copy");
    assert!(!is_copy!(Dense<f32, 2, 2>));
    assert!(!is_copy!([Dense<f32, 2, 2>; 2]));
    assert!(!is_copy!(Deep<f32>));
}

network! { struct Large<T>, LargeGrad { fc: Dense<T, 512, 512>, out: Dense<T, 512, 4> } }
memory! { struct LargeTape[T: Real, const B: usize]<T, B> { fc: SMatrix<T, 512, B> } }

impl<T: Real> Layer<T, Vals<512>, Vals<4>> for Large<T> {
    type Tape<const B: usize> = LargeTape<T, B>;
    type Work<const B: usize> = LargeTape<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 512, B>,
        y: &mut SMatrix<T, 4, B>,
        tape: Option<&mut LargeTape<T, B>>,
        work: &mut LargeTape<T, B>,
        pass: Pass<'_, B>,
    ) {
        let values = tape.unwrap_or(work);
        self.fc.forward_then(&Tanh, x, &mut values.fc, pass.at(0));
        self.out.forward(&values.fc, y, None, &mut (), pass.at(1));
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 512, B>,
        y: &SMatrix<T, 4, B>,
        tape: &LargeTape<T, B>,
        dy: &SMatrix<T, 4, B>,
        dx: Option<&mut SMatrix<T, 512, B>>,
        mut grad: Option<&mut LargeGrad<T>>,
        d: &mut LargeTape<T, B>,
        pass: Pass<'_, B>,
    ) {
        let g = grad.as_deref_mut().map(|g| &mut g.out);
        self.out.backward(&tape.fc, y, &(), dy, Some(&mut d.fc), g, &mut (), pass.at(1));
        pointwise::backward_in_place(&Tanh, &tape.fc, &mut d.fc, pass);
        let g = grad.map(|g| &mut g.fc);
        self.fc.backward(x, &tape.fc, &(), &d.fc, dx, g, &mut (), pass.at(0));
    }
}

const B: usize = 64;

memory! {
    /// More than 2 MB, all of it in a static.
    struct Memory[]<> {
        net: Large<f32>,
        best: Large<f32>,
        grad: LargeGrad<f32>,
        tape: LargeTape<f32, 64>,
        work: LargeTape<f32, 64>,
        x: SMatrix<f32, 512, 64>,
        y: SMatrix<f32, 4, 64>,
        dy: SMatrix<f32, 4, 64>,
    }
}
static MEMORY: Mutex<Memory> = Mutex::new(Memory::ZERO);

#[test]
fn a_step_of_a_network_larger_than_the_stack_runs_on_a_small_stack() {
    const STACK: usize = 128 << 10;
    const { assert!(size_of::<Memory>() > 24 * STACK && size_of::<SMatrix<f32, 512, B>>() >= STACK) }
    let step = || {
        let m = &mut *MEMORY.lock().unwrap();
        m.net.init(Rng::new(113));
        m.x.fill(0.25);
        m.dy.fill(1.0);
        let pass = Pass::train(Rng::new(114));
        m.net.forward(&m.x, &mut m.y, Some(&mut m.tape), &mut m.work, pass);
        m.net.backward(&m.x, &m.y, &m.tape, &m.dy, None, Some(&mut m.grad), &mut m.work, pass);
        params::copy(&mut m.best, &m.net);
        m.net.zip([&mut m.grad], Path::ROOT, &mut |_, p, [g]| {
            p.values.iter_mut().zip(g).for_each(|(p, g)| *p -= 0.01 * *g);
        });
        (m.best.out.bias[0], m.net.out.bias[0])
    };
    let (best, now) = std::thread::Builder::new().stack_size(STACK).spawn(step).unwrap().join().unwrap();
    assert_eq!(now, best - 0.01 * B as f32);
}
