"""The verdict on a source: its runs are gone through in their order, and each is compared with the healthy ones."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any, Literal

from crawler.health.days import check_days
from crawler.health.discovery import check_discovery
from crawler.health.facts import History, Page, Run
from crawler.health.fetch import check_fetch
from crawler.health.metadata import check_metadata
from crawler.health.signs import LEAST, STAGES, Sign, Stage, View
from crawler.health.texts import check_extraction
from crawler.health.usual import COMPARED, ENOUGH, Usual
from crawler.progress import KEPT
from crawler.sources.model import Source
from crawler.storage.seen import WALLS

CHECKS = (check_discovery, check_fetch, check_extraction, check_metadata)
"""In the order of the stages."""

State = Literal["healthy", "quiet", "new", "broken", "never crawled"]
"""`quiet`: the last run brought nothing new, and nothing is wrong. `new`: too little is known to compare with."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign that holds now, and since when it has held without a break."""

    sign: Sign
    since: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a source works as of its last run. `signs` are in the order of the stages."""

    source: str
    state: State
    last_run: datetime | None = None
    last_article: datetime | None = None
    signs: list[Standing] = field(default_factory=list)

    @property
    def stage(self) -> Stage | None:
        """The first stage that fails."""
        return self.signs[0].sign.stage if self.signs else None

    @property
    def since(self) -> datetime | None:
        """Since when that stage has failed."""
        return min((s.since for s in self.signs if s.sign.stage == self.stage), default=None)

    def as_json(self) -> dict[str, Any]:
        """The verdict in what JSON knows."""
        signs = [
            {name: getattr(one.sign, name) for name in ("stage", "kind", "detail", "example")}
            | {"since": one.since.isoformat()}
            for one in self.signs
        ]
        return {
            "source": self.source,
            "state": self.state,
            "stage": self.stage,
            "since": self.since.isoformat() if self.since else None,
            "example": self.signs[0].sign.example if self.signs else None,
            "last_run": self.last_run.isoformat() if self.last_run else None,
            "last_article": self.last_article.isoformat() if self.last_article else None,
            "signs": signs,
        }


def judge(source: Source, history: History) -> Verdict:
    """The verdict on `source` by what its runs saw."""
    if not history.runs:
        return Verdict(source.name, "never crawled")
    trial = _Trial(source, history)
    for run in history.runs:
        trial.hear(run)
    signs = trial.standing
    last = history.runs[-1]
    if not signs:
        began = ((sign, datetime.combine(day, time(), UTC)) for sign, day in check_days(source, history.runs))
        signs = [Standing(sign, since) for sign, since in began]
    brought = any(page.kept for page in last.pages) or last.stats.get(KEPT)
    state: State = "broken" if signs else "healthy" if brought else "quiet"
    if state == "healthy" and len(trial.usual.pages) < ENOUGH:
        state = "new"
    kept = [page.captured for run in history.runs for page in run.pages if page.kept]
    return Verdict(source.name, state, last.started, max(kept, default=None), signs)


class _Trial:
    """Goes through the runs of a source, and knows which signs hold since when."""

    def __init__(self, source: Source, history: History) -> None:
        self.source = source
        self.usual = Usual()
        self.standing: list[Standing] = []
        self._history = history
        self._before: Run | None = None
        self._pages: dict[bytes, Page] = {}
        self._recent: deque[bytes] = deque(maxlen=COMPARED)

    def hear(self, run: Run) -> None:
        """Judge a run, and learn from it where it is healthy."""
        view = self._view(run)
        signs = [sign for check in CHECKS for sign in check(view)]
        signs += self._undecided(view, {(sign.stage, sign.kind) for sign in signs})
        since = {(one.sign.stage, one.sign.kind): one.since for one in self.standing}
        standing = [Standing(sign, since.get((sign.stage, sign.kind), run.started)) for sign in signs]
        self.standing = sorted(standing, key=lambda one: STAGES.index(one.sign.stage))
        failing = {sign.stage for sign in signs}
        if failing <= {"discovery"}:
            self.usual.learn(run, view.fresh)
        if "discovery" not in failing:
            self.usual.learn_listings(run)
        self._before = run

    def _undecided(self, view: View, found: set[tuple[Stage, str]]) -> list[Sign]:
        """The signs of failed fetches from before, where this run asked again, too little to judge, and got nothing."""
        asked = bool(view.run.pages or view.run.failures())
        if not asked or any(page.answered and page.outcome not in WALLS for page in view.fresh):
            return []
        old = (one.sign for one in self.standing if one.sign.stage == "fetch")
        return [sign for sign in old if (sign.stage, sign.kind) not in found]

    def _view(self, run: Run) -> View:
        pages = [page for page in run.pages if page.status is None or page.status // 100 != 3]
        fresh = [page for page in pages if page.digest not in self._pages]
        self._pages.update((page.digest, page) for page in pages)
        self._recent.extend(page.digest for page in fresh)
        count = max(LEAST, len(fresh))
        recent = [self._pages[digest] for digest in self._recent]
        return View(self.source, self._history, run, self._before, fresh, recent[-count:], recent, self.usual)
