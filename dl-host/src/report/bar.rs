//! The bar on the standard error, where that is a terminal; without the feature `progress`, none.

#[cfg(feature = "progress")]
pub(super) use shown::Bar;
#[cfg(not(feature = "progress"))]
pub(super) use without::Bar;

#[cfg(feature = "progress")]
mod shown {
    use std::io::{self, IsTerminal};
    use std::time::{Duration, Instant};

    use indicatif::{ProgressBar, ProgressStyle};

    /// How often the bar is brought up to date: steps can be far shorter than drawing is.
    const REFRESH: Duration = Duration::from_millis(60);
    const STYLE: &str = "{prefix} {bar:28.cyan} {pos}/{len}  loss {msg}  {per_sec}  {eta} left";

    #[derive(Debug)]
    pub(in super::super) struct Bar(Option<(ProgressBar, Instant)>);

    impl Bar {
        pub(in super::super) const NONE: Bar = Bar(None);

        pub(in super::super) fn on_terminal() -> Self {
            if !io::stderr().is_terminal() {
                return Bar::NONE;
            }
            let bar = ProgressBar::no_length();
            if let Ok(style) = ProgressStyle::with_template(STYLE) {
                bar.set_style(style.progress_chars("━╸ "));
            }
            Bar(Some((bar, Instant::now())))
        }

        pub(in super::super) fn begin(&mut self, heading: &str, steps: usize) {
            if let Some((bar, _)) = &self.0 {
                bar.reset();
                bar.set_length(steps as u64);
                bar.set_prefix(heading.to_owned());
            }
        }

        pub(in super::super) fn step(&mut self, step: usize, message: impl FnOnce() -> String) {
            if let Some((bar, drawn)) = &mut self.0
                && drawn.elapsed() >= REFRESH
            {
                bar.set_message(message());
                bar.set_position(step as u64);
                *drawn = Instant::now();
            }
        }

        /// Runs `write` with the bar out of the way.
        pub(in super::super) fn aside(&self, write: impl FnOnce()) {
            match &self.0 {
                Some((bar, _)) => bar.suspend(write),
                None => write(),
            }
        }

        pub(in super::super) fn end(&mut self) {
            if let Some((bar, _)) = &self.0 {
                bar.finish_and_clear();
            }
        }
    }
}

#[cfg(not(feature = "progress"))]
mod without {
    #[derive(Debug)]
    pub(in super::super) struct Bar;

    impl Bar {
        pub(in super::super) const NONE: Bar = Bar;

        pub(in super::super) fn on_terminal() -> Self {
            Bar
        }
        pub(in super::super) fn begin(&mut self, _: &str, _: usize) {}
        pub(in super::super) fn step(&mut self, _: usize, _: impl FnOnce() -> String) {}
        pub(in super::super) fn aside(&self, write: impl FnOnce()) {
            write();
        }
        pub(in super::super) fn end(&mut self) {}
    }
}
