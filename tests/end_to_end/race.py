"""Never both: conflicting requests race through two API servers and three replicas, while things go wrong.

A round stores what its group needs, sends its requests at the same moment through both API servers, reads
what is stored, looks at every pair of it (race_checker.py), and removes it. Several rounds run at a time.

    python3 tests/end_to_end/race.py                                  every variant with its own number of rounds
    python3 tests/end_to_end/race.py --variant kill --rounds 3000     one variant for longer

PEERWARDEN_PRESET names the build, PEERWARDEN_RACE_ROUNDS the rounds of every variant, as --rounds does.
"""

import argparse
import http.client
import itertools
import os
import random
import tempfile
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from api import Answer
from custom_resources import REPOSITORY
from key_pairs import Authority
from objects import path_of
from polling import wait_until
from processes import run
from race_checker import conflicts
from race_faults import VARIANTS, Scene
from race_ground import Ground
from race_groups import LARGEST, Creation, label_of, make

CONNECTION_BROKEN = 0
ENDED_BY_KILL = ("EOF", "connection reset", "connection refused", "broken pipe", "server closed idle connection")
SAMPLES = 5
IDLE_SECONDS = 30

numbers = itertools.count()
shared_ground = defaultdict(threading.Lock)


@dataclass
class Tally:
    """What the rounds of one variant came to."""

    variant: str
    rounds: int = 0
    objects: int = 0
    admitted: int = 0
    refused: int = 0
    conflicts: list = field(default_factory=list)
    starved: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    died: list = field(default_factory=list)
    cut_off: list = field(default_factory=list)
    faults: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    shapes: Counter = field(default_factory=Counter)
    broken_shapes: Counter = field(default_factory=Counter)

    def line(self):
        """Return one line for a person."""
        return (f"race {self.variant:8} {self.rounds:4} rounds {self.objects:5} objects {self.admitted:5} admitted "
                f"{self.refused:5} refused {len(self.conflicts):3} conflicts {len(self.failed):3} failed calls "
                f"{len(self.cut_off):3} cut off {len(self.starved):3} starved {self.faults:3} faults "
                f"slowest {self.slowest:.1f} s, {self.seconds:.0f} s")

    def details(self):
        """Return which shapes came to conflicts, of how many of each, and some examples of what should not be."""
        shapes = [f"  {count} of {self.shapes[shape]} {shape} came to a conflict"
                  for shape, count in self.broken_shapes.most_common()]
        return "\n".join(shapes + [f"  {word}: {each}" for word in ("conflicts", "starved", "failed", "cut_off", "died")
                                   for each in getattr(self, word)[:SAMPLES]])

    def note(self, answer, seconds):
        """Count an answer of the API server."""
        self.slowest = max(self.slowest, seconds)
        if succeeded(answer) or answer.refused_by_webhook:
            return
        if "failed calling webhook" in answer.message and any(word in answer.message for word in ENDED_BY_KILL):
            self.cut_off.append(f"cut off after {seconds:.1f} s: {answer.message[-200:]}")
        else:
            self.failed.append(f"{answer.status} after {seconds:.1f} s: {answer.message[:300]}")


def succeeded(answer):
    """Say whether a request did what it was for."""
    return answer.status in (200, 201)


