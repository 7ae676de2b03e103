"""The service and the yardstick, started as an operator would."""

import json
import os
import re
import time

from .http import Connection
from .machine import free_port
from .process import BenchError, Process, run

# No call is refused for its frequency, and no log line is written per request. The rest is the default.
SETTINGS = {
    "VIBE_ENV": "test",
    "VIBE_SERVER_SECRET": "bench-bench-bench-bench-bench-bench",
    "VIBE_SERVER_HOST": "127.0.0.1",
    "VIBE_LOG_LEVEL": "error",
    "VIBE_LOG_REQUESTS": "none",
    # The promises are of Identity and Messaging. Strangers may write 20 messages a day with SocialGraph.
    "VIBE_MODULES_ENGAGEMENT_ENABLED": "false",
    "VIBE_MODULES_SOCIAL_GRAPH_ENABLED": "false",
}


class Server:
    """A process that answers HTTP on a free port of this machine."""

    def __init__(self, name, folder):
        self.name = name
        self._folder = folder
        self.port = 0
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process is not None and self._process.is_running

    def _start(self, arguments, ready_path, environment=None):
        """Returns the seconds until the first 200."""
        began = time.monotonic()
        self._process = Process(arguments, self._folder / f"{self.name}.log", environment=environment)
        while True:
            try:
                with Connection(self.port, timeout=5) as connection:
                    if connection.send("GET", ready_path)[0] == 200:
                        return time.monotonic() - began
            except OSError:
                pass
            if not self._process.is_running:
                raise BenchError(f"{self.name} does not start: {self._process.tail(1)}")
            if time.monotonic() - began > 30:
                raise BenchError(f"{self.name} is not ready after 30 s: {self._process.tail(1)}")
            time.sleep(0.002)

    def stop(self):
        if self._process:
            self._process.stop()


class Hello(Server):
    def __init__(self, build, folder):
        super().__init__("hello", folder)
        self._program = build / "hello" / "release" / "bench-hello"

    def start(self):
        self.port = free_port()
        return self._start([str(self._program), str(self.port)], "/")


class Vibe(Server):
    """The service on one database of `postgres`."""

    def __init__(self, build, postgres, database):
        super().__init__(f"vibe-{database}", postgres.folder)
        self._program = build / "release" / "vibe"
        self._postgres = postgres
        self.database = database
        self._environment = {
            **{key: value for key, value in os.environ.items()
               if not key.startswith(("VIBE_", "USE_POSTGRES_", "DATABASE_", "POSTGRES_", "KV_", "PG"))
               and key != "PORT"},
            **SETTINGS,
            "VIBE_DATABASE_URL": postgres.url(database),
        }
        self._environment |= {
            "VIBE_" + key.upper().replace(".", "_"): "0" for key in self._limits()
        }

    def _limits(self):
        """Every setting that says how often something may be done; 0 lifts it."""
        settings = json.loads(self.run("config", "--json"))
        return [setting["key"] for setting in settings if re.search("_per_(minute|hour|day)$", setting["key"])]

    def run(self, *arguments):
        return run([str(self._program), *arguments], seconds=60, environment=self._environment)

    def migrate(self):
        self.run("schema", "migrate")

    def start(self):
        self.port = free_port()
        environment = {**self._environment, "VIBE_SERVER_PORT": str(self.port)}
        return self._start([str(self._program), "serve"], "/readyz", environment)
