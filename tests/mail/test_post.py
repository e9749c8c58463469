"""How a mail is handed over: nothing before the dot, and every failure knows on which side of it it fell."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.mail.guard import Unmailable
from coachfollow.mail.smtp import Broken, Envelope, Post, Refused, Relay, Reply, connect, normalise
from tests.mail.servers import Answer, Delivery, Fault, Script, ScriptedServer, scripted

MAIL = b"Subject: one\r\n\r\nHello\r\n.\r\n..dots\r\n"
SENDER, ANNA, BEN = "bounces+1@example.org", "anna@example.org", "ben@example.org"
PIPELINING, ONE_BY_ONE = ("PIPELINING",), ("SIZE 1000000",)

Start = Callable[..., tuple[ScriptedServer, Post]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a scripted server and a connection to it."""
    with ExitStack() as stack:

        def run(
            script: Script | None = None, *, features: tuple[str, ...] = PIPELINING, patience: float = 5.0
        ) -> tuple[ScriptedServer, Post]:
            server = stack.enter_context(scripted(script, features=features))
            post = connect(
                Relay(
                    host="127.0.0.1",
                    port=server.port,
                    tls="none",
                    timeout=5.0,
                    reply_timeout=patience,
                    helo="client.example",
                )
            )
            stack.callback(post.withdraw)
            return server, post

        yield run


# what happens must not depend on whether the server takes several commands at once
either_way = pytest.mark.parametrize("features", [PIPELINING, ONE_BY_ONE], ids=["pipelining", "one by one"])


def patience_with(fault: Answer) -> float:
    """A silence is waited for; everything else is noticed at once, however busy the machine is."""
    return 0.3 if fault is Fault.SILENCE else 5.0


def send(post: Post, recipient: str, following: Envelope | None = None) -> Reply:
    post.offer(SENDER, recipient, MAIL)
    post.hand_over(following)
    return post.reply()


@either_way
def test_a_mail_arrives_unchanged_with_its_envelope(start: Start, features: tuple[str, ...]) -> None:
    server, post = start(features=features)
    reply = send(post, ANNA)
    post.close()
    assert reply.accepted
    assert server.deliveries == [Delivery(SENDER, ANNA, MAIL)]
    assert server.heard[-1] == "QUIT"


@either_way
def test_one_connection_carries_many_mails_in_order(start: Start, features: tuple[str, ...]) -> None:
    server, post = start(features=features)
    people = [f"person{n}@example.org" for n in range(20)]
    replies = [
        send(post, person, Envelope(SENDER, following) if following else None)
        for person, following in zip(people, [*people[1:], ""], strict=True)
    ]
    assert [delivery.recipient for delivery in server.deliveries] == people
    assert [reply.queue_id for reply in replies] == [f"Q{n:04}" for n in range(1, 21)]


@either_way
def test_nothing_is_accepted_before_the_dot(start: Start, features: tuple[str, ...]) -> None:
    server, post = start(features=features)
    post.offer(SENDER, ANNA, MAIL)
    assert server.deliveries == []
    post.hand_over()
    assert post.reply().accepted
    assert len(server.deliveries) == 1


@either_way
def test_a_mail_that_is_withdrawn_is_not_delivered(features: tuple[str, ...]) -> None:
    with scripted(features=features) as server:
        post = connect(Relay(host="127.0.0.1", port=server.port, tls="none", helo="client.example"))
        post.offer(SENDER, ANNA, MAIL)
        post.withdraw()
    assert server.deliveries == []
    assert server.unfinished == [b"\r\n" + normalise(MAIL)]


def test_closing_after_an_offer_does_not_put_quit_into_the_mail() -> None:
    with scripted() as server:
        post = connect(Relay(host="127.0.0.1", port=server.port, tls="none", helo="client.example"))
        post.offer(SENDER, ANNA, MAIL)
        post.close()
    assert server.deliveries == []
    assert b"QUIT" not in server.unfinished[0]


def test_closing_after_an_announcement_delivers_nothing_more() -> None:
    with scripted() as server:
        post = connect(Relay(host="127.0.0.1", port=server.port, tls="none", helo="client.example"))
        assert send(post, ANNA, Envelope(SENDER, BEN)).accepted
        post.close()
    assert [delivery.recipient for delivery in server.deliveries] == [ANNA]
    assert "QUIT" not in server.heard


