//! Ctrl-C ends training after the step it is in.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use dl_core::Network;
use dl_core::train::{Callback, Flow, StepReport};

/// Whether Ctrl-C was pressed; as a callback of training it ends it after the step, so that the program goes on to save
/// what it has.
///
/// The second Ctrl-C ends the program at once, with status 130 as shells expect it.
///
/// ```no_run
/// use dl_host::Interrupt;
///
/// let interrupt = Interrupt::install()?;
/// for step in 0.. {
///     if interrupt.happened() {
///         println!("ended before step {step}");
///         break;
///     }
/// }
/// # Ok::<(), dl_host::InterruptError>(())
/// ```
#[doc(alias = "SIGINT")]
#[derive(Clone, Copy, Debug)]
pub struct Interrupt(());

/// Ctrl-C could not be listened for: some other part of the program does.
///
/// ```no_run
/// use dl_host::Interrupt;
///
/// match Interrupt::install() {
///     Ok(interrupt) => println!("Ctrl-C ends training: {}", interrupt.happened()),
///     Err(error) => eprintln!("{error}"), // cannot listen for Ctrl-C: ...
/// }
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot listen for Ctrl-C: {0}")]
pub struct InterruptError(String);

static HAPPENED: AtomicBool = AtomicBool::new(false);
static INSTALLED: OnceLock<Result<(), InterruptError>> = OnceLock::new();

impl Interrupt {
    /// Begins to listen for Ctrl-C. To call it again does no harm.
    ///
    /// ```no_run
    /// let interrupt = dl_host::Interrupt::install()?;
    /// // trainer.fit(&data, (), fit, interrupt)?;
    /// # Ok::<(), dl_host::InterruptError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If another handler was installed, or the operating system refuses.
    pub fn install() -> Result<Self, InterruptError> {
        let install = || {
            ctrlc::try_set_handler(|| {
                if HAPPENED.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
            })
            .map_err(|error| InterruptError(error.to_string()))
        };
        INSTALLED.get_or_init(install).clone().map(|()| Interrupt(()))
    }

    /// Whether Ctrl-C was pressed since the start or the last [`reset`](Interrupt::reset).
    ///
    /// ```no_run
    /// let interrupt = dl_host::Interrupt::install()?;
    /// assert!(!interrupt.happened());
    /// # Ok::<(), dl_host::InterruptError>(())
    /// ```
    pub fn happened(&self) -> bool {
        HAPPENED.load(Ordering::Relaxed)
    }

    /// Forgets it: the next training runs, and the next Ctrl-C ends it.
    ///
    /// ```no_run
    /// let interrupt = dl_host::Interrupt::install()?;
    /// interrupt.reset();
    /// assert!(!interrupt.happened());
    /// # Ok::<(), dl_host::InterruptError>(())
    /// ```
    pub fn reset(&self) {
        HAPPENED.store(false, Ordering::Relaxed);
    }
}

impl<N: Network> Callback<N> for Interrupt {
    fn on_step_end(&mut self, _: &StepReport, _: &mut N) -> Flow {
        if self.happened() { Flow::Break("interrupted by Ctrl-C") } else { Flow::Continue(()) }
    }
}
