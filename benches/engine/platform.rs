//! The clock, the words and the voice of the machine on which the bench runs.
//!
//! Law: the same functions natively and in Node.js, so that the bench itself does not know where it is.

/// Milliseconds of the wall's clock and of the processor's.
#[derive(Clone, Copy)]
pub struct Clock {
    pub wall_ms: f64,
    pub cpu_ms: f64,
}

impl Clock {
    /// Where only one of them is known.
    pub fn both(ms: f64) -> Clock {
        Clock {
            wall_ms: ms,
            cpu_ms: ms,
        }
    }

    /// The time that has passed since `earlier`.
    pub fn since(self, earlier: Clock) -> Clock {
        Clock {
            wall_ms: self.wall_ms - earlier.wall_ms,
            cpu_ms: self.cpu_ms - earlier.cpu_ms,
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::*;
#[cfg(target_arch = "wasm32")]
pub use node::*;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use super::Clock;
    use std::process::{Command, Stdio};
    use std::sync::LazyLock;
    use std::time::Instant;

    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

    impl Clock {
        /// The time since the first question, and that of the process.
        pub fn now() -> Clock {
            let wall_ms = BEGIN.elapsed().as_secs_f64() * 1e3;
            let cpu_ms = cpu_ms().unwrap_or(wall_ms);
            Clock { wall_ms, cpu_ms }
        }
    }

    #[cfg(unix)]
    fn cpu_ms() -> Option<f64> {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6)
    }

    #[cfg(not(unix))]
    fn cpu_ms() -> Option<f64> {
        None
    }

    /// What stands behind the program's name.
    pub fn words() -> Vec<String> {
        std::env::args().skip(1).collect()
    }

    /// What a program printed; an error if it failed.
    pub fn output(command: &[String]) -> Result<String, String> {
        let (program, words) = command.split_first().ok_or("a command has a first word")?;
        let output = Command::new(program).args(words).stderr(Stdio::inherit()).output();
        let output = output.map_err(|why| format!("{program}: {why}"))?;
        if !output.status.success() {
            return Err(format!("{}: {}", command.join(" "), output.status));
        }
        String::from_utf8(output.stdout).map_err(|why| format!("{program}: {why}"))
    }

    pub fn say(line: &str) {
        println!("{line}");
    }

    pub fn fail(why: &str) {
        eprintln!("{why}");
        std::process::exit(1);
    }
}

#[cfg(target_arch = "wasm32")]
mod node {
    use super::Clock;
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance, js_name = now)]
        fn wall_ms() -> f64;
        #[wasm_bindgen(js_namespace = console, js_name = log)]
        fn log(line: &str);
        #[wasm_bindgen(js_namespace = process, js_name = cpuUsage)]
        fn cpu_usage() -> CpuUsage;
        #[wasm_bindgen(js_namespace = process)]
        fn exit(status: i32);
        #[wasm_bindgen(thread_local_v2, js_namespace = process, js_name = argv)]
        static ARGUMENTS: js_sys::Array;

        /// Microseconds of the whole process, the compiler's threads included.
        type CpuUsage;
        #[wasm_bindgen(method, getter)]
        fn user(this: &CpuUsage) -> f64;
        #[wasm_bindgen(method, getter)]
        fn system(this: &CpuUsage) -> f64;
    }

    impl Clock {
        /// The time since the process began.
        pub fn now() -> Clock {
            let usage = cpu_usage();
            Clock {
                wall_ms: wall_ms(),
                cpu_ms: (usage.user() + usage.system()) / 1e3,
            }
        }
    }

    /// What stands behind the script's name.
    pub fn words() -> Vec<String> {
        let words = ARGUMENTS.with(|arguments| arguments.iter().skip(2).collect::<Vec<_>>());
        words.into_iter().filter_map(|word| word.as_string()).collect()
    }

    /// Other programs take their turn beside the native engine only.
    pub fn output(command: &[String]) -> Result<String, String> {
        Err(format!(
            "{}: only a native bench starts other programs",
            command.join(" ")
        ))
    }

    pub fn say(line: &str) {
        log(line);
    }

    pub fn fail(why: &str) {
        log(why);
        exit(1);
    }
}
