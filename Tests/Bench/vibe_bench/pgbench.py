"""Runs statements with pgbench, and finds out which statements the service runs."""

import re
import tempfile
import time
from dataclasses import dataclass
from itertools import groupby

from .process import BenchError, run
from .wrk import Sample


class PGBench:
    """A script of pgbench on one database: prepared statements, a transaction for each run of the script."""

    def __init__(self, postgres, database, script, *, connections=8, threads=2):
        self._postgres = postgres
        self._database = database
        self._connections = connections
        self._threads = threads
        self._file = tempfile.NamedTemporaryFile("w", prefix="vibe-bench-", suffix=".sql", encoding="utf-8")
        self._file.write(script)
        self._file.flush()

    def run(self, seconds):
        printed = run(
            [self._postgres.program("pgbench"), "--no-vacuum", "--protocol", "prepared",
             "--client", str(self._connections), "--jobs", str(self._threads), "--time", f"{max(1, round(seconds))}",
             "--file", self._file.name, *self._postgres.arguments(self._database)],
            seconds=seconds + 60)
        rate = float(re.search(r"^tps = ([\d.]+)", printed, re.MULTILINE)[1])
        done = int(re.search(r"transactions actually processed: (\d+)", printed)[1])
        failed = re.search(r"number of failed transactions: (\d+)", printed)
        if not done or (failed and int(failed[1])):
            raise BenchError("pgbench: transactions failed")
        return Sample(rate=rate, requests=done)

    def close(self):
        self._file.close()


@dataclass(frozen=True)
class Statement:
    sql: str
    values: tuple  # Of $1, $2 …: text or None.
    session: str  # The connection it ran on.


def record(postgres, database, marker, action):
    """The statements that `action` makes the service run in the steady state: those with `marker` in a value.

    They are read from the server's log, so that pgbench repeats what the service does, not what it once did.
    """
    postgres.log_statements(True)
    try:
        for _ in range(6):  # Every shared connection has prepared its statements; caches are warm.
            action()
        position = postgres.log_position()
        action()
        deadline = time.monotonic() + 5
        found = []
        while not found and time.monotonic() < deadline:
            time.sleep(0.3)
            found = [
                _statement(entry) for entry in postgres.log_entries(position)
                if entry.get("dbname") == database and entry.get("message", "").startswith("execute ")
                and marker in entry.get("detail", "")
            ]
    finally:
        postgres.log_statements(False)
    if not found:
        raise BenchError(f"no statement of the service with {marker} was seen")
    return found


def _statement(entry):
    sql = entry["message"].partition(": ")[2].strip().rstrip(";")
    values = re.findall(r"\$\d+ = (NULL|'(?:[^']|'')*')", entry.get("detail", ""))
    return Statement(sql, tuple(
        None if value == "NULL" else value[1:-1].replace("''", "'") for value in values), entry["session_id"])


def script(postgres, database, statements, *, variables, replacements):
    """A pgbench script that runs `statements` as the service does: those that follow each other on one connection
    in one round trip and one transaction.

    - variables: lines of pgbench that set the variables of a run.
    - replacements: text in the recorded values → SQL expression that takes its place in every run.
    """
    lines = list(variables)
    for _, group in groupby(statements, key=lambda statement: statement.session):
        batch = [_with_values(statement, _types(postgres, database, statement), replacements) + ";"
                 for statement in group]
        lines += batch if len(batch) == 1 else ["\\startpipeline", *batch, "\\endpipeline"]
    return "\n".join(lines) + "\n"


def _types(postgres, database, statement):
    """What Postgres takes the parameters for, told of those whose text leaves no doubt: it cannot see every type by
    itself, and the service says them all."""
    guesses = ", ".join(_guess(value) for value in statement.values)
    signature = f"({guesses})" if guesses else ""
    rows = postgres.sql(
        f"PREPARE recorded {signature} AS {statement.sql};\n"
        "SELECT array_to_string(parameter_types, '|') FROM pg_prepared_statements WHERE name = 'recorded';",
        database=database)
    return rows[-1][0].split("|") if rows and rows[-1][0] else []


def _guess(value):
    if value in ("t", "f"):
        return "boolean"
    if value and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d", value):
        return "timestamptz"
    return "unknown"


def _with_values(statement, types, replacements):
    def value(match):
        index = int(match[1]) - 1
        return f"CAST({_expression(statement.values[index], replacements)} AS {types[index]})"

    return re.sub(r"\$(\d+)", value, statement.sql)


def _expression(value, replacements):
    if value is None:
        return "NULL"
    pattern = "|".join(re.escape(text) for text in sorted(replacements, key=len, reverse=True))
    parts = re.split(f"({pattern})", value)
    terms = [replacements.get(part) or _literal(part) for part in parts if part]
    return "(" + " || ".join(terms) + ")" if terms else "''"


def _literal(text):
    """pgbench takes `:name` for a variable even inside a literal, and `;` for the end."""
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), (":", "\\x3a"), (";", "\\x3b"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return f"E'{text}'"
