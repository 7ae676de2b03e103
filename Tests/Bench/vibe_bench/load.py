"""`make load`: the load test of the migration plan. 100 people at once, each with 50 requests, without a pause."""

import argparse
import asyncio
import json
import random
import signal
import sys
import time
from pathlib import Path

from .machine import allow_open_files, describe
from .process import BenchError
from .world import SMALL, World

PEOPLE = 100
REQUESTS = 50
# What a client does while it is open: of 50 requests so many each.
MIX = {"inbox": 16, "thread": 12, "send": 8, "presence": 8, "heartbeat": 6}

P95 = 200  # ms, at most (migration plan, "Load Testing").
ERRORS = 0.001  # Share of failed requests, less than.
THROUGHPUT = 1_000  # Requests per minute, more than.
TIMEOUT = 10


def plan(number):
    """The requests of one person, in an order of their own: (kind, method, path, body)."""
    dice = random.Random(number)
    kinds = [kind for kind, count in MIX.items() for _ in range(count)]
    dice.shuffle(kinds)
    me = f"person_{number}"
    for kind in kinds:
        peer = f"person_{(number + dice.randint(1, 25)) % PEOPLE}"
        yield kind, *{
            "inbox": ("GET", f"/api/messages?user={me}", None),
            "thread": ("GET", f"/api/messages?user={me}&with={peer}", None),
            "send": ("POST", "/api/messages", {"to": peer, "text": f"{dice.random()} " * 10}),
            "presence": ("GET", "/api/presence", None),
            "heartbeat": ("POST", "/api/presence", {"workingOn": f"task {dice.randint(1, 9)}"}),
        }[kind]


async def ask(reader, writer, token, method, path, body):
    """One request on an open connection; returns the status."""
    data = json.dumps(body).encode() if body is not None else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    if data:
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    writer.write(head.encode() + b"\r\n" + data)
    answer = await reader.readuntil(b"\r\n\r\n")
    status = int(answer.split(b" ", 2)[1])
    for line in answer.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.split(b":")[1]))
            return status
    raise ValueError("an answer without Content-Length")


async def person(number, port, token, begin, samples):
    """Takes the time of each request; a failed one counts with its time."""
    reader = writer = None
    await begin.wait()
    for kind, method, path, body in plan(number):
        began = time.monotonic()
        error = None
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            status = await asyncio.wait_for(ask(reader, writer, token, method, path, body), TIMEOUT)
            if status >= 400:
                error = str(status)
        except (OSError, ValueError, EOFError, TimeoutError) as problem:
            error = type(problem).__name__
            if writer is not None:
                writer.close()
            writer = None
        samples.append((kind, (time.monotonic() - began) * 1e3, error))
    if writer is not None:
        writer.close()


async def drive(port, tokens):
    begin = asyncio.Event()
    samples = []
    people = [
        asyncio.create_task(person(number, port, tokens[f"person_{number}"], begin, samples))
        for number in range(PEOPLE)
    ]
    await asyncio.sleep(0)
    began = time.monotonic()
    begin.set()
    await asyncio.gather(*people)
    return samples, time.monotonic() - began


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def judge(samples, seconds):
    """Prints the figures; returns whether every target was met."""
    times = [milliseconds for _, milliseconds, _ in samples]
    failed = [error for _, _, error in samples if error]
    p95, errors, rate = percentile(times, 0.95), len(failed) / len(samples), len(samples) / seconds * 60
    print(f"{PEOPLE} people at once, {REQUESTS} requests each; {describe()}\n")
    print(f"{'':12}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'failed':>9}")
    for kind in (*MIX, "all"):
        mine = [sample for sample in samples if kind in (sample[0], "all")]
        mine_times = [milliseconds for _, milliseconds, _ in mine]
        print(f"{kind:12}{len(mine):>9,}{percentile(mine_times, 0.5):>9.1f}{percentile(mine_times, 0.95):>9.1f}"
              f"{max(mine_times):>9.1f}{sum(1 for sample in mine if sample[2]):>9,}")
    verdicts = [
        (f"p95 {p95:.1f} ms (under {P95} ms)", p95 < P95),
        (f"errors {errors:.2%} (under {ERRORS:.1%})", errors < ERRORS),
        (f"{rate:,.0f} requests/min (over {THROUGHPUT:,})", rate > THROUGHPUT),
    ]
    print()
    for what, is_met in verdicts:
        print(f"{'met   ' if is_met else 'MISSED'}  {what}")
    if failed:
        print("errors: " + ", ".join(f"{error} × {failed.count(error)}" for error in sorted(set(failed))))
    return all(is_met for _, is_met in verdicts)


def say(line):
    print(f"load: {line}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="Scripts/load", description="The load test: 100 people at once.")
    parser.add_argument("--build", type=Path, default=Path(".build"), help="the build folder")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that what was started is stopped.
    allow_open_files(4_096)
    world = None
    try:
        world = World(options.build, [SMALL], say)
        world.open()
        site = world.sites[SMALL.database]
        site.service.start()
        samples, seconds = asyncio.run(drive(site.service.port, site.tokens))
        return 0 if judge(samples, seconds) else 1
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
