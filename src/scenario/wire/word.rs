//! The words that stand for one of a few things.
//!
//! Law: every word of the model has a word in the file, or this does not compile.

use super::super::model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares the words for an enum of the model, in camelCase; each says what it means.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $word:ident),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        pub enum $name { $($(#[$meaning])* $word),* }

        impl From<model::$name> for $name {
            fn from(word: model::$name) -> $name {
                match word { $(model::$name::$word => $name::$word),* }
            }
        }
    };
}

words! {
    /// How callers pick a replica.
    Balance {
        /// one after the other
        RoundRobin,
        /// any, each as likely
        Random,
        /// the one with fewest requests in flight and waiting
        LeastInFlight,
        /// of two distinct random ones that with fewer in flight and waiting
        PowerOfTwo,
    }
}
words! {
    /// How the cores of a replica are shared when more workers want to run than there are cores.
    Cpu {
        /// one burst of work after the other
        Fifo,
        /// processor sharing: all at once, each proportionally slower
        Ps,
    }
}
words! {
    /// In which order waiting requests get a worker.
    Discipline {
        /// first come, first served
        Fifo,
        /// the last one first
        Lifo,
    }
}
words! {
    /// Who gets a message.
    ChannelKind {
        /// one consumer
        Queue,
        /// one consumer of each group
        Topic,
    }
}
words! {
    /// What a full channel does with one more message.
    Overflow {
        /// refuses it; its producer sees `refused`
        Refuse,
        /// lets its producer wait for the ack until there is room
        Block,
        /// drops the oldest message for it
        DropOldest,
    }
}
words! {
    /// When the broker acknowledges a message.
    Acks {
        /// never: the producer goes on as soon as it is sent
        None,
        /// once one broker has it, whose crash within a further `ack` loses it
        Leader,
        /// once all its copies have it, after twice the `ack`
        All,
    }
}
words! {
    /// Who waits for whom on an edge.
    Mode {
        /// the caller's worker is held until the outcome
        Sync,
        /// the worker is released; the continuation queues for one when the reply is there
        Await,
        /// goes on as soon as it is sent; nobody sees a failure
        Oneway,
        /// goes on after the broker's ack; the callee takes the message when it is free
        Queue,
        /// the callee accepts at once; the caller asks again and again until it is done
        Poll,
        /// the callee accepts at once; its own call back resumes the caller
        Callback,
        /// the callee answers in the caller's place
        Forward,
    }
}
words! {
    /// How chance spreads the backoff b.
    Jitter {
        /// b
        None,
        /// b/2 and up to b/2 more
        Equal,
        /// from 0 to b
        Full,
        /// from the first backoff to three times the last one, at most the cap
        Decorrelated,
    }
}
words! {
    /// Why a call failed.
    Cause {
        /// the operation failed
        Error,
        /// the caller gave up
        Timeout,
        /// the backlog or the channel was full, or the door closed
        Refused,
        /// the callee died with the call
        Reset,
        /// the caller's breaker was open
        Breaker,
        /// the caller had too many calls under way
        Limit,
        /// the caller had called too often
        Rate,
        /// it came too late to be of use
        Deadline,
    }
}
words! {
    /// How something is away.
    Down {
        /// whoever calls is refused at once; what has begun goes on
        Refuse,
        /// whatever is sent there is never heard of again; what has begun goes on
        Blackhole,
        /// what was there is lost, of a channel what came less than twice its `ack` ago: callers see `reset`, and until it is back `refused`
        Crash,
    }
}

/// How a service without operations calls its edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Fanout {
    /// one after the other, in file order
    Sequential,
    /// all at once
    Parallel,
}
