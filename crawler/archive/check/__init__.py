"""Our own strict checker of archives: WARC 1.0 and 1.1, CDXJ, WACZ, and our texts against their records.

It reads the exact bytes with a scanner of its own, for what it must see is what a reader hides. `check` checks
whatever is at some paths; each breach of a rule comes back as a `Finding`. The rules are in `RULES`.
"""

from crawler.archive.check.findings import Finding
from crawler.archive.check.rules import RULES, Rule
from crawler.archive.check.runner import Summary, check

__all__ = ["RULES", "Finding", "Rule", "Summary", "check"]
