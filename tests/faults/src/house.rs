//! A house: one engine over a folder of its own, that is started, loaded, killed and judged.
//!
//! It is the seam for other homes: what a scenario does to a house does not depend on where its
//! tables are. PostgreSQL and RabbitMQ are lines of [`Wish::config`] and another way for
//! [`House::judge`] to read the tables.

use crate::setting::Setting;
use acquit_checker::client::Client;
use acquit_checker::drive::{Load, Running};
use acquit_checker::evidence::{Evidence, Samples};
use acquit_checker::held::Held;
use acquit_checker::house_keys::{CARD_KEY, Keys, MERCHANT};
use acquit_checker::journal::{Journal, Written};
use acquit_checker::pause::{pause, until};
use acquit_checker::promises::{check, sums};
use acquit_checker::report::{Column, Report};
use acquit_checker::sink::{Manner, Sink};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longest an engine takes to listen.
const START: Duration = Duration::from_secs(30);
/// How long nothing may wait for subscribers until they are told everything: some looks at the log.
const QUIET: Duration = Duration::from_millis(1500);
/// Longest subscribers are waited for.
const DRAIN: Duration = Duration::from_secs(90);

/// What a house is to be like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    /// Name of the scenario.
    pub(crate) name: String,
    /// Lines of `acquit.toml`, after those every house has.
    pub(crate) config: String,
    /// Environment of the engine.
    pub(crate) environment: Vec<(String, String)>,
    /// Another program than the one that is judged.
    pub(crate) program: Option<PathBuf>,
    /// Where the data are, when it is not in the house's folder.
    pub(crate) data: Option<PathBuf>,
}

/// A running house.
pub(crate) struct House {
    wish: Wish,
    program: PathBuf,
    /// Where everything of it is.
    pub(crate) folder: PathBuf,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Who we are there.
    pub(crate) keys: Keys,
    /// What our clients did.
    pub(crate) journal: Arc<Journal>,
    /// A subscriber.
    pub(crate) sink: Sink,
    child: Child,
    samples: Arc<Mutex<Samples>>,
    /// How long starts took, in milliseconds.
    pub(crate) starts: Vec<u128>,
    phase: u64,
    /// Longest subscribers are waited for.
    pub(crate) patience: Duration,
}