class Crew:
    """Runs one round after another, with a thread and open connections to both API servers for each request."""

    def __init__(self, ground, tally, lock):
        self.apis = ground.apis
        self.tally = tally
        self.lock = lock
        self.threads = ThreadPoolExecutor(LARGEST)
        self.own = threading.local()

    def close(self):
        """End the threads."""
        self.threads.shutdown()

    def send(self, which, method, path, body=None, content_type="application/json"):
        """Send one request through one of the API servers, count its answer and return it."""
        if not hasattr(self.own, "connections"):
            self.own.connections = [api.connect() for api in self.apis]
            self.own.used = [time.monotonic()] * len(self.apis)
        connection = self.own.connections[which]
        begin = time.monotonic()
        if begin - self.own.used[which] > IDLE_SECONDS:
            connection.close()
        try:
            answer = self.apis[which].request(method, path, body, content_type, connection)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            answer = Answer(CONNECTION_BROKEN, {"kind": "Status", "message": f"no answer: {error!r}"})
        self.own.used[which] = time.monotonic()
        with self.lock:
            self.tally.note(answer, self.own.used[which] - begin)
        return answer

    def insist(self, *request):
        """Send a request that stands against nothing until it is done."""
        def done():
            answer = self.send(random.randrange(len(self.apis)), *request)
            assert not answer.refused_by_webhook, f"{request}: {answer.message}"
            exists = answer.body.get("reason") == "AlreadyExists"
            return exists or succeeded(answer) or request[0] == "DELETE" and answer.status == 404
        wait_until(done, f"{request[0]} {request[1]}", seconds=120)

    def insist_on_all(self, requests):
        """Send several of them beside each other."""
        list(self.threads.map(lambda request: self.insist(*request), requests))

    def race(self, requests):
        """Send requests at the same moment, by turns through the API servers, and return the answers."""
        gate = threading.Barrier(len(requests))

        def start(numbered):
            number, request = numbered
            gate.wait(60)
            return self.send(number % len(self.apis), *request.arguments())
        return list(self.threads.map(start, enumerate(requests)))

    def stored(self, group, number):
        """Read what is stored of a group; a list without a version is as new as etcd."""
        found = []
        for kind in group.kinds():
            path = f"{path_of(kind, collection=True)}?labelSelector={label_of(number)}"
            answer = self.send(number % len(self.apis), "GET", path)
            assert succeeded(answer), answer
            found += [{**item, "apiVersion": kind["apiVersion"], "kind": kind["kind"]} for item in answer.body["items"]]
        return found

    def round(self):
        """Run one round; where another crew claims the same of the whole cluster, run one of the next shape."""
        while True:
            number = next(numbers)
            group = make(number, random.Random(random.random()))
            if not group.shared:
                self.run(group, number)
                return
            if shared_ground[group.shape].acquire(blocking=False):
                try:
                    self.run(group, number)
                finally:
                    shared_ground[group.shape].release()
                return

    def run(self, group, number):
        """Store, race, look, and remove."""
        self.insist_on_all(Creation(each).arguments() for each in group.before)
        answers = self.race(group.requests)
        stored = self.stored(group, number)
        with self.lock:
            self.judge(group, answers, stored)
        self.insist_on_all(("DELETE", path_of(each)) for each in stored)

    def judge(self, group, answers, stored):
        """Count the answers, and find conflicts and groups of which none was admitted without a call having failed."""
        tally = self.tally
        admitted, refused = sum(map(succeeded, answers)), sum(answer.refused_by_webhook for answer in answers)
        tally.rounds += 1
        tally.shapes[group.shape] += 1
        tally.objects += len(answers)
        tally.admitted += admitted
        tally.refused += refused
        found = conflicts(stored)
        if found:
            tally.broken_shapes[group.shape] += 1
            tally.conflicts.append(f"{group.shape}: {found[:SAMPLES]}")
        if refused == len(answers):
            tally.starved.append(f"{group.shape}: {[answer.message[:200] for answer in answers]}")


def run_rounds(crew, left, scene):
    """Let a crew run rounds until none is left and the fault has happened often enough, or another crew breaks."""
    while not scene.end.is_set() and (next(left, None) is not None or not scene.enough.is_set()):
        crew.round()


def run_crews(crews, rounds, variant, scene):
    """Let the crews run rounds while the fault happens."""
    left = iter(range(rounds))
    with ThreadPoolExecutor(len(crews) + 1) as runners:
        tasks = [runners.submit(run_rounds, crew, left, scene) for crew in crews]
        runners.submit(end_with, tasks, scene)
        try:
            variant.fault(scene)
        except BaseException:
            scene.end.set()
            raise
        for task in tasks:
            task.result()


def end_with(tasks, scene):
    """End the fault together with the rounds, or as soon as one of them breaks."""
    wait(tasks, return_when=FIRST_EXCEPTION)
    scene.end.set()


def run_variant(ground, name, rounds=None):
    """Run the rounds of a variant and return the tally."""
    variant = VARIANTS[name]
    rounds = rounds or int(os.environ.get("PEERWARDEN_RACE_ROUNDS", variant.rounds))
    tally, lock = Tally(name), threading.Lock()
    with ground.replicas(variant.needs_proxy) as (replicas, proxy):
        scene = Scene(replicas, proxy, ground.planes[0].etcd)
        crews = [Crew(ground, tally, lock) for _ in range(min(variant.at_once, rounds))]
        begin = time.monotonic()
        try:
            run_crews(crews, rounds, variant, scene)
        finally:
            for crew in crews:
                crew.close()
        tally.seconds = time.monotonic() - begin
        tally.died = ground.end_well(replicas)
    tally.faults = scene.times
    return tally


def main():
    """Run the variants that were asked for, and fail unless all is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variant", choices=[*VARIANTS, "all"], default="all")
    parser.add_argument("--rounds", type=int, help="instead of each variant's own number")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="race-"))
    print(f"logs: {folder}")
    (folder / "authority").mkdir()
    ground = Ground(Path(run(REPOSITORY / "tools" / "kubernetes").strip()), folder, Authority(folder / "authority"))
    wrong = []
    try:
        ground.start()
        for name in VARIANTS if arguments.variant == "all" else [arguments.variant]:
            tally = run_variant(ground, name, arguments.rounds)
            print(tally.line(), flush=True)
            if faults_of(tally):
                print(tally.details(), flush=True)
                wrong.append(name)
    finally:
        ground.stop()
    if wrong:
        raise SystemExit(f"not as it should be: {', '.join(wrong)}")


def faults_of(tally):
    """Return what a tally has that its variant must not have."""
    broken = tally.died + tally.conflicts
    if not tally.faults and tally.variant != "nothing":
        broken.append("the fault never happened")
    variant = VARIANTS[tally.variant]
    if not variant.groups_may_go_without:
        broken += tally.starved
    if not variant.calls_may_fail:
        broken += tally.failed + tally.cut_off
    return broken


if __name__ == "__main__":
    main()
