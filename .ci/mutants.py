"""Says which share of the mutants of the rules was noticed by their tests; fails below the bar."""

import json
import sys
from pathlib import Path

BAR = 0.85
STATS = Path("mutants/mutmut-cicd-stats.json")
NOTICED = ("killed", "timeout", "suspicious", "segfault")


def main() -> int:
    """Read what mutmut counted. What no test reaches counts as unnoticed."""
    counted: dict[str, int] = json.loads(STATS.read_text("utf-8"))
    noticed = sum(counted[name] for name in NOTICED)
    judged = noticed + counted["survived"] + counted["no_tests"]
    share = noticed / judged if judged else 0.0
    print(f"{noticed} of {judged} mutants were noticed: {share:.1%}; the bar is {BAR:.0%}.")
    if share < BAR:
        print("`.venv/bin/mutmut results` names the others, `.venv/bin/mutmut show NAME` shows one.")
    return int(share < BAR)


if __name__ == "__main__":
    sys.exit(main())
