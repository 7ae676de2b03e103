"""People with tokens, through the routes that every client uses."""

from concurrent.futures import ThreadPoolExecutor

from .http import Connection
from .process import BenchError

THREADS = 8


def _each(port, names, call):
    """Runs `call(connection, name)` for all names on a few connections, and returns the results in order."""
    def work(part):
        with Connection(port) as connection:
            return [call(connection, name) for name in part]

    parts = [names[start::THREADS] for start in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(work, parts))
    return {name: result for part, found in zip(parts, results) for name, result in zip(part, found)}


def register(port, names):
    """Registers free handles and returns a token for each, by handle."""
    def call(connection, name):
        status, answer = connection.send("POST", "/api/presence", body={"action": "register", "username": name})
        if status not in (200, 201) or not answer.get("token"):
            raise BenchError(f"register {name}: {status} {answer}")
        return answer["token"]

    return _each(port, names, call)


def heartbeat(port, tokens):
    """Makes people present."""
    def call(connection, name):
        body = {"workingOn": "measuring what it costs to be seen", "context": {"file": "main.swift", "branch": "main"}}
        status, answer = connection.send("POST", "/api/presence", token=tokens[name], body=body)
        if status != 200:
            raise BenchError(f"heartbeat {name}: {status} {answer}")

    _each(port, list(tokens), call)