impl House {
    /// Builds a house and starts its engine.
    pub(crate) fn open(setting: &Setting, wish: Wish) -> Result<House, String> {
        let folder = setting.folder.join(&wish.name);
        let _ = fs::remove_dir_all(&folder);
        let said = |error: std::io::Error| error.to_string();
        fs::create_dir_all(&folder).map_err(said)?;
        let journal = Arc::new(Journal::open(&folder.join("journal.jsonl")).map_err(said)?);
        let sink = Sink::open(journal.clone(), Manner::Takes).map_err(said)?;
        let free = TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr());
        let address = free.map_err(said)?;
        fs::write(folder.join("card.key"), CARD_KEY).map_err(said)?;
        let config = format!(
            "[webhooks]\nhosts = [\"{}\"]\n[providers.cmi]\n\
             page = \"https://cmi.example/fim/est3Dgate\"\napi = \"http://127.0.0.1:1\"\n\
             hosts = [\"127.0.0.1\"]\nmerchant = \"{MERCHANT}\"\nlogin = \"acquit\"\n\
             keys = [\"file:{}\"]\npassword = \"file:{}\"\n{}",
            sink.address,
            folder.join("card.key").display(),
            folder.join("card.key").display(),
            wish.config,
        );
        fs::write(folder.join("acquit.toml"), config).map_err(said)?;
        let program = wish.program.clone().unwrap_or_else(|| setting.program.clone());
        let keys = Keys::none();
        let begun = Instant::now();
        let (child, operator) = launch(&program, &folder, &wish, address)?;
        let starts = vec![begun.elapsed().as_millis()];
        let samples = Arc::default();
        let mut house = House {
            wish,
            program,
            folder,
            address,
            keys,
            journal,
            sink,
            child,
            samples,
            starts,
            phase: 0,
            patience: DRAIN,
        };
        let operator = operator.ok_or("the first start printed no operator's key")?;
        house.keys =
            Keys::make(address, &operator, house.sink.address).ok_or("the house makes no keys")?;
        house.sink.expect(&house.keys.ears);
        let keys = serde_json::to_string(&house.keys).unwrap_or_default();
        fs::write(house.folder.join("keys.json"), keys).map_err(said)?;
        Ok(house)
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.wish.data.clone().unwrap_or_else(|| self.folder.join("data"))
    }

    /// Sets a variable for the next start; nothing takes it away.
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>) {
        self.wish.environment.retain(|(known, _)| known != name);
        if let Some(value) = value {
            self.wish.environment.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Starts the engine again.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        self.child = launch(&self.program, &self.folder, &self.wish, self.address)?.0;
        self.starts.push(begun.elapsed().as_millis());
        Ok(())
    }

    /// Kills the engine: SIGKILL.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Kills it and starts it again.
    pub(crate) fn restart(&mut self) -> Result<(), String> {
        self.kill();
        self.start()
    }

    /// Waits until the engine has ended by itself; false when it has not.
    pub(crate) fn ended(&mut self, patience: Duration) -> bool {
        until(patience, || self.child.try_wait().ok().flatten()).is_some()
    }

    /// Process number.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Starts a load.
    pub(crate) fn load(&mut self, setting: &Setting, issuers: u64, payers: u64) -> Running {
        self.load_at(setting, self.address, issuers, payers)
    }

    /// Starts a load that goes to another address: a proxy.
    pub(crate) fn load_at(
        &mut self,
        setting: &Setting,
        address: SocketAddr,
        issuers: u64,
        payers: u64,
    ) -> Running {
        self.phase += 1;
        let load = Load {
            address,
            keys: self.keys.clone(),
            journal: self.journal.clone(),
            seed: setting.seed,
            phase: self.phase,
            issuers,
            payers,
            probes: true,
            stop: Arc::new(AtomicBool::new(false)),
            gone: Arc::new(AtomicBool::new(false)),
            answered: Arc::new(AtomicU64::new(0)),
        };
        load.start()
    }

    /// Looks at memory, files and sums while something runs.
    pub(crate) fn watch(&self) -> Watch {
        let stop = Arc::new(AtomicBool::new(false));
        let (samples, stopping) = (self.samples.clone(), stop.clone());
        let (process, database) = (self.process(), self.data().join("acquit.sqlite"));
        let thread = std::thread::spawn(move || {
            while !stopping.load(Ordering::Relaxed) {
                let wrong = Held::sqlite(&database).and_then(|held| sums(&held));
                let mut samples = samples.lock().unwrap_or_else(PoisonError::into_inner);
                samples.rss_mib = samples.rss_mib.max(resident(process));
                samples.files = samples.files.max(files(process));
                samples.sums.extend(wrong.unwrap_or_default());
                drop(samples);
                pause(Duration::from_millis(200));
            }
        });
        Watch { stop, thread: Some(thread) }
    }

    /// Waits until subscribers were told everything: nothing waits, and goes on not to.
    fn drain(&self) -> bool {
        let database = self.data().join("acquit.sqlite");
        let sql = "SELECT count(*) FROM deliveries WHERE state = 'waiting'";
        let mut since = Instant::now();
        let drained = until(self.patience, || {
            let left = Held::sqlite(&database).and_then(|held| held.number(sql));
            if left != Ok(0) {
                since = Instant::now();
            }
            (since.elapsed() > QUIET).then_some(())
        });
        drained.is_some()
    }

    /// Judges every promise; the engine must run. It is stopped at the end.
    pub(crate) fn judge(&mut self) -> Result<Report, String> {
        let drained = self.drain();
        self.journal.close();
        let checkpoints = self.data().join("checkpoints.txt");
        // A stop in order writes the last checkpoint; the copy is what somebody else holds.
        let process = self.process().to_string();
        let evidence = |house: &House, address, kept| -> Result<Evidence, String> {
            Ok(Evidence {
                written: Written::read(&house.folder.join("journal.jsonl"))
                    .map_err(|error| error.to_string())?,
                held: Held::sqlite(&house.data().join("acquit.sqlite"))?,
                keys: house.keys.clone(),
                address,
                program: house.program.clone(),
                data: house.data(),
                checkpoints: kept,
                samples: house.samples.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            })
        };
        let events = check_while_running(&evidence(self, Some(self.address), None)?);
        let _ = Command::new("kill").args(["-TERM", &process]).status();
        if !self.ended(Duration::from_secs(30)) {
            self.kill();
        }
        let kept = self.folder.join("checkpoints.kept");
        let kept = fs::copy(&checkpoints, &kept).ok().map(|_| kept);
        let mut report = check(&evidence(self, None, kept)?);
        report.breaches.extend(events.breaches);
        if !drained {
            let text = "subscribers were not told everything in time".to_owned();
            report.breach("P9", Column::Unanswered, text);
        }
        Ok(report)
    }

    /// Reads something as the operator.
    pub(crate) fn status(&self, path: &str) -> Option<(u16, String)> {
        let mut client = Client::new(self.address, Duration::from_secs(10));
        let answer = client.get(path, &self.keys.operator)?;
        Some((answer.status, answer.text()))
    }
}

/// What can be asked only of a running engine.
fn check_while_running(evidence: &Evidence) -> Report {
    let mut report = Report::default();
    acquit_checker::promises::check_told(evidence, &mut report);
    report
}

impl Drop for House {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ends when it is dropped.
pub(crate) struct Watch {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts the program and waits until it listens; the operator's key when it printed one.
fn launch(
    program: &PathBuf,
    folder: &PathBuf,
    wish: &Wish,
    address: SocketAddr,
) -> Result<(Child, Option<String>), String> {
    let data = wish.data.clone().unwrap_or_else(|| folder.join("data"));
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("engine.log"));
    let log = log.map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().envs(wish.environment.iter().cloned());
    command.args(["serve", "--config", "acquit.toml", "--listen", &address.to_string()]);
    command.arg("--data").arg(data).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    let mut child = command.spawn().map_err(|error| format!("the program: {error}"))?;
    let mut out = BufReader::new(child.stdout.take().ok_or("no output")?);
    let (mut operator, begun) = (None, Instant::now());
    let mut line = String::new();
    while begun.elapsed() < START {
        line.clear();
        if out.read_line(&mut line).unwrap_or_default() == 0 {
            let _ = child.wait();
            return Err("the engine ended before it listened".to_owned());
        }
        let word = line.split_whitespace().find(|word| word.starts_with("acq_"));
        operator = operator.or_else(|| word.map(str::to_owned));
        if line.contains("listening on") {
            // What it says later is nobody's.
            std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
            return Ok((child, operator));
        }
    }
    let _ = child.kill();
    Err("the engine does not listen".to_owned())
}

/// Resident memory of a process, in MiB.
fn resident(process: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    let word = line.and_then(|line| line.split_whitespace().nth(1));
    word.and_then(|word| word.parse::<u64>().ok()).unwrap_or_default() / 1024
}

/// Open files of a process.
fn files(process: u32) -> u64 {
    fs::read_dir(format!("/proc/{process}/fd")).map_or(0, |entries| entries.count() as u64)
}
