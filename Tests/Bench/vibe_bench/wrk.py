"""Drives a server with wrk and reads what it measured."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .process import BenchError, run

THREADS = 2
CONNECTIONS = 64


@dataclass
class Sample:
    """One run of one case. Rates per second, times in ms, CPU in µs per request; `None`: not measured."""

    rate: float
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None
    service_cpu: float | None = None
    database_cpu: float | None = None
    size: float | None = None  # kB per answer, with its head.
    requests: int = field(default=0, repr=False)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    token: str = ""
    body: str = ""

    def line(self):
        return "\t".join((self.method, self.path, self.token, self.body))


class Wrk:
    """A file of requests and the port they go to."""

    def __init__(self, port, requests, connections=CONNECTIONS):
        self._port = port
        self._connections = connections
        self._file = tempfile.NamedTemporaryFile("w", prefix="vibe-bench-requests-", encoding="utf-8")
        self._file.write("\n".join(request.line() for request in requests) + "\n")
        self._file.flush()

    def run(self, seconds):
        """Fails when any answer was not a success or any connection broke: no case may be fast by failing.

        - seconds: rounded; wrk knows whole ones only.
        """
        seconds = max(1, round(seconds))
        script = Path(__file__).with_name("wrk.lua")
        printed = run(
            ["wrk", f"-t{THREADS}", f"-c{self._connections}", f"-d{seconds}s", "--timeout", "10s",
             "-s", str(script), f"http://127.0.0.1:{self._port}", "--", self._file.name],
            seconds=seconds + 30)
        result = json.loads(printed.splitlines()[-1])
        if result["statuses"] or result["failures"]:
            raise BenchError(
                f"{result['statuses']} answers of {result['requests']} were refusals, {result['failures']} requests"
                " broke or timed out")
        if not result["requests"]:
            raise BenchError("no answer came")
        return Sample(
            rate=result["requests"] / (result["duration"] / 1e6),
            p50=result["p50"] / 1e3, p95=result["p95"] / 1e3, p99=result["p99"] / 1e3, max=result["max"] / 1e3,
            size=result["bytes"] / result["requests"] / 1e3, requests=result["requests"])

    def close(self):
        self._file.close()
