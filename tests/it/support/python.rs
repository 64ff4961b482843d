//! Servers in Python that tests run beside themselves: the interpreter, and a child that says JSON lines.
//!
//! `tests/prepare_python` makes the interpreter, with the packages of `tests/python/requirements.txt`.
//! [`PythonServer::start`] runs a script below `tests/it` with arguments and waits for its first line, a JSON
//! object whose `port` is where it listens on 127.0.0.1; the whole object is in [`PythonServer::ready`]. Each
//! line it prints afterwards is one JSON value that a test awaits with [`PythonServer::next`], or takes with all
//! others by [`PythonServer::said`], for which the script says back what its standard input says. What it writes to
//! standard error is shown with the test. It is killed when it is dropped; a script should also end when its
//! standard input does, so that a killed test leaves nothing behind.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time;

/// How long a line is waited for, even on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(1);
/// Prints each requirement that is not installed in just that version.
const MISSING: &str = "
import importlib.metadata as metadata, sys
for line in open(sys.argv[1], encoding='utf-8'):
    name, _, version = line.split('#')[0].strip().partition('==')
    try:
        if name and metadata.version(name) != version:
            print(name)
    except metadata.PackageNotFoundError:
        print(name)
";

/// The interpreter of `tests/prepare_python`, or that of `ZHANGGUI_TEST_PYTHON`, with all that is required.
pub(crate) fn python() -> PathBuf {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match FOUND.get_or_init(find) {
        Ok(python) => python.clone(),
        Err(why) => panic!("{why}: run tests/prepare_python first"),
    }
}

fn find() -> Result<PathBuf, String> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let given = std::env::var_os("ZHANGGUI_TEST_PYTHON").map(PathBuf::from);
    let python = given.unwrap_or_else(|| checkout.join("target/tools/python/bin/python"));
    let mut check = Command::new(&python);
    check.args(["-c", MISSING]).arg(checkout.join("tests/python/requirements.txt"));
    let answer = check.output().map_err(|error| format!("{}: {error}", python.display()))?;
    let missing = String::from_utf8_lossy(&answer.stdout).split_whitespace().collect::<Vec<_>>().join(", ");
    if !answer.status.success() {
        return Err(format!("{} does not work", python.display()));
    }
    if missing.is_empty() { Ok(python) } else { Err(format!("{} lacks {missing}", python.display())) }
}

/// A script that listens on a port of its own.
#[derive(Debug)]
pub(crate) struct PythonServer {
    child: Child,
    lines: UnboundedReceiver<Value>,
    /// How often all that it said was asked for.
    asked: u64,
    /// Its first line: `port`, and what else the script tells.
    pub(crate) ready: Value,
}

impl PythonServer {
    /// Runs `script`, for example `delivery/smtp_server.py`, until it says that it listens.
    pub(crate) async fn start<A: AsRef<str>>(script: &str, arguments: &[A]) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(script);
        let mut command = Command::new(python());
        // -B: nothing is written beside the sources.
        command.args(["-B", "-u"]).arg(path).args(arguments.iter().map(AsRef::as_ref));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = unbounded_channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        let mut server = Self { child, lines, asked: 0, ready: Value::Null };
        server.ready = server.next().await;
        server
    }

    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        let port = self.ready["port"].as_u64().expect("its first line says the port");
        port.try_into().unwrap()
    }

    /// The next line it says.
    pub(crate) async fn next(&mut self) -> Value {
        let next = time::timeout(PATIENCE, self.lines.recv()).await;
        next.expect("the server says something").expect("the server has not ended")
    }

    /// All lines that it has said until now and nobody has asked for.
    ///
    /// An answer can be here before the line that was said ahead of it, on its way through a thread that has not had
    /// its turn; so the script is given a line to say back, and what comes before that is all there is.
    pub(crate) async fn said(&mut self) -> Vec<Value> {
        self.asked += 1;
        let mark = Value::String(format!("until here {}", self.asked));
        let input = self.child.stdin.as_mut().unwrap();
        writeln!(input, "{mark}").expect("the server has not ended");
        let mut said = Vec::new();
        loop {
            match self.next().await {
                line if line == mark => return said,
                line => said.push(line),
            }
        }
    }
}

impl Drop for PythonServer {
    fn drop(&mut self) {
        // One that has ended is not there to be killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
