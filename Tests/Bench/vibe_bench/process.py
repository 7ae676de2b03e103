"""Processes that this run started, and only those: each is ended by its own id when the run ends, however it ends."""

import signal
import subprocess


class BenchError(Exception):
    """One line for the person who runs the bench."""


class Process:
    def __init__(self, arguments, log, *, environment=None, stop_signal=signal.SIGTERM):
        self.log = log
        self._stop_signal = stop_signal
        with open(log, "ab") as output:
            self._child = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
                start_new_session=True)  # Ctrl-C reaches the bench alone, which then stops what it started, in order.

    @property
    def pid(self):
        return self._child.pid

    @property
    def is_running(self):
        return self._child.poll() is None

    def tail(self, lines=5):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return "\n".join(file.read().splitlines()[-lines:])

    def stop(self, seconds=15):
        """Asks, waits, and kills what does not listen."""
        if self.is_running:
            self._child.send_signal(self._stop_signal)
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                self._child.kill()
        self._child.wait()


def run(arguments, *, seconds, text=None, environment=None):
    """Runs a program to its end and returns what it printed; its last error line becomes the error."""
    try:
        done = subprocess.run(
            arguments, input=text, capture_output=True, text=True, timeout=seconds, env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{arguments[0]} took longer than {seconds:.0f} s") from None
    if done.returncode != 0:
        reason = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()
        errors = [line for line in reason if "ERROR" in line or "error" in line] or reason[-1:]
        raise BenchError(f"{arguments[0]}: {errors[0]}")
    return done.stdout
