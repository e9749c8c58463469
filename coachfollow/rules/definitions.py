"""One plain sentence for every number we print, to stand beside it (law 12)."""

from collections.abc import Mapping

from coachfollow.rules.planning import GRACE_WORKING_DAYS

_GRACE = f"working day {GRACE_WORKING_DAYS}"

DEFINITIONS: Mapping[str, str] = {
    "attended": (
        "People who attended by the rule of their group ="
        " never started + active + paused + finished + stopped + undeliverable."
    ),
    "never_started": "People who attended and have not yet written their own plan (“When …, I will …”).",
    "active": "People with a plan of their own whose follow-up is running.",
    "paused_people": "People whose follow-up is on hold for a while, at their own or their coach's wish.",
    "finished": (
        "People whose every mandatory follow-up is completed or excused, and who completed at least the share"
        " of their own follow-ups that the programme asks for; what their manager was asked does not count here."
    ),
    "stopped": "People whose follow-up ended before it was finished, for any reason; it is no black mark.",
    "undeliverable_people": "People who attended but whose mail address refuses our mail for good.",
    "finished_rate": "Finished ÷ attended; where nobody attended there is no rate.",
    "due": (
        "Follow-ups whose date has come and that could be answered = on time + late + missed + open;"
        " managers' cards are among them, reminders of the plan ask for nothing and are never counted; when a"
        " follow-up is stopped, what was to come is left out, and a question that had been asked is missed."
    ),
    "completed": "Follow-ups answered, or meetings held, whether on time or late = on time + late.",
    "completion": "Completed ÷ due; where nothing is due we write “none due”, not 0 %.",
    "on_time": f"Follow-ups completed up to the end of {_GRACE} after the due date.",
    "on_time_rate": "On time ÷ due; where nothing is due we write “none due”, not 0 %.",
    "late": f"Follow-ups completed after {_GRACE}, but before they closed.",
    "missed": (
        "Follow-ups that closed unanswered, which means that we do not know, never that somebody did not do it,"
        " and meetings that did not take place, as their coach said; a manager's card that is"
        " missed was the manager's to answer."
    ),
    "open": "Follow-ups that are due and can still be answered; while there are any, rates are provisional.",
    "excused": (
        "Follow-ups that were excused, with a reason: by somebody, or because nobody could be asked or no time was"
        " found for a meeting; they are outside due."
    ),
    "without_a_time": (
        "Of the excused, meetings for which no time was found before they closed, since the coach had given no"
        " hours, or none that suited both: nobody could come, and whoever runs the programme can mend it."
    ),
    "paused": "Follow-ups that came due during a pause and are held until it ends; they are outside due.",
    "undeliverable": (
        "Follow-ups that never reached the person, because the address refuses mail or because we did not"
        " send it; they are outside due."
    ),
    "not_yet_due": "Follow-ups with a date still to come.",
    "reach": "People with at least one answer ÷ attended.",
}

# beside what people said of themselves
APPLYING: Mapping[str, str] = {
    "answered": "People who said at least once whether they did what they planned.",
    "response": "Answered ÷ attended; where nobody attended there is no rate.",
    "applied": (
        "People who did what they planned, as intended or partly, by their latest answer ÷ answered; it is what"
        " people say of themselves, and no answer means that we do not know."
    ),
    "hindered": "People who named what got in the way, each counted once, by what they named last.",
    "hidden": (
        "Answers are counted over five people or more, and not where a difference would tell of fewer. That is why"
        " they are not cut by team, coach or period."
    ),
}
