"""One payment's two parties screened for the first time, against scoring every entry with rapidfuzz's WRatio."""

from itertools import cycle, islice

from rapidfuzz import fuzz, process, utils

from tests.benchmarks import Row
from tests.benchmarks.interleaved import ratio_row, repeat, spread
from tests.benchmarks.names.held import LIST, kind_of, parties_of
from tests.benchmarks.names.sets import make_entries, make_positives
from tokenpay.adapters.screening.name_matcher import NameMatcher
from tokenpay.compliance.name_hit import NAME_THRESHOLD

ENTRIES, ROUNDS, SEED = 20_000, 15, 7
GOAL = 20.0
WRATIO_THRESHOLD = 84
"""The same share of full likeness that we ask for."""


def run() -> list[Row]:
    """Screen other names in every round, so that nothing is known from before, both ways in turns."""
    entries = make_entries(ENTRIES, seed=SEED)
    matcher = NameMatcher({LIST: parties_of(entries)})
    names = [(entry.id, utils.default_process(name.text)) for entry in entries for name in entry.names]
    texts = [text for _, text in names]
    pairs = list(make_positives(entries, 2 * ROUNDS, seed=SEED))
    found = {"ours": 0, "peer": 0}
    seconds: dict[str, list[float]] = {"ours": [], "peer": []}
    for first, second in islice(zip(pairs[::2], pairs[1::2], strict=True), ROUNDS):
        both = cycle((first, second))

        def ask() -> None:
            each = next(both)  # noqa: B023 - asked within the round
            hits = matcher.match(each.text, kind=kind_of(each.is_organisation))
            found["ours"] += any(hit.entry_id == each.entry_id for hit in hits)

        def ask_peer() -> None:
            each = next(both)  # noqa: B023 - asked within the round
            text = utils.default_process(each.text)
            hits = process.extract(text, texts, scorer=fuzz.WRatio, limit=None, score_cutoff=WRATIO_THRESHOLD)
            found["peer"] += any(names[at][0] == each.entry_id for _, _, at in hits)

        seconds["ours"].append(2 * repeat(2, ask))
        seconds["peer"].append(2 * repeat(2, ask_peer))
    share = {who: count / (2 * ROUNDS) for who, count in found.items()}
    micros = [each * 1e3 for each in seconds["ours"]]
    return [
        ratio_row(
            f"both parties of a payment, {ENTRIES:,} entries of 3 names: times WRatio over every name",
            seconds["peer"],
            seconds["ours"],
            at_least=GOAL,
        ),
        Row(
            what=f"entries found at {NAME_THRESHOLD / 1_000}, beside WRatio's at {WRATIO_THRESHOLD}",
            figure=f"{share['ours']:.0%} and {share['peer']:.0%}",
            goal="no less",
            missed=share["ours"] < share["peer"],
        ),
        Row(
            what="both parties of a payment, the first time",
            figure=f"{sorted(micros)[ROUNDS // 2]:.1f} ms",
            spread=spread(micros, "{:.1f}"),
        ),
    ]
