"""A Postgres of our own: durable, on a Unix socket in a temporary folder, gone afterwards."""

import json
import os
import pwd
import shutil
import signal
import tempfile
import time
from pathlib import Path

from .process import BenchError, Process, run

# Everything that differs from the defaults of Postgres. Durability is untouched; the checkpoint settings keep a
# checkpoint from falling into one case and not into another.
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "max_connections": "200",
    # For the statements that pgbench repeats; only while they are being looked at is anything logged.
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "log_directory": "log",
    "log_filename": "postgres.log",
    "log_rotation_size": "0",
    "log_rotation_age": "0",
}


def _binaries():
    """The newest installed server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    if program := shutil.which("initdb"):
        return Path(program).parent
    raise BenchError("no Postgres server is installed (make setup)")


class Postgres:
    def __init__(self):
        self.binaries = _binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="vibe-bench-", dir="/tmp"))
        self.port = 5432  # Names the socket; no TCP port is opened.
        self._process = None

    def start(self):
        # Postgres refuses to run as root.
        self._as_user = []
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as_user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        self.folder.chmod(0o755)
        data = self.folder / "data"
        run([*self._as_user, str(self.binaries / "initdb"), "--pgdata", str(data), "--username", "bench",
             "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"], seconds=60)
        settings = {**SETTINGS, "listen_addresses": "", "unix_socket_directories": str(self.folder),
                    "port": str(self.port)}
        arguments = [argument for key, value in settings.items() for argument in ("-c", f"{key}={value}")]
        self._process = Process(
            [*self._as_user, str(self.binaries / "postgres"), "-D", str(data), *arguments],
            self.folder / "start.log", stop_signal=signal.SIGINT)
        deadline = time.monotonic() + 30
        while True:
            try:
                self.sql("SELECT 1", database="postgres")
                return
            except BenchError:
                if not self._process.is_running or time.monotonic() > deadline:
                    raise BenchError(f"Postgres does not start: {self._process.tail(1)}") from None
                time.sleep(0.05)

    @property
    def pid(self):
        return self._process.pid

    def url(self, database):
        return f"postgresql://bench@/{database}?host={self.folder}&port={self.port}"

    def arguments(self, database):
        """How psql and pgbench find this server."""
        return ["--host", str(self.folder), "--port", str(self.port), "--username", "bench", database]

    def program(self, name):
        return str(self.binaries / name)

    def sql(self, text, *, database, seconds=300):
        """Runs statements in one session and returns the rows of all, each a list of strings."""
        printed = run(
            [self.program("psql"), "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
             "--field-separator", "\t", "--set", "ON_ERROR_STOP=1", "--file", "-", *self.arguments(database)],
            seconds=seconds, text=text)
        return [line.split("\t") for line in printed.splitlines() if line]

    def create_database(self, name):
        self.sql(f"CREATE DATABASE {name}", database="postgres")

    # -- The log

    @property
    def _log(self):
        return self.folder / "data" / "log" / "postgres.json"

    def log_statements(self, on):
        value = "all" if on else "none"
        self.sql(f"ALTER SYSTEM SET log_statement = '{value}'", database="postgres")
        self.sql("SELECT pg_reload_conf()", database="postgres")
        time.sleep(0.3)  # Idle backends take the change with their next statement once the signal has arrived.

    def log_position(self):
        return self._log.stat().st_size

    def log_entries(self, position):
        with open(self._log, encoding="utf-8") as file:
            file.seek(position)
            return [json.loads(line) for line in file if line.endswith("\n")]

    def stop(self):
        if self._process:
            self._process.stop(seconds=60)
        shutil.rmtree(self.folder, ignore_errors=True)
