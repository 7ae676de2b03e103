"""The database client alone against pgbench: the same statements, the same number of connections."""

import re

from .cases import Case
from .pgbench import PGBench
from .process import BenchError, run
from .wrk import Sample

DATABASE = "client"

# As `postgres-bench` makes its own.
TABLES = """
CREATE TABLE bench (id int8 PRIMARY KEY, a text NOT NULL, b int4, c bool NOT NULL, d timestamptz NOT NULL);
INSERT INTO bench SELECT i, 'name of ' || i, i, i % 2 = 0, now() FROM generate_series(1, 100000) AS i;
CREATE SEQUENCE ids START 100001 CACHE 1000;
VACUUM ANALYZE bench;
"""
SELECT = """
\\set id random(1, 100000)
SELECT id, a, b, c, d FROM bench WHERE id = :id;
"""
INSERT = "INSERT INTO bench VALUES (nextval('ids'), 'name', 7, TRUE, now());\n"


class ClientBench:
    """`postgres-bench` measures selecting and then inserting; the first driver runs it, the second has the rest."""

    def __init__(self, program, postgres):
        self._program = program
        self._url = postgres.url(DATABASE)
        self._inserts = None

    def select(self, seconds):
        printed = run([str(self._program), self._url, f"{max(1, round(seconds))}"], seconds=2 * seconds + 60)
        self._inserts = self._sample(printed, "INSERT")
        return self._sample(printed, "SELECT by key")

    def insert(self, _):
        if not self._inserts:
            raise BenchError("postgres-bench did not run")
        sample, self._inserts = self._inserts, None
        return sample

    @staticmethod
    def _sample(printed, name):
        number = r"([\d.]+)"
        line = re.search(
            rf"^{name}: {number} q/s, {number} µs client CPU each, p50 {number} ms, p99 {number} ms, max {number} ms",
            printed, re.MULTILINE)
        if not line:
            raise BenchError(f"postgres-bench did not print {name}")
        rate, cpu, p50, p99, slowest = map(float, line.groups())
        return Sample(rate=rate, p50=p50, p99=p99, max=slowest, service_cpu=cpu)


class Driver:
    def __init__(self, run_for):
        self.run = run_for


def makers(build, postgres):
    """The four cases, in pairs that belong together: the client's insert needs its select in the same round."""
    bench = ClientBench(build / "release" / "postgres-bench", postgres)

    def mine(name, title, run_for):
        return Case(name, title, Driver(run_for), is_main=False, counts_database=False)

    def theirs(name, title, sql):
        return Case(name, title, PGBench(postgres, DATABASE, sql), is_main=False)

    return {
        "client-select": lambda: mine("client-select", "client alone, SELECT by key", bench.select),
        "pgbench-select": lambda: theirs("pgbench-select", "pgbench, SELECT by key", SELECT),
        "client-insert": lambda: mine("client-insert", "client alone, INSERT, durable", bench.insert),
        "pgbench-insert": lambda: theirs("pgbench-insert", "pgbench, INSERT, durable", INSERT),
    }


def prepare(postgres):
    postgres.create_database(DATABASE)
    postgres.sql(TABLES, database=DATABASE)
