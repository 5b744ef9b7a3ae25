"""From an address to the draft of a source: looks at the site, drafts, and sees what the draft makes of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.prospect.answers import Extract, Fetch
from crawler.prospect.checking import rules_of
from crawler.prospect.draft import Draft, make_draft
from crawler.prospect.samples import Sample
from crawler.prospect.survey import Survey
from crawler.prospect.surveyor import Notice, Surveyor
from crawler.sources.model import Source


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out, the draft (None where no source can be made), and the sample articles by its rules."""

    survey: Survey
    draft: Draft | None = None
    samples: Sequence[Sample] = ()


async def find_out(source: Source, fetch: Fetch, extract: Extract, notice: Notice) -> Findings:
    """Look at the site of `source`, of which no more is known than its name and its homepage.

    Raises SourceError where the draft is no sound source.
    """
    survey = await Surveyor(fetch, extract, notice).look(source.homepage)
    if survey.trouble is not None:
        return Findings(survey)
    draft = make_draft(survey, source.name, datetime.now(UTC).date(), source.politeness.allow_private)
    rules = rules_of(draft.source())
    return Findings(survey, draft, [await sample.again(extract, rules) for sample in survey.samples])


def head_of(survey: Survey) -> str:
    """The comment on top of the file."""
    return (
        f"Written by `scrapy newsource {survey.homepage}` on {survey.now:%Y-%m-%d}, after {survey.requests} requests.\n"
        "Each comment says where the value below it comes from. Change what is wrong; docs/sources.md has all keys."
    )
