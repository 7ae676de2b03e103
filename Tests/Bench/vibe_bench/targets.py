"""What was promised, and whether it was kept."""

from dataclasses import dataclass

READ_TAIL = 6  # p99 of reads at most so many times p50,
WRITE_TAIL = 10  # of durable writes so many times,
SLOWEST = 250  # and no answer slower than so many ms.
FLAT = 1.5  # p50 with a million messages at most so many times that with ten thousand.
IDLE_MEMORY = 40  # MB PSS of the service after the start,
CROWDED_MEMORY = 120  # and with so many open connections:
CROWD = 1_000
START = 0.3  # Seconds from start to ready with nothing to migrate.

# Requests per second as a ratio to another case of the same run.
RATIOS = {
    ("thread", "hello"): 0.22,
    ("thread-superset", "hello"): 0.15,
    ("inbox", "hello"): 0.22,
    ("inbox-superset", "hello"): 0.08,
    ("presence", "hello"): 0.25,
    ("message", "hello"): 0.50,
    ("send", "hello"): 0.15,
    ("send", "pgbench-send"): 0.6,
    ("client-select", "pgbench-select"): 1.2,
    ("client-insert", "pgbench-insert"): 0.9,
}
WRITES = {"send"}
READS = ("thread", "thread-superset", "inbox", "inbox-superset", "presence", "message")
FLAT_CASES = ("thread", "inbox", "inbox-superset", "unread")


@dataclass
class Verdict:
    what: str
    value: float
    limit: float
    is_at_least: bool
    unit: str = ""

    @property
    def is_met(self):
        return self.value >= self.limit if self.is_at_least else self.value <= self.limit


def verdicts(results, memory):
    """Every promise that this run can judge."""
    found = []

    def figure(case, name):
        return results[case].figure(name) if case in results else None

    for (mine, theirs), limit in RATIOS.items():
        if mine in results and theirs in results:
            ratio = results[mine].ratio(results[theirs])
            if ratio is not None:
                found.append(Verdict(f"{mine}, × {theirs}", ratio, limit, True))
    for case in (*READS, *WRITES):
        middle, tail, slowest = (figure(case, name) for name in ("p50", "p99", "max"))
        if middle and tail is not None:
            limit = WRITE_TAIL if case in WRITES else READ_TAIL
            found.append(Verdict(f"{case}, p99 / p50", tail / middle, limit, False))
            found.append(Verdict(f"{case}, slowest", slowest, SLOWEST, False, "ms"))
    for case in FLAT_CASES:
        small = figure(f"small-{case}", "p50")
        for large, what in ((case, "1 M / 10 k messages"), (f"mailbox-{case}", "mailbox of 200,000 / 10 k messages")):
            p50 = figure(large, "p50")
            if small and p50:
                found.append(Verdict(f"{case}, p50, {what}", p50 / small, FLAT, False))
    for name, limit, unit in (
        ("idle", IDLE_MEMORY, "MB"), ("crowded", CROWDED_MEMORY, "MB"), ("start", START, "s")):
        if name in memory:
            titles = {"idle": "memory, idle", "crowded": f"memory, {CROWD:,} connections", "start": "start to ready"}
            found.append(Verdict(titles[name], memory[name], limit, False, unit))
    return found