REFUSALS: list[tuple[str, str, bytes, bool]] = [
    ("MAIL", "the sender is not welcome", b"550 5.7.1 no\r\n", True),
    ("MAIL", "come back later", b"451 4.3.0 later\r\n", False),
    ("RCPT", "no such person", b"550 5.1.1 unknown\r\n", True),
    ("RCPT", "greylisted", b"450 4.2.0 greylisted\r\n", False),
    ("RCPT", "several lines", b"550-5.1.1 no\r\n550 5.1.1 really\r\n", True),
    ("DATA", "not now", b"451 4.3.2 busy\r\n", False),
    ("DATA", "never", b"554 5.5.0 never\r\n", True),
]


@either_way
@pytest.mark.parametrize(
    ("verb", "answer", "permanent"),
    [
        pytest.param(verb, answer, permanent, id=f"{verb}: {remark}")
        for verb, remark, answer, permanent in REFUSALS
    ],
)
def test_a_refusal_names_its_command_and_leaves_the_connection_usable(
    start: Start, features: tuple[str, ...], verb: str, answer: bytes, *, permanent: bool
) -> None:
    server, post = start({verb: [answer]}, features=features)
    with pytest.raises(Refused) as refused:
        post.offer(SENDER, ANNA, MAIL)
    assert (refused.value.verb, refused.value.code, refused.value.permanent) == (
        verb,
        int(answer[:3]),
        permanent,
    )
    assert send(post, BEN).accepted
    assert [delivery.recipient for delivery in server.deliveries] == [BEN]


@pytest.mark.parametrize(
    ("script", "remark"),
    [
        ({"RCPT": [b"250 ok\r\n", b"550 unknown\r\n"]}, "DATA is refused as well"),
        (
            {"RCPT": [b"250 ok\r\n", b"550 unknown\r\n"], "DATA": [b"354 go\r\n", b"354 go\r\n"]},
            "DATA is let in",
        ),
        (
            {"MAIL": [b"250 ok\r\n", b"450 later\r\n"], "RCPT": [b"250 ok\r\n", b"503 MAIL first\r\n"]},
            "no sender",
        ),
    ],
)
def test_a_refused_next_envelope_does_not_harm_the_mail_before_it_or_after_it(
    start: Start, script: Script, remark: str
) -> None:
    server, post = start(script)
    assert send(post, ANNA, Envelope(SENDER, BEN)).accepted, remark
    with pytest.raises(Refused):
        post.offer(SENDER, BEN, MAIL)
    assert send(post, "carla@example.org").accepted
    assert [delivery.recipient for delivery in server.deliveries] == [ANNA, "carla@example.org"]


def test_no_empty_mail_goes_to_a_recipient_accepted_after_a_refused_sender(start: Start) -> None:
    script: Script = {"MAIL": [b"550 no\r\n"], "RCPT": [b"250 ok\r\n"], "DATA": [b"354 go\r\n"]}
    server, post = start(script)
    with pytest.raises(Refused):
        post.offer(SENDER, ANNA, MAIL)
    assert not post.is_open
    assert server.deliveries == []


@either_way
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_closes_is_a_temporary_refusal_and_a_closed_connection(
    start: Start, features: tuple[str, ...], verb: str
) -> None:
    _, post = start({verb: [b"421 4.3.2 closing\r\n"]}, features=features)
    with pytest.raises(Refused) as refused:
        post.offer(SENDER, ANNA, MAIL)
    assert not refused.value.permanent
    assert not post.is_open
    with pytest.raises(Broken) as broken:
        post.offer(SENDER, BEN, MAIL)
    assert not broken.value.after_dot


def test_a_refusal_stands_when_the_server_hangs_up_right_after_it(start: Start) -> None:
    _, post = start({"RCPT": [b"550 unknown\r\n"], "DATA": [Fault.HANG_UP]})
    with pytest.raises(Refused) as refused:
        post.offer(SENDER, ANNA, MAIL)
    assert refused.value.permanent
    assert not post.is_open


