"""`make bench`: what comes in, is planned, stored and sent, for 1,000, 10,000 and 100,000 people; pages; launches."""

import argparse
import json
import subprocess
import sys
from typing import Any

from benchmarks import planning, simulating, slots, slots_invented

SIZES, SHORT = (1_000, 10_000, 100_000), (1_000,)
FULL, FEW = 0.98, 20  # of the times taken; coaches, in a short look
MAKES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def main() -> None:
    """Measure each size in a process of its own, so that its peak memory is its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--short", action="store_true", help="1,000 people only")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    given = parser.parse_args()
    results = []
    for people in SHORT if given.short else SIZES:
        came_in = _measure("attending", people)
        went_out = [_measure("sending", people, "--database", make) for make in MAKES]
        results.append({"in": came_in, "out": went_out})
        if not given.json:
            _say(people, came_in)
            for one in went_out:
                _say_sent(one)
    planned = _measure("planning", SHORT[0] if given.short else planning.ATTENDANCES)
    opened = None if given.short else _measure("pages")
    loads = [(FULL, FEW)] if given.short else [(load, slots_invented.COACHES) for load in slots.LOADS]
    placed = [_measure("slots", *one) for one in loads]
    launched = [_measure("simulating", size) for size in simulating.SIZES[: 1 if given.short else None]]
    if given.json:
        print(
            json.dumps(
                [*results, {"planned": planned, "pages": opened, "slots": placed, "launches": launched}]
            )
        )
        return
    _say_planned(planned)
    if opened is not None:
        _say_pages(opened)
    print("check-ins placed\n" + slots.HEAD)
    for one in placed:
        print(slots.say(one))
    for one in launched:
        _say_launched(one)


def _measure(what: str, *sizes: float | str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"benchmarks.{what}", *map(str, sizes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"benchmarks.{what} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _say(people: int, came_in: dict[str, Any]) -> None:
    print(f"{people:,} people")
    print(
        f"  import           {came_in['rows_per_second']:>10,.0f} rows/s (read, staged, planned, live;"
        f" {came_in['rows_per_cpu_second']:,.0f} a second of CPU)"
    )
    print(
        f"  plan and store   {came_in['touchpoints_per_second']:>10,.0f} touchpoints/s"
        f" ({came_in['touchpoints']:,.0f}; {came_in['touchpoints_per_cpu_second']:,.0f} a second of CPU;"
        f" longest chunk {came_in['longest_chunk_seconds']:.2f} s)"
    )
    print(
        f"  plan alone       {came_in['pure_touchpoints_per_cpu_second']:>10,.0f} touchpoints a second of CPU"
        " (the rules, person by person, as if nobody shared a rhythm)"
    )
    print(
        f"  peak memory      {came_in['peak_mb']:>10,.0f} MB ({came_in['mb_before']:,.0f} before the file was opened)"
    )


def _say_planned(planned: dict[str, Any]) -> None:
    print(
        f"{planned['people']:,} attendances, nine follow-ups each, in six zones with their holidays and four weeks"
    )
    print(
        f"  pure             {planned['pure_touchpoints_per_cpu_second']:>10,.0f} touchpoints a second of CPU"
    )
    print(
        f"  with storing     {planned['touchpoints_per_second']:>10,.0f} touchpoints/s"
        f" ({planned['touchpoints']:,}; {planned['touchpoints_per_cpu_second']:,.0f} a second of CPU;"
        f" peak memory {planned['peak_mb']:,.0f} MB)"
    )


def _say_sent(went_out: dict[str, Any]) -> None:
    print(
        f"  floor            {went_out['floor_per_second']:>10,.0f} mails/s (one smtplib connection, ready bytes,"
        f" to {went_out['sink']})"
    )
    for one in went_out["by_workers"]:
        print(
            f"  send, {one['workers']} worker{'s' if one['workers'] > 1 else ' '}   {one['mails_per_second']:>10,.0f}"
            f" mails/s on {MAKES[went_out['database']]} (claimed, filled, sent, settled:"
            f" {one['ratio']:.2f} of the floor)",
            flush=True,
        )


def _say_pages(opened: dict[str, Any]) -> None:
    print(
        f"pages over {opened['touchpoints']:,} touchpoints (bar: {opened['bar_ms']} ms to the first byte; the"
        f" database alone looks once at all of them in {opened['floor_ms']:,.0f})"
    )
    for title, page in opened["pages"].items():
        print(
            f"  {title:<24}{page['warm_ms']:>8,.0f} ms ({page['cpu_ms']:,.0f} of CPU;"
            f" {page['cold_ms']:,.0f} cold), {page['kilobytes']:,.0f} kB"
        )


def _say_launched(found: dict[str, Any]) -> None:
    print(
        f"a launch of {found['people']:,} people with {found['coaches']:,} coaches, simulated:"
        f" {found['cpu_seconds']:,.1f} s of CPU, {found['cpu_seconds_with_ways']:,.1f} with ways out;"
        f" {found['peak_mb']:,.0f} MB"
    )


if __name__ == "__main__":
    main()
