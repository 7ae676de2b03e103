"""`make bench`: measures every case and prints what came of the promises."""

import argparse
import signal
import sys
import time
from pathlib import Path

from . import cases, client, report
from .cases import Case, HTTPCases
from .footprint import footprint
from .machine import allow_open_files, describe
from .measure import measure
from .postgres import SETTINGS
from .process import BenchError
from .targets import verdicts
from .world import LARGE, SMALL, World
from .wrk import CONNECTIONS, THREADS, Request, Wrk


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/bench", description="Measures the service.")
    parser.add_argument("--build", type=Path, default=Path(".build"), help="the build folder")
    parser.add_argument("--output", type=Path, default=Path(".build/bench.json"), help="the figures as JSON")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved runs per case (5)")
    parser.add_argument("--seconds", type=float, default=5, help="length of a run (5)")
    parser.add_argument("--quick", action="store_true", help="2 runs of 3 s")
    parser.add_argument(
        "--case", action="append", metavar="NAME", help="only this case (and its yardsticks); repeatable")
    parser.add_argument("--strict", action="store_true", help="exit 2 when a promise is missed")
    parser.add_argument("--list", action="store_true", help="list the cases")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 2, 3
    return options


NAMES = (
    "hello", "thread", "thread-superset", "inbox", "inbox-superset", "unread", "presence", "message", "send",
    "pgbench-thread", "pgbench-send", "client-select", "pgbench-select", "client-insert", "pgbench-insert",
    "mailbox-thread", "mailbox-inbox", "mailbox-inbox-superset", "mailbox-unread",
    "small-thread", "small-inbox", "small-inbox-superset", "small-unread",
)


def wanted(options):
    """The names to run: those asked for and what they are compared with."""
    if not options.case:
        return set(NAMES)
    unknown = set(options.case) - set(NAMES)
    if unknown:
        raise BenchError(f"no such case: {', '.join(sorted(unknown))} (--list shows all)")
    names = set(options.case) | {yardstick for case, yardstick in report.PGBENCH.items() if case in options.case}
    if "client-insert" in names:
        names.add("client-select")
    return names | {"hello"}


def make_cases(names, world, build):
    """The cases in the order of their runs. Those left out are not even prepared."""
    large = world.sites["large"]
    http = HTTPCases(large)
    makers = {
        "hello": lambda: Case("hello", "hello", Wrk(world.hello.port, [Request("GET", "/")]), world.hello,
                              counts_database=False),
        "thread": http.thread,
        "thread-superset": http.thread_superset,
        "inbox": http.inbox,
        "inbox-superset": http.inbox_superset,
        "unread": lambda: http.unread(is_main=False),
        "presence": http.presence,
        "message": http.message,
        "send": http.send,
        "pgbench-thread": lambda: cases.pgbench_thread(large),
        "pgbench-send": lambda: cases.pgbench_send(large),
    }
    makers |= client.makers(build, world.postgres)
    if any(name.startswith("mailbox-") for name in names):
        makers |= {case.name: lambda case=case: case for case in http.whale()}
    if "small" in world.sites:
        small = HTTPCases(world.sites["small"], prefix="small-")
        makers |= {
            f"small-{name}": lambda make=make: make(is_main=False)
            for name, make in (("thread", small.thread), ("inbox", small.inbox),
                               ("inbox-superset", small.inbox_superset), ("unread", small.unread))
        }
    made = [makers[name]() for name in NAMES if name in names]
    for case in made:
        if case.name.startswith("small-"):
            case.title = f"{case.title} (10,000 messages)"
    return made


def say(line):
    print(f"bench: {line}", file=sys.stderr, flush=True)


def main():
    options = arguments()
    if options.list:
        print("\n".join(NAMES))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that what was started is stopped.
    allow_open_files(4_096)
    began = time.monotonic()
    world = None
    try:
        names = wanted(options)
        needs_small = any(name.startswith("small-") for name in names)
        world = World(options.build, [LARGE, SMALL] if needs_small else [LARGE], say)
        world.open()
        world.hello.start()
        client.prepare(world.postgres)
        large = world.sites["large"]
        figures = footprint(large) if not options.case else {}
        for site in world.sites.values():
            if not site.service.is_running:
                site.service.start()
            site.make_present()
        made = make_cases(names, world, options.build)
        results = measure(
            made, rounds=options.rounds, seconds=options.seconds, postgres=world.postgres, say=say)
        judged = verdicts(results, figures)
        conditions = {
            "machine": describe(), "wrk": f"-t{THREADS} -c{CONNECTIONS}", "rounds": options.rounds,
            "seconds": options.seconds, "postgres": SETTINGS,
            "messages": {site.volume.database: site.volume.messages for site in world.sites.values()},
        }
        report.write_json(options.output, conditions, results, judged, figures)
        print(f"\n{conditions['machine']}; wrk {conditions['wrk']}; medians of {options.rounds} runs of"
              f" {options.seconds:g} s; {large.volume.messages:,} messages\n")
        print(report.text(results, judged))
        print(f"\n{time.monotonic() - began:.0f} s; all samples: {options.output}")
        if any(result.failure for result in results.values()):
            return 1
        return 2 if options.strict and not all(verdict.is_met for verdict in judged) else 0
    except BenchError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if world:
            world.close()


if __name__ == "__main__":
    sys.exit(main())