@pytest.mark.parametrize("after", [Fault.HANG_UP, b"421 closing\r\n"])
def test_a_refusal_stands_when_the_server_will_not_begin_again(start: Start, after: Answer) -> None:
    _, post = start({"RCPT": [b"550 unknown\r\n"], "RSET": [after]})
    with pytest.raises(Refused):
        post.offer(SENDER, ANNA, MAIL)
    assert not post.is_open


@either_way
@pytest.mark.parametrize(
    "fault", [Fault.HANG_UP, Fault.SILENCE, Fault.ENDLESS, b"\xff\x00 what?\r\n", b"9" * 20_000]
)
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_before_the_dot_a_broken_connection_leaves_no_doubt(
    start: Start, features: tuple[str, ...], verb: str, fault: Answer
) -> None:
    server, post = start({verb: [fault]}, features=features, patience=patience_with(fault))
    with pytest.raises(Broken) as broken:
        post.offer(SENDER, ANNA, MAIL)
    assert not broken.value.after_dot
    assert not post.is_open
    assert server.deliveries == []


@either_way
@pytest.mark.parametrize(
    "fault",
    [
        Fault.HANG_UP,
        Fault.SILENCE,
        Fault.ENDLESS,
        b"gr\xfc\xdfe\r\n",
        b"2500 ok\r\n",
        b"354 go\r\n",
    ],
)
def test_after_the_dot_a_broken_connection_is_a_doubt(
    start: Start, features: tuple[str, ...], fault: Answer
) -> None:
    _, post = start({"DOT": [fault]}, features=features, patience=patience_with(fault))
    post.offer(SENDER, ANNA, MAIL)
    post.hand_over(Envelope(SENDER, BEN))
    with pytest.raises(Broken) as broken:
        post.reply()
    assert broken.value.after_dot
    assert not post.is_open


@pytest.mark.parametrize(
    ("answer", "remark"),
    [
        (b"550 5.7.1 looks like spam\r\n", "refused for good"),
        (b"452 4.3.1 disk full\r\n", "refused for now"),
        (b"250 r\xe4tsel\x00\x1b[31m ok\r\n", "octets that are no text"),
        (b"250-first\r\n250-second\r\n250 third\r\n", "several lines"),
    ],
)
def test_the_answer_to_the_dot_is_told_as_it_is(start: Start, answer: bytes, remark: str) -> None:
    _, post = start({"DOT": [answer]})
    reply = send(post, ANNA)
    assert reply.code == int(answer[:3]), remark
    assert reply.accepted == answer.startswith(b"2")
    assert reply.permanent == answer.startswith(b"5")
    assert reply.text.isprintable()
    assert send(post, BEN).accepted


def test_a_refused_mail_does_not_harm_the_one_announced_with_it(start: Start) -> None:
    server, post = start({"DOT": [b"550 spam\r\n"]})
    assert send(post, ANNA, Envelope(SENDER, BEN)).permanent
    assert send(post, BEN).accepted
    assert [delivery.recipient for delivery in server.deliveries] == [BEN]


def test_a_closing_answer_to_the_dot_ends_the_connection(start: Start) -> None:
    _, post = start({"DOT": [b"421 too many mails\r\n"]})
    assert send(post, ANNA, Envelope(SENDER, BEN)).code == 421
    assert not post.is_open


def test_an_answer_given_before_the_question_is_not_taken_for_the_answer_to_the_dot(start: Start) -> None:
    _, post = start({"DATA": [b"354 go\r\n250 taken already\r\n"]})
    post.offer(SENDER, ANNA, MAIL)
    with pytest.raises(Broken) as broken:
        post.hand_over()
    assert not broken.value.after_dot


def test_writing_the_dot_into_a_dead_connection_is_a_doubt(start: Start) -> None:
    _, post = start()
    post.offer(SENDER, ANNA, MAIL)
    post._listener.sock.close()
    with pytest.raises(Broken) as broken:
        post.hand_over()
    assert broken.value.after_dot


def test_another_mail_than_the_announced_one_needs_a_new_connection(start: Start) -> None:
    server, post = start()
    assert send(post, ANNA, Envelope(SENDER, BEN)).accepted
    with pytest.raises(Broken) as broken:
        post.offer(SENDER, "carla@example.org", MAIL)
    assert not broken.value.after_dot
    assert [delivery.recipient for delivery in server.deliveries] == [ANNA]


