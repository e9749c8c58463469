"""What the people of the demo write: plans, notes, outcomes; short, and no two neighbours alike."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A commitment somebody could really make."""

    situation: str
    action: str
    reason: str = ""


PLANS: Sequence[Plan] = (
    Plan(
        situation="a guest complains at the desk",
        action="listen to the end before I say anything about our rules",
        reason="They remember whether somebody listened.",
    ),
    Plan(
        situation="someone in my team asks me what to do about a guest",
        action="ask what they would do, and let them do it",
        reason="I am not there at night, and they are.",
    ),
    Plan(
        situation="the Monday meeting starts",
        action="ask for one thing that somebody did for a guest last week, before any figures",
    ),
    Plan(
        situation="a booking goes wrong because of us",
        action="ring the guest myself the same day",
        reason="A mail from us is one more thing they have to read.",
    ),
    Plan(
        situation="I walk through the lobby in the morning",
        action="help the first person who looks lost",
        reason="If I walk past, everybody may.",
    ),
    Plan(
        situation="a colleague from another house asks for help",
        action="answer by noon with a name and a date",
        reason="For the people next door we are the hotel.",
    ),
    Plan(
        situation="I hear that somebody went out of their way for a guest",
        action="thank them the same day and say what it changed",
    ),
    Plan(
        situation="the early shift hands over",
        action="name one guest who needs a little more today",
    ),
    Plan(
        situation="we have broken a promise to a client",
        action="ask first what got in the way, and then agree one clear step for next time",
        reason="Blame makes people hide the next one.",
    ),
    Plan(
        situation="an offer leaves my desk",
        action="read it once as the client would, and cut what only we understand",
    ),
    Plan(
        situation="a new colleague has their first week",
        action="tell them up to which sum they decide alone",
        reason="I learned it after two years, by accident.",
    ),
    Plan(
        situation="I am about to forward a complaint",
        action="write what I have already done about it in the first line",
    ),
)

NOTES: Sequence[str] = (
    "It was easier than I thought once I had said it aloud in the team.",
    "I forgot it twice when the house was full. On quiet days it works.",
    "The guest laughed and stayed another night.",
    "My shift lead has started doing it too, without my asking.",
    "I notice the moment now, but only after it has passed.",
    "Asking instead of answering takes a minute and saves an hour.",
)

OUTCOMES: Sequence[str] = (
    "We looked at two situations from last week and chose the words for the next one.",
    "It works in the early shift; for the late shift a sign at the desk is to help.",
    "The plan was too big; it is now about the first ten minutes of the day.",
    "The limit for goodwill is unclear to the team; it will be settled with the manager by Friday.",
    "Went well: three guests, three different endings, all of them good.",
)

TALKS: Sequence[str] = (
    "We agreed on fifty euros without asking, and that I hear of it afterwards.",
    "I will take over the Monday round once, so that there is time to try it.",
    "What stands in the way is the rota; I take it to the directors' meeting.",
    "I told them what I am trying myself, and where I failed last week.",
)
