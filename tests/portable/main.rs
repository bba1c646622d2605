//! In portable arithmetic the same seed gives the same bits on every target: here, in WebAssembly (`wasm/`, run by
//! `.ci/wasm`), on a microcontroller.

use dl::Blank;

mod train;

#[test]
fn a_hundred_steps_lead_to_the_weights_of_every_other_target() {
    let hash = train::hash(Box::leak(Box::new(Blank::ZERO)));
    assert_eq!(hash, train::HASH, "the weights' hash is {hash:#018x}");
}
