//! Open networks: requests enter, wander between M/M/c stations by fixed probabilities, and leave.
//!
//! Source: Jackson, Networks of Waiting Lines, 1957: with λ = γ + λP each station is an M/M/c queue of its own.

use super::Markov;

/// A station of an open network.
#[derive(Clone, Debug)]
pub struct Node {
    /// Arrivals per time from outside.
    pub arrival: f64,
    /// The rate of one server.
    pub service: f64,
    pub servers: u32,
    /// The probability to go on to each station; what is missing to 1 leaves.
    pub next: Vec<f64>,
}

/// An open network in its steady state.
#[derive(Clone, Debug)]
pub struct Jackson {
    entering: f64,
    rates: Vec<f64>,
    queues: Vec<Markov>,
}

impl Jackson {
    /// None where requests come faster than they go at some station, or never leave.
    pub fn new(nodes: &[Node]) -> Option<Jackson> {
        let rates = arrival_rates(nodes)?;
        let stations = nodes.iter().zip(&rates);
        let queues: Option<Vec<Markov>> = stations
            .map(|(node, rate)| Markov::new(*rate, node.service, node.servers))
            .collect();
        Some(Jackson {
            entering: nodes.iter().map(|node| node.arrival).sum(),
            rates,
            queues: queues?,
        })
    }

    /// Arrivals per time at a station, from outside and inside.
    pub fn rate(&self, station: usize) -> f64 {
        self.rates[station]
    }

    /// A station as the queue that it is.
    pub fn queue(&self, station: usize) -> &Markov {
        &self.queues[station]
    }

    /// The mean time from entering to leaving, by Little's law.
    pub fn mean_response(&self) -> f64 {
        let stations = self.rates.iter().zip(&self.queues);
        let inside: f64 = stations.map(|(rate, queue)| rate * queue.mean_response()).sum();
        inside / self.entering
    }
}

/// Solves λ = γ + λP by Gauss–Jordan elimination with pivoting; none where requests never leave.
fn arrival_rates(nodes: &[Node]) -> Option<Vec<f64>> {
    let n = nodes.len();
    let cell = |to: usize, from: usize| (to == from) as u8 as f64 - nodes[from].next[to];
    let mut rows: Vec<Vec<f64>> = (0..n)
        .map(|to| (0..n).map(|from| cell(to, from)).chain([nodes[to].arrival]).collect())
        .collect();
    for column in 0..n {
        let pivot = (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        if rows[pivot][column].abs() < 1e-12 {
            return None;
        }
        rows.swap(column, pivot);
        let leader = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| *index != column) {
            let factor = row[column] / leader[column];
            row.iter_mut()
                .zip(&leader)
                .for_each(|(value, lead)| *value -= factor * lead);
        }
    }
    Some((0..n).map(|i| rows[i][n] / rows[i][i]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(arrival: f64, service: f64, next: &[f64]) -> Node {
        let next = next.to_vec();
        Node {
            arrival,
            service,
            servers: 1,
            next,
        }
    }

    #[test]
    fn a_tandem_is_the_sum_of_its_queues() {
        // Two M/M/1 at ρ = 0.5 with works of 1: a mean of 2 each.
        let network = Jackson::new(&[node(0.5, 1.0, &[0.0, 1.0]), node(0.0, 1.0, &[0.0, 0.0])]).expect("stable");
        assert!((network.mean_response() - 4.0).abs() < 1e-12);
    }

    #[test]
    fn feedback_multiplies_the_arrivals() {
        // λ₁ = 1 + 0.5 λ₂, λ₂ = λ₁: both 2. At μ = 4 and 5: 2/2 + 2/3 inside, one enters.
        let network = Jackson::new(&[node(1.0, 4.0, &[0.0, 1.0]), node(0.0, 5.0, &[0.5, 0.0])]).expect("stable");
        assert!((network.rate(0) - 2.0).abs() < 1e-12 && (network.rate(1) - 2.0).abs() < 1e-12);
        assert!((network.mean_response() - 5.0 / 3.0).abs() < 1e-12);
        assert!((network.queue(1).utilization() - 0.4).abs() < 1e-12);
    }

    #[test]
    fn a_network_that_is_too_slow_or_has_no_way_out_has_no_answer() {
        assert!(Jackson::new(&[node(1.0, 1.0, &[0.0])]).is_none());
        assert!(Jackson::new(&[node(1.0, 9.0, &[1.0])]).is_none());
    }
}
