"""A worker: takes jobs of one queue from Redis, or with --no-redis runs the same jobs from a loop."""

import argparse
import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker

from coachfollow import bell
from coachfollow.config import Settings
from coachfollow.queries import tables
from jobs import desk, entrance, house, post

WORKER_TTL = 45  # seconds; an idle worker waits at Redis for 15 fewer
MOST_JOBS = 2000  # then a fresh process takes over: half a day of drains

Job = Callable[[], None]

JOBS: Mapping[str, Sequence[Job]] = {
    "post": (post.tick, post.drain),
    "desk": (desk.place, desk.import_files, desk.tell_coaches, desk.tidy, desk.travel),
}
NO_REDIS = (
    "COACHFOLLOW_REDIS_URL is not set. Set it, or let this worker look by itself: --no-redis,"
    " or COACHFOLLOW_NO_REDIS=yes for all of them."
)
NO_QUEUE = "Say which queue: post or desk. Only a worker with --no-redis does without, and works at both."
AWAY = (
    "Redis went away, or never was there; this worker ends, and whoever started it starts the next. It said:"
)
RINGS = {
    "INFO": "WARNING"
}  # RQ says four lines about each ring, one ring every few seconds, and none of the work
CONNECTING = 5.0  # seconds until a Redis that does not answer counts as away

log = logging.getLogger("jobs.worker")  # it is run as a main module, and named so all the same


class Worker(SimpleWorker):
    """Runs jobs in its own process: the imports are paid for once, and no half of it can be left alive."""

    max_connection_wait_time = 5.0  # RQ's own minute is too long to notice that Redis is back

    def procline(self, message: str) -> None:
        """Keep the name we were started by: RQ would write its queue's and its job's instead, each time."""

    def subscribe(self) -> None:
        """Take no commands by pub/sub: whoever reaches Redis could stop us by them, and nobody of ours sends any."""


def serve(name: str, redis_url: str, *, log_level: str) -> None:
    """Work at one queue until told to stop, or until it is time for a fresh process."""
    with Redis.from_url(redis_url, socket_connect_timeout=CONNECTING) as connection:
        try:
            worker = Worker(
                [bell.queue(connection, name)],
                connection=connection,
                worker_ttl=WORKER_TTL,
                job_class=bell.BareJob,
                serializer=bell.Strict,
                log_job_description=False,
            )
            log.info("At work at the queue %s.", name)
            worker.work(max_jobs=MOST_JOBS, logging_level=RINGS.get(log_level, log_level))
        except RedisError as error:  # whoever started us starts another, later each time
            entrance.leave(f"{AWAY} {error}", code=1)


def loop(jobs: Sequence[Job], *, every: float, stop: threading.Event) -> None:
    """Run these jobs in turn, every so many seconds, until told to stop, or until it is time for a fresh process."""
    for _ in range(MOST_JOBS):
        for job in jobs:
            _run(job)
        if stop.wait(every):
            return


def _run(job: Job) -> None:
    try:
        job()
    except Exception:  # as RQ does: one failing job must not keep the others from running
        log.exception("%s.%s failed; it is tried again at the next turn.", job.__module__, job.__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Start a worker for one queue."""
    parser = argparse.ArgumentParser(prog="python -m jobs.worker")
    parser.add_argument("queue", choices=bell.QUEUES, nargs="?", help="both, where there is no Redis")
    parser.add_argument("--no-redis", action="store_true", help="look by itself instead of waiting for rings")
    given = parser.parse_args(arguments)
    settings = entrance.settings()
    _refuse_wrong_tables()
    if given.no_redis or settings.no_redis:
        loop(_jobs(given.queue), every=settings.tick_seconds, stop=entrance.until_told())
    elif given.queue is None:
        entrance.leave(NO_QUEUE, code=entrance.MISCONFIGURED)
    else:
        serve(given.queue, _redis(settings), log_level=settings.log_level.upper())


def _jobs(queue: str | None) -> Sequence[Job]:
    return JOBS[queue] if queue else [job for jobs in JOBS.values() for job in jobs]


def _redis(settings: Settings) -> str:
    return settings.redis_url or entrance.leave(NO_REDIS, code=entrance.MISCONFIGURED)


def _refuse_wrong_tables() -> None:
    with house.opened() as here:
        problem = tables.problem(here.session)
    if problem is not None:
        entrance.leave(problem, code=1)


if __name__ == "__main__":
    main()
