use dl::network;

struct Camera {
    _angle: f32,
}

#[network(input = [4])]
struct Net {
    camera: Camera,
    head: Dense<2>,
}

fn main() {}
