"""Interleaved runs: every case once per round, so that what the machine does meanwhile hits all alike."""

from statistics import median

from .machine import cpu_seconds, family_cpu_seconds
from .process import BenchError

FIGURES = ("rate", "p50", "p95", "p99", "max", "service_cpu", "database_cpu", "size")


class Result:
    """The samples of one case, one per round."""

    def __init__(self, case):
        self.case = case
        self.samples = []
        self.failure = None

    def figure(self, name):
        """The median over the rounds; `None` if it was not measured."""
        values = [getattr(sample, name) for sample in self.samples]
        return median(values) if values and None not in values else None

    def ratio(self, other):
        """The median of the rounds' ratios of requests per second."""
        pairs = list(zip(self.samples, other.samples))
        return median(mine.rate / theirs.rate for mine, theirs in pairs) if pairs else None


def run_once(case, seconds, postgres):
    """One run with the CPU that the service and the database used for it."""
    service = case.server.pid if case.server else None
    before = (cpu_seconds(service) if service else 0, family_cpu_seconds(postgres.pid))
    sample = case.driver.run(seconds)
    after = (cpu_seconds(service) if service else 0, family_cpu_seconds(postgres.pid))
    if service:
        sample.service_cpu = (after[0] - before[0]) / sample.requests * 1e6
    if case.counts_database:
        sample.database_cpu = (after[1] - before[1]) / sample.requests * 1e6
    case.after(sample.requests)
    return sample


def measure(cases, *, rounds, seconds, postgres, say):
    """Runs all cases `rounds` times. A case whose answer is wrong, or that has a refusal among its answers, fails
    and is left out of the later rounds."""
    results = {case.name: Result(case) for case in cases}
    for number in range(rounds + 1):  # The first round only warms up.
        for result in results.values():
            if result.failure:
                continue
            case = result.case
            try:
                case.check()
                length = seconds if case.is_main else seconds * 0.6
                if number == 0:
                    run_once(case, 1, postgres)
                    continue
                sample = run_once(case, length, postgres)
            except (BenchError, OSError, KeyError, TypeError, AttributeError) as error:
                result.failure = f"{type(error).__name__}: {error}" if not isinstance(error, BenchError) else str(error)
                say(f"{case.name} FAILED: {result.failure}")
                continue
            result.samples.append(sample)
            say(f"round {number}/{rounds} {case.name:<24} {sample.rate:10,.0f}/s")
    return results