@pytest.mark.parametrize(
    "address", ["ben@example.org>\r\nRCPT TO:<eve@example.org", "bén@example.org", "ben", ""]
)
def test_an_address_that_could_hide_a_command_never_reaches_the_wire(start: Start, address: str) -> None:
    server, post = start()
    assert send(post, ANNA, Envelope(SENDER, address)).accepted
    with pytest.raises(Unmailable):
        post.offer(SENDER, address, MAIL)
    assert send(post, BEN).accepted
    assert [line for line in server.heard if line.startswith("RCPT")] == [
        f"RCPT TO:<{ANNA}>",
        f"RCPT TO:<{BEN}>",
    ]


def test_the_null_return_path_may_be_the_sender(start: Start) -> None:
    server, post = start()
    post.offer("", ANNA, MAIL)
    post.hand_over()
    assert post.reply().accepted
    assert server.deliveries[0].sender == ""


@pytest.mark.parametrize("answer", [Fault.HANG_UP, b"554 no goodbye\r\n", b"garbage\r\n"])
def test_what_the_server_says_to_quit_does_not_matter(start: Start, answer: Answer) -> None:
    server, post = start({"QUIT": [answer]})
    assert send(post, ANNA).accepted
    post.close()
    post.close()
    assert not post.is_open
    assert len(server.deliveries) == 1


@pytest.mark.parametrize("step", ["hand_over", "reply"])
def test_the_three_calls_have_one_order(start: Start, step: str) -> None:
    _, post = start()
    with pytest.raises(RuntimeError, match="Out of order"):
        getattr(post, step)()


def test_a_mail_cannot_be_offered_while_another_waits_for_its_dot(start: Start) -> None:
    _, post = start()
    post.offer(SENDER, ANNA, MAIL)
    with pytest.raises(RuntimeError, match="Out of order"):
        post.offer(SENDER, BEN, MAIL)


@pytest.mark.parametrize(
    ("text", "queue_id", "remark"),
    [
        ("2.0.0 Ok: queued as 4bXyZ12", "4bXyZ12", "Postfix"),
        ("OK id=1qRsTu-0001ab-2C", "1qRsTu-0001ab-2C", "Exim"),
        ("2.0.0 3A4B5C6D012345 Message accepted", "3A4B5C6D012345", "Sendmail"),  # pragma: allowlist secret
        ("OK", "", "no id"),
    ],
)
def test_the_queue_id_is_found_in_the_words_of_common_servers(text: str, queue_id: str, remark: str) -> None:
    assert Reply(250, text).queue_id == queue_id, remark


@pytest.mark.parametrize(
    ("raw", "wire", "remark"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n", "as it should be"),
        (b"a\nb\rc", b"a\r\nb\r\nc\r\n", "bare LF, bare CR, no end"),
        (b".a\r\n..b\r\n", b"..a\r\n...b\r\n", "dots at the beginning of lines, also of the first"),
        (b"a\n.\nQUIT\n", b"a\r\n..\r\nQUIT\r\n", "an end of mail by bare LF"),
        (b"a\r.\rQUIT\r", b"a\r\n..\r\nQUIT\r\n", "an end of mail by bare CR"),
        (b"a\n\r\n.\r\n", b"a\r\n\r\n..\r\n", "a mix"),
        (b"", b"\r\n", "nothing"),
    ],
)
def test_the_text_crosses_the_wire_with_crlf_and_doubled_dots(raw: bytes, wire: bytes, remark: str) -> None:
    assert normalise(raw) == wire, remark


def test_octets_outside_ascii_are_not_sent() -> None:
    with pytest.raises(Unmailable, match="outside ASCII"):
        normalise("Grüße\r\n".encode())


@given(st.text(alphabet="a.\r\n", max_size=40).map(str.encode))
def test_no_text_can_end_the_mail_early_or_smuggle_a_bare_newline(raw: bytes) -> None:
    wire = normalise(raw)
    assert b"\r\n.\r\n" not in b"\r\n" + wire
    assert wire.count(b"\r") == wire.count(b"\n") == wire.count(b"\r\n")
    assert wire.endswith(b"\r\n")
