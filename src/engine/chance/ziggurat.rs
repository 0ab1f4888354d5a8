//! Exponential variates without a logarithm in most cases.

use super::Draw;

/// Exponential variates with mean 1 by the ziggurat method (Marsaglia & Tsang 2000, with 256 layers).
pub struct Ziggurat {
    /// Right edges of the layers, widest first; the base layer counts its tail in.
    edges: [f64; 257],
    /// e^(−edge).
    heights: [f64; 257],
}

/// Where the tail begins, for 256 layers of equal area.
const TAIL: f64 = 7.697_117_470_131_05;

impl Ziggurat {
    /// Computes the layers.
    pub fn new() -> Ziggurat {
        let area = (TAIL + 1.0) * libm::exp(-TAIL);
        let mut edges = [0.0; 257];
        edges[0] = area * libm::exp(TAIL);
        edges[1] = TAIL;
        for layer in 2..256 {
            let below = edges[layer - 1];
            edges[layer] = -libm::log(area / below + libm::exp(-below));
        }
        Ziggurat {
            edges,
            heights: edges.map(|edge| libm::exp(-edge)),
        }
    }

    /// An exponential variate with mean 1.
    #[inline(always)]
    pub fn exp(&self, draw: &mut Draw) -> f64 {
        loop {
            let bits = draw.bits();
            let layer = (bits & 0xFF) as usize;
            let x = ((bits >> 11) as i64 as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0) * self.edges[layer];
            if x < self.edges[layer + 1] {
                return x;
            }
            if let Some(x) = self.edge_case(layer, x, draw) {
                return x;
            }
        }
    }

    /// The same, called and not copied.
    #[inline(never)]
    pub fn exp_rare(&self, draw: &mut Draw) -> f64 {
        self.exp(draw)
    }

    #[cold]
    #[inline(never)]
    fn edge_case(&self, layer: usize, x: f64, draw: &mut Draw) -> Option<f64> {
        if layer == 0 {
            return Some(TAIL - libm::log(draw.unit()));
        }
        let (low, high) = (self.heights[layer], self.heights[layer + 1]);
        (low + (high - low) * draw.unit() < libm::exp(-x)).then_some(x)
    }
}
