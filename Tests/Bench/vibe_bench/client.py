"""The database client alone against pgbench: the same statements, the same number of connections."""

import json

from .cases import Case
from .pgbench import PGBench
from .process import BenchError, run
from .wrk import Sample

DATABASE = "client"
ROWS = 100_000
CONNECTIONS = 8
TASKS = 64

TABLES = f"""
CREATE TABLE people (id bigint PRIMARY KEY, name text, note text, count integer, at timestamptz);
INSERT INTO people
SELECT i, 'person ' || i, repeat('x', 50), i, now() FROM generate_series(1, {ROWS}) AS i;
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person bigint, note text, at timestamptz);
VACUUM ANALYZE;
"""
SELECT = f"""
\\set id random(1, {ROWS})
SELECT id, name, note, count, at FROM people WHERE id = :id;
"""
INSERT = f"""
\\set id random(1, {ROWS})
INSERT INTO notes (person, note, at) VALUES (:id, 'a note of twenty bytes', now());
"""
