"""`make bench`: what comes in, is planned, stored and sent, for 1,000, 10,000 and 100,000 people."""

import argparse
import json
import subprocess
import sys

SIZES, SHORT = (1_000, 10_000, 100_000), (1_000,)


def main() -> None:
    """Measure each size in a process of its own, so that its peak memory is its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--short", action="store_true", help="1,000 people only")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    given = parser.parse_args()
    results = []
    for people in SHORT if given.short else SIZES:
        came_in, went_out = _measure("attending", people), _measure("sending", people)
        results.append({"in": came_in, "out": went_out})
        if not given.json:
            _say(people, came_in, went_out)
    if given.json:
        print(json.dumps(results))


def _measure(what: str, people: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{what}", str(people)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"benchmarks.{what} failed:\n{done.stderr}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _say(people: int, came_in: dict[str, float], went_out: dict[str, float]) -> None:
    print(f"{people:,} people")
    print(f"  import           {came_in['rows_per_second']:>10,.0f} rows/s (read, staged, planned, live)")
    print(
        f"  plan and store   {came_in['touchpoints_per_second']:>10,.0f} touchpoints/s"
        f" ({came_in['touchpoints']:,.0f}; longest chunk {came_in['longest_chunk_seconds']:.2f} s)"
    )
    print(f"  peak memory      {came_in['peak_mb']:>10,.0f} MB")
    print(f"  send             {went_out['mails_per_second']:>10,.0f} mails/s to {went_out['sink']}")
    print(
        f"  floor            {went_out['floor_per_second']:>10,.0f} mails/s (one smtplib connection, ready bytes)"
    )
    print(f"  ratio            {went_out['ratio']:>10.2f}", flush=True)


if __name__ == "__main__":
    main()
