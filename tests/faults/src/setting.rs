//! What the programme is told: how long, which scenarios, which seed, where the programs are.

use std::path::PathBuf;

/// How a run is made.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// The `acquit` that is judged.
    pub(crate) program: PathBuf,
    /// An `acquit` with the feature `faults`, for points and planted bugs.
    pub(crate) planted: Option<PathBuf>,
    /// The shim between a program and the disk.
    pub(crate) shim: Option<PathBuf>,
    /// Where houses are built.
    pub(crate) folder: PathBuf,
    /// Whether there is time.
    pub(crate) is_long: bool,
    /// Seed of everything that is chosen.
    pub(crate) seed: u64,
    /// The one scenario to run.
    pub(crate) only: Option<String>,
    /// Keeps the houses.
    pub(crate) keeps: bool,
}

impl Setting {
    /// From the command line: `short|long [--only NAME] [--seed N] --program PATH
    /// [--planted PATH] [--shim PATH] [--folder PATH] [--keep 1]`.
    pub(crate) fn read() -> Result<Setting, String> {
        let mut words = std::env::args().skip(1);
        let is_long = match words.next().as_deref() {
            Some("short") => false,
            Some("long") => true,
            _ => return Err("short or long?".to_owned()),
        };
        let now = u64::try_from(acquit_checker::journal::micros()).unwrap_or_default();
        let folder = std::env::temp_dir().join(format!("acquit-faults-{}", std::process::id()));
        let mut setting = Setting {
            program: PathBuf::new(),
            planted: None,
            shim: None,
            folder,
            is_long,
            seed: now / 1000,
            only: None,
            keeps: false,
        };
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name}: a value is missing"))?;
            match name.as_str() {
                "--program" => setting.program = value.into(),
                "--planted" => setting.planted = Some(value.into()),
                "--shim" => setting.shim = Some(value.into()),
                "--folder" => setting.folder = value.into(),
                "--only" => setting.only = Some(value),
                "--keep" => setting.keeps = value == "1",
                "--seed" => {
                    setting.seed =
                        value.parse().map_err(|_| format!("--seed {value}: a number"))?;
                }
                _ => return Err(format!("{name} is not known")),
            }
        }
        match setting.program.as_os_str().is_empty() {
            true => Err("--program is missing".to_owned()),
            false => Ok(setting),
        }
    }

    /// One number for a short run, another for a long one.
    pub(crate) fn many(&self, short: u64, long: u64) -> u64 {
        if self.is_long { long } else { short }
    }
}
