//! Text swimlanes: one line a lane, one character a time step.
