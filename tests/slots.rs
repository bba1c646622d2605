//! Weights in two slots of flash: a loss of power at any moment leaves the older or the newer ones, whole.
#![forbid(unsafe_code)]

use dl::nalgebra::SMatrix;
use dl::params::Path;
use dl::prelude::*;
use dl::store::{SlotError, Slots};
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};

#[network(input = [3])]
struct Net {
    fc1: Dense<9>,
    act: Tanh,
    fc2: Dense<5>,
}

/// Another network of as many bytes.
#[network(input = [3])]
struct Other {
    first: Dense<9>,
    act: Tanh,
    second: Dense<5>,
}

/// A network whose numbers tell which one it is.
fn net(which: u32) -> Box<Net> {
    let mut net = Net::boxed(u64::from(which));
    net.fc2.bias = SMatrix::repeat(which as f32);
    net
}

fn bits(net: &Net) -> Vec<u32> {
    let mut bits = Vec::new();
    net.visit(Path::ROOT, &mut |_, param| bits.extend(param.values.iter().map(|value| value.to_bits())));
    bits
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    NoPower,
    /// A word was written twice without being erased.
    Twice,
    Arguments(NorFlashErrorKind),
    /// A word that was being written when the power went.
    Unreadable,
}

impl NorFlashError for Fault {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

/// What a word or page holds that was being written or erased when the power went.
#[derive(Clone, Copy, Debug)]
enum Torn {
    AsBefore,
    Done,
    Random,
    /// It cannot be read, as in flash that corrects errors.
    Unreadable,
}

/// Flash that refuses what real flash forbids, and loses power before its operation `left`, counted in words and pages.
#[derive(Clone, Debug)]
struct Flash<const W: usize, const E: usize> {
    bytes: Vec<u8>,
    /// Of each word, whether it was written since it was erased.
    written: Vec<bool>,
    unreadable: Vec<bool>,
    left: Option<usize>,
    torn: Torn,
    rng: Rng,
    /// How often each page was erased.
    erased: Vec<u32>,
}

impl<const W: usize, const E: usize> Flash<W, E> {
    fn new(pages: usize) -> Self {
        let (bytes, words) = (pages * E, pages * E / W);
        Flash {
            bytes: (0..bytes).map(|i| i as u8).collect(), // what somebody left
            written: vec![true; words],
            unreadable: vec![false; words],
            left: None,
            torn: Torn::AsBefore,
            rng: Rng::new(1),
            erased: vec![0; pages],
        }
    }

    /// Whether there is power for one more operation.
    fn has_power(&mut self) -> Result<bool, Fault> {
        match &mut self.left {
            None => Ok(true),
            Some(0) => Ok(false),
            Some(usize::MAX) => Err(Fault::NoPower),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
        }
    }

    /// Leaves `at..at + new.len()` as the loss of power does, which stops all that follows.
    fn tear(&mut self, at: usize, new: &[u8]) -> Fault {
        self.left = Some(usize::MAX);
        for (i, &new) in new.iter().enumerate() {
            match self.torn {
                Torn::AsBefore => {}
                Torn::Done => self.bytes[at + i] = new,
                Torn::Random => self.bytes[at + i] = self.rng.next_u32() as u8,
                Torn::Unreadable => self.unreadable[(at + i) / W] = true,
            }
            self.written[(at + i) / W] = true;
        }
        Fault::NoPower
    }

