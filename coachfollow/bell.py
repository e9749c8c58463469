"""The only module that knows Redis and RQ: rings a job by name, after commit, best effort (law 1).

A job carries no data and may be lost, doubled, late or stuck without harm: it asks the database what is due.
The serialiser takes a name from the list and nothing else, because RQ would import and call whatever a hash in
Redis names, and `BareJob` drops the callbacks and webhooks a hash may name.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError, StopRequested
from rq.job import Job

TICK = "jobs.post.tick"  # rung by the ticker alone: its job writes down that it rang
DRAIN = "jobs.post.drain"
PLACE = "jobs.desk.place"
IMPORT = "jobs.desk.import_files"
TIDY = "jobs.desk.tidy"
TELL = "jobs.desk.tell_coaches"
TRAVEL = "jobs.desk.travel"  # rung by the page of whoever watches the demo's time, not by the ticker
JOBS = frozenset({TICK, DRAIN, PLACE, IMPORT, TIDY, TELL, TRAVEL})
QUEUES = ("post", "desk")
EMBEDDED = "valkey.sock"  # where `coachfollow up` keeps a bell of its own, in the data folder
MOST_WAITING = 3  # with no worker, a queue stops growing here

PATIENCE = 2.0  # seconds for each answer
_RESULT_TTL, _FAILURE_TTL, _TTL = 0, 3600, 120

log = logging.getLogger(__name__)


class Strict:
    """Job data as JSON: a name from the list, no instance, no arguments."""

    @staticmethod
    def dumps(value: object) -> bytes:
        """Write a job, or the None and plain text that RQ stores as a result."""
        if value is None or isinstance(value, str):
            return json.dumps(value).encode()
        return json.dumps(_job(value)).encode()

    @staticmethod
    def loads(data: bytes) -> object:
        """Read a job; raises ValueError for anything that is not one of ours."""
        return _job(json.loads(data))


class BareJob(Job):
    """A hash may name no callback and no webhook; an unreadable one is no job."""

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        """Fill the job from its hash in Redis; raises NoSuchJobError where it cannot be read."""
        keep = {
            key: value
            for key, value in raw_data.items()
            if not key.endswith(b"callback_name") and key != b"webhooks"
        }
        try:
            super().restore(keep)
        except StopRequested:  # the worker was told to end just now: that is no fault of the job
            raise
        except Exception as error:  # whatever RQ stumbles over, the worker must outlive it
            raise NoSuchJobError(str(error)) from error


def connect(url: str, *, patience: float = PATIENCE) -> "Redis":
    """Open a connection for ringing: short time-outs and no retry, nobody may wait for Redis for long."""
    return Redis.from_url(
        url, socket_timeout=patience, socket_connect_timeout=patience, retry=Retry(NoBackoff(), 0)
    )


def queue(connection: "Redis", name: str) -> Queue:
    """Give one of the two queues, with our serialiser and job class."""
    return Queue(name, connection=connection, serializer=Strict, job_class=BareJob, default_timeout=-1)


def ring(connection: "Redis | None", *names: str, most: int = MOST_WAITING) -> bool:
    """Ask for jobs to run soon, unless `most` wait already; False when Redis did not take it, which harms nothing."""
    if connection is None:
        return False
    try:
        for name in names:
            _enqueue(queue(connection, name.split(".")[1]), name, most)
    except RedisError as error:
        log.warning("Redis did not take a ring (%s); the ticker will ring again.", error)
        return False
    return True


def listeners(connection: "Redis") -> Mapping[str, int]:
    """Count the workers that listen at each queue; raises RedisError."""
    return {
        name: len(Worker.all(connection=connection, queue=queue(connection, name), serializer=Strict))
        for name in QUEUES
    }


def eviction(connection: "Redis") -> str:
    """Give what Redis does when its memory is full, or nothing where it does not tell; raises RedisError."""
    try:
        told = connection.config_get("maxmemory-policy")
    except ResponseError:  # whoever hosts it may forbid the question
        return ""
    return str(told.get("maxmemory-policy", ""))


def _enqueue(target: Queue, name: str, most: int) -> None:
    if target.count < most:
        target.enqueue(name, job_timeout=-1, result_ttl=_RESULT_TTL, failure_ttl=_FAILURE_TTL, ttl=_TTL)


def _job(value: object) -> tuple[str, None, tuple[()], dict[str, Any]]:
    match value:  # the pattern {} would match any mapping
        case [str(name), None, [] | (), dict(keywords)] if name in JOBS and not keywords:
            return name, None, (), {}
    raise ValueError("not one of our jobs")
