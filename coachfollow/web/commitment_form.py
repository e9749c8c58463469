"""Fills the form of one's own plan: from an example that was tapped, or from the words that stand already."""

from collections.abc import Mapping, Sequence

from coachfollow.queries.asked import OwnPlan


def filled(
    arguments: Mapping[str, str], own_plan: OwnPlan | None, examples: Sequence[tuple[str, str]]
) -> Mapping[str, str]:
    """Give what stands in the fields: a tapped example (`?example=2`, from 1), or one's own words so far."""
    number = arguments.get("example", "")
    if number.isascii() and number.isdigit() and 1 <= int(number[:3]) <= len(examples):
        situation, action = examples[int(number[:3]) - 1]
        return {"situation": situation, "action": action}
    if own_plan is None:
        return {}
    return {"situation": own_plan.situation, "action": own_plan.action}
