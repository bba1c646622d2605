//! What the learning rate is multiplied by in each of 20 epochs of one step.

use dl::optim::schedule::{Constant, CosineLr, ExponentialLr, OnPlateau, OneCycle, StepLr, Warmup};
use dl::optim::{Progress, Schedule};

use crate::close::assert_close;
use crate::vectors::{Schedules, find, load};

fn check(name: &str, mut schedule: impl Schedule) {
    let file: Schedules = load("schedules");
    let case = find(&file.cases, name);
    assert_eq!(case.factors.len(), 20);
    let factors: Vec<f64> = (0..)
        .zip(&file.watched)
        .map(|(step, &loss)| {
            let factor = schedule.factor(&Progress::new(step, 1, 20));
            schedule.epoch_end(loss);
            factor
        })
        .collect();
    assert_close(name, &factors, &case.factors);
}

#[test]
fn steps_are_pytorchs() {
    check("step", StepLr { step_size: 4, gamma: 0.5 });
}

#[test]
fn exponential_decay_is_pytorchs() {
    check("exponential", ExponentialLr { gamma: 0.9 });
}

#[test]
fn cosine_annealing_is_pytorchs() {
    check("cosine", CosineLr::new());
    check("cosine_to_a_tenth", CosineLr { t_max: Some(19), min_factor: 0.1 });
}

#[test]
fn warm_up_is_pytorchs_linear_lr() {
    check("linear", Warmup { start_factor: 0.2, ..Warmup::new(5, Constant) });
    let then = CosineLr { t_max: Some(15), ..CosineLr::new() };
    check("linear_then_cosine", Warmup { start_factor: 0.1, ..Warmup::new(5, then) });
}

#[test]
fn one_cycle_is_pytorchs() {
    check("one_cycle", OneCycle::new());
    check("one_cycle_settings", OneCycle { pct_start: 0.4, div_factor: 10.0, final_div_factor: 100.0 });
}

#[test]
fn reducing_on_a_plateau_is_pytorchs() {
    check("plateau", OnPlateau { factor: 0.1, patience: 2, ..OnPlateau::new() });
    let cooled = OnPlateau { factor: 0.5, patience: 1, cooldown: 2, threshold: 1e-3, ..OnPlateau::new() };
    check("plateau_cooldown", cooled);
    check("plateau_min_lr", OnPlateau { factor: 0.1, patience: 0, min_factor: 0.05, ..OnPlateau::new() });
}
