//! What a learning-rate schedule is to the trainer.

/// How far a training run is, before a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many steps are done: 0 before the first.
    pub step: u64,
    /// How many epochs are done: 0 in the first.
    pub epoch: u64,
    /// How many steps an epoch has.
    pub steps_per_epoch: u64,
    /// How many steps the run will have.
    pub total_steps: u64,
}

/// What the learning rate is multiplied by as training goes on.
pub trait Schedule {
    /// The factor of the next step.
    fn factor(&mut self, progress: &Progress) -> f64;
    /// Learns the metric of an epoch that has ended.
    fn epoch_end(&mut self, metric: f64) {
        let _ = metric;
    }
}
