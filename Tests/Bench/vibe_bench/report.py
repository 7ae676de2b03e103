"""The tables at the end, and the same as JSON."""

import json

from .measure import FIGURES

COLUMNS = (
    "case", "req/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "service µs", "database µs", "kB", "× hello", "× pgbench")
PGBENCH = {"thread": "pgbench-thread", "send": "pgbench-send", "client-select": "pgbench-select",
           "client-insert": "pgbench-insert"}


def _ratio(results, name, other):
    if name == other or name not in results or other not in results:
        return None
    return results[name].ratio(results[other])


def _number(value, digits):
    return "" if value is None else f"{value:,.{digits}f}"


def _table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                       for column, (cell, width) in enumerate(zip(row, widths))) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def text(results, verdicts):
    """Medians of all rounds, then every promise with what came of it."""
    rows = [COLUMNS]
    for name, result in results.items():
        if result.failure:
            rows.append((f"{result.case.title}: FAILED", *[""] * (len(COLUMNS) - 1)))
            continue
        rate, *times = (result.figure(figure) for figure in FIGURES)
        is_http = result.case.server is not None
        rows.append((
            result.case.title, _number(rate, 0), *(_number(time, 2) for time in times[:4]),
            *(_number(time, 1) for time in times[4:]),
            _number(_ratio(results, name, "hello") if is_http else None, 3),
            _number(_ratio(results, name, PGBENCH.get(name)), 2),
        ))
    promises = [("promise", "measured", "target", "")]
    for verdict in verdicts:
        sign = "≥" if verdict.is_at_least else "≤"
        promises.append((
            verdict.what, f"{verdict.value:.3g} {verdict.unit}".strip(),
            f"{sign} {verdict.limit:g} {verdict.unit}".strip(), "met" if verdict.is_met else "MISSED"))
    failures = [f"{name}: {result.failure}" for name, result in results.items() if result.failure]
    parts = [_table(rows), _table(promises)] if len(promises) > 1 else [_table(rows)]
    return "\n\n".join(parts + (["failed cases:\n" + "\n".join(failures)] if failures else []))


def write_json(path, conditions, results, verdicts, footprint):
    """All samples, so that a run can be compared with another one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "conditions": conditions,
        "cases": {
            name: {
                "title": result.case.title,
                "failure": result.failure,
                "median": {figure: result.figure(figure) for figure in FIGURES},
                "x_hello": _ratio(results, name, "hello"),
                "x_pgbench": _ratio(results, name, PGBENCH.get(name)),
                "samples": [vars(sample) for sample in result.samples],
            }
            for name, result in results.items()
        },
        "footprint": footprint,
        "promises": [{**vars(verdict), "is_met": verdict.is_met} for verdict in verdicts],
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
