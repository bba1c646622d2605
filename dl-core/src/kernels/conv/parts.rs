//! The arguments of a convolution, and the parts that it is done in.

use super::Window;
use super::lines::{Part, Plan};

/// The arguments of a convolution. The pointers must be good for as many samples of `window` as it says.
#[derive(Clone, Copy)]
pub(super) struct Conv<'a> {
    pub(super) window: &'a Window,
    pub(super) samples: usize,
    pub(super) x: *mut f32,
    pub(super) w: *mut f32,
    pub(super) y: *mut f32,
    pub(super) bias: Option<*const f32>,
    pub(super) relu: bool,
}

/// Goes through the parts of a convolution: samples, groups, rows, channels.
pub(super) struct Parts<'a> {
    plan: &'a Plan,
    conv: &'a Conv<'a>,
    /// Sample, group, band and channel of the group.
    at: [usize; 4],
}

impl<'a> Parts<'a> {
    pub(super) fn new(plan: &'a Plan, conv: &'a Conv<'a>) -> Self {
        Parts { plan, conv, at: [0; 4] }
    }

    /// The next part, its first sample, its group, and whether it has the first and the last channels of the group.
    pub(super) fn next(&mut self) -> Option<(Part<'a>, usize, usize, [bool; 2])> {
        let (plan, window) = (self.plan, self.conv.window);
        let [sample, group, band, channel] = self.at;
        if sample >= self.conv.samples {
            return None;
        }
        let all = window.input[0] / window.groups;
        let row = |band: usize| band * window.output[1] / plan.bands;
        let part = Part {
            plan,
            window,
            samples: plan.samples.min(self.conv.samples - sample),
            first: group * all + channel,
            channels: plan.channels.min(all - channel),
            row: row(band),
            rows: row(band + 1) - row(band),
        };
        let next = channel + part.channels;
        self.at = if next < all {
            [sample, group, band, next]
        } else if band + 1 < plan.bands {
            [sample, group, band + 1, 0]
        } else if group + 1 < window.groups {
            [sample, group + 1, 0, 0]
        } else {
            [sample + part.samples, 0, 0, 0]
        };
        Some((part, sample, group, [channel == 0, next == all]))
    }
}

impl Conv<'_> {
    /// Numbers of a sample of the input and of a channel of the output.
    pub(super) fn sizes(&self) -> (usize, usize) {
        let ([c, h, w], [_, oh, ow]) = (self.window.input, self.window.output);
        (c * h * w, oh * ow)
    }

    /// Input and output channels of a group.
    pub(super) fn channels(&self) -> (usize, usize) {
        (self.window.input[0] / self.window.groups, self.window.output[0] / self.window.groups)
    }

    /// Where the weights of a part begin: those of its first input channel and of its group's first output channel.
    pub(super) fn weights(&self, part: &Part<'_>, group: usize) -> *mut f32 {
        self.w.wrapping_add(self.first_weight(part, group))
    }

    /// Which number of the weight that is.
    pub(super) fn first_weight(&self, part: &Part<'_>, group: usize) -> usize {
        let (inputs, outputs) = self.channels();
        let channel = part.first - group * inputs;
        group * outputs + channel * self.window.taps() * self.window.output[0]
    }

    /// The first output of a part.
    pub(super) fn outputs(&self, part: &Part<'_>, sample: usize, group: usize) -> *mut f32 {
        let channel = sample * self.window.output[0] + group * self.channels().1;
        self.y.wrapping_add(channel * self.sizes().1 + part.row * self.window.output[2])
    }
}