    /// The same flash when there is power again.
    fn restarted(mut self) -> Self {
        self.left = None;
        self
    }
}

impl<const W: usize, const E: usize> ErrorType for Flash<W, E> {
    type Error = Fault;
}

impl<const W: usize, const E: usize> ReadNorFlash for Flash<W, E> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Fault> {
        embedded_storage::nor_flash::check_read(self, offset, bytes.len()).map_err(Fault::Arguments)?;
        if self.left == Some(usize::MAX) {
            return Err(Fault::NoPower);
        }
        let range = offset as usize..offset as usize + bytes.len();
        if range.clone().any(|at| self.unreadable[at / W]) {
            return Err(Fault::Unreadable);
        }
        bytes.copy_from_slice(&self.bytes[range]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl<const W: usize, const E: usize> NorFlash for Flash<W, E> {
    const WRITE_SIZE: usize = W;
    const ERASE_SIZE: usize = E;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Fault> {
        embedded_storage::nor_flash::check_erase(self, from, to).map_err(Fault::Arguments)?;
        for page in from as usize / E..to as usize / E {
            if !self.has_power()? {
                return Err(self.tear(page * E, &[0xFF; E]));
            }
            self.bytes[page * E..][..E].fill(0xFF);
            self.written[page * E / W..][..E / W].fill(false);
            self.unreadable[page * E / W..][..E / W].fill(false);
            self.erased[page] += 1;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Fault> {
        embedded_storage::nor_flash::check_write(self, offset, bytes.len()).map_err(Fault::Arguments)?;
        for (i, word) in bytes.chunks_exact(W).enumerate() {
            let at = offset as usize + i * W;
            if self.written[at / W] {
                return Err(Fault::Twice);
            }
            if !self.has_power()? {
                return Err(self.tear(at, word));
            }
            self.bytes[at..at + W].copy_from_slice(word);
            self.written[at / W] = true;
        }
        Ok(())
    }
}

/// The network that a flash holds, by its number; `None` if it holds none.
fn held<const W: usize, const E: usize>(flash: Flash<W, E>) -> Option<u32> {
    let mut found = net(99);
    let mut slots = Slots::new(flash, 0..4 * E as u32).unwrap();
    match slots.load(&mut *found) {
        Ok(_) => {
            let which = found.fc2.bias[0] as u32;
            assert!(bits(&found) == bits(&net(which)), "a mix of two networks");
            Some(which)
        }
        Err(SlotError::Empty | SlotError::Flash(Fault::Unreadable)) => {
            assert!(bits(&found) == bits(&net(99)), "a network that was not loaded has changed");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Saves networks one after the other and takes the power away at every moment of the last save.
fn survives<const W: usize, const E: usize>(before: u32) {
    let mut flash = Flash::<W, E>::new(4);
    for which in 1..=before {
        let mut slots = Slots::new(flash, 0..4 * E as u32).unwrap();
        assert_eq!(slots.save(&*net(which)), Ok(which));
        flash = slots.into_flash();
    }
    let older = (before > 0).then_some(before);
    assert_eq!(held(flash.clone()), older);

    for torn in [Torn::AsBefore, Torn::Done, Torn::Random, Torn::Unreadable] {
        let mut seen = [0, 0];
        for cut in 0.. {
            let mut slots =
                Slots::new(Flash { left: Some(cut), torn, ..flash.clone() }, 0..4 * E as u32).unwrap();
            let outcome = slots.save(&*net(before + 1));
            let after = slots.into_flash().restarted();
            let which = held(after.clone());
            assert!(which == older || which == Some(before + 1), "{torn:?}, cut {cut}: {which:?}");
            seen[usize::from(which != older)] += 1;

            // and it goes on from there
            let mut slots = Slots::new(after, 0..4 * E as u32).unwrap();
            slots.save(&*net(before + 2)).unwrap();
            assert_eq!(held(slots.into_flash()), Some(before + 2), "{torn:?}, cut {cut}");
            if outcome.is_ok() {
                assert_eq!((outcome, which), (Ok(before + 1), Some(before + 1)));
                break;
            }
            assert!(matches!(outcome, Err(SlotError::Flash(Fault::NoPower))), "{outcome:?}");
        }
        // the values and the header; and two pages are erased first
        let words = (24_usize.next_multiple_of(W) + (4 * Net::<f32>::PARAMS).next_multiple_of(W)) / W;
        assert_eq!(seen[0] + seen[1], words + 2 + 1, "{torn:?}: every moment");
        assert!(seen[0] > words, "{torn:?}: {seen:?}");
    }
}

#[test]
fn a_loss_of_power_at_any_moment_leaves_the_older_or_the_newer_weights() {
    for before in 0..3 {
        survives::<4, 256>(before);
        survives::<1, 256>(before);
        survives::<8, 512>(before);
        survives::<32, 256>(before);
        survives::<256, 1024>(before);
    }
}

#[test]
fn the_slots_take_turns() {
    let mut slots = Slots::new(Flash::<4, 512>::new(3), 512..1536).unwrap();
    for which in 1..=6 {
        assert_eq!(slots.save(&*net(which)), Ok(which));
        assert_eq!(slots.load(&mut *net(0)), Ok(which));
    }
    assert_eq!(slots.into_flash().erased, [0, 3, 3]);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let message = |error: SlotError<Fault>| error.to_string();
    let flash = || Flash::<4, 256>::new(4);
    assert_eq!(
        message(Slots::new(flash(), 0..2048).unwrap_err()),
        "the slots end at 2048, but the flash has 1024 bytes"
    );
    for range in [0..768, 128..640, 256..256, 0..256] {
        let text = message(Slots::new(flash(), range.clone()).unwrap_err());
        let expected =
            format!("the slots are the halves of {range:?}, but the flash erases 256 bytes together");
        assert_eq!(text, expected);
    }
    let mut slots = Slots::new(flash(), 0..512).unwrap();
    assert_eq!(message(slots.save(&*net(1)).unwrap_err()), "a slot has 256 bytes, but the network takes 368");
    assert_eq!(slots.into_flash().erased, [0; 4], "nothing is erased for it");

    let mut slots = Slots::new(flash(), 0..1024).unwrap();
    assert_eq!(message(slots.load(&mut *net(0)).unwrap_err()), "neither slot holds weights");
    slots.save(&*net(1)).unwrap();
    let error = message(slots.load(&mut *Other::<f32>::boxed(0)).unwrap_err());
    assert!(error.starts_with("the weights of another network: its hash is 0x"), "{error}");
}

#[test]
fn the_weights_of_another_network_do_not_cost_ours() {
    let mut slots = Slots::new(Flash::<4, 256>::new(4), 0..1024).unwrap();
    slots.save(&*net(1)).unwrap();
    slots.save(&*Other::<f32>::boxed(0)).unwrap(); // over the empty slot, for that is not ours
    assert_eq!(slots.load(&mut *net(0)), Ok(1));
    assert_eq!(slots.save(&*net(2)), Ok(3), "the other one's is newer, and goes");
    assert_eq!(slots.load(&mut *net(0)), Ok(3));
    assert_eq!(slots.save(&*net(3)), Ok(4));
}

#[test]
fn a_word_that_does_not_take_its_value_is_noticed() {
    /// Flash of which one word stays as erased.
    struct Stuck(Flash<4, 512>);
    impl ErrorType for Stuck {
        type Error = Fault;
    }
    impl ReadNorFlash for Stuck {
        const READ_SIZE: usize = 1;
        fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Fault> {
            self.0.read(offset, bytes)
        }
        fn capacity(&self) -> usize {
            self.0.capacity()
        }
    }
    impl NorFlash for Stuck {
        const WRITE_SIZE: usize = 4;
        const ERASE_SIZE: usize = 512;
        fn erase(&mut self, from: u32, to: u32) -> Result<(), Fault> {
            self.0.erase(from, to)
        }
        fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Fault> {
            self.0.write(offset, bytes)?;
            self.0.bytes[700..704].fill(0xFF);
            Ok(())
        }
    }
    let mut slots = Slots::new(Stuck(Flash::new(2)), 0..1024).unwrap();
    assert_eq!(slots.save(&*net(1)), Ok(1));
    assert_eq!(slots.save(&*net(2)), Err(SlotError::Worn { slot: 1 }));
    assert_eq!(slots.load(&mut *net(0)), Ok(1));
}
