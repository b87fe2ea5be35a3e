"""A difference split by cause: worked out by hand in tiny municipalities, and intervals that keep what they promise."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import numpy as np
import pytest

from analys.hand import PRICE, cohort, constant, scenario
from hjalp import kommun
from sim.analysis.waterfall import Split, Waterfall, causes_of, question, split, waterfall
from sim.analysis.waterfall_text import future_rows, part_rows, waterfall_lines
from sim.config import Kommun, Scenario
from sim.errors import HemmaplanError
from sim.experiment import Study, run_study
from sim.labels import LABELS
from sim.loading import load_kommun, load_scenario


def two_prices() -> Kommun:
    """Ten stay 30 days in a, four 50 days in b, all bought: 300 and 200 dygn."""
    bought = {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE}}
    return kommun(
        {"ett": bought, "annat": bought},
        {"in_a": cohort("2018-02-01", 10, "a"), "in_b": cohort("2018-03-01", 4, "b")},
        {
            "a": {"behov": {"plats": ["ett"]}, "utfall": constant(30)},
            "b": {"behov": {"plats": ["annat"]}, "utfall": constant(50)},
        },
        slut="2018-12-31",
    )


def one_house() -> Kommun:
    """One place at home, taken by nobody else; three come at once, stay 40 days, and two are bought a place at once."""
    return kommun(
        {
            "hem": {"typ": "boende", "platser": 1},
            "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE}},
        },
        {"in": cohort("2018-02-01", 3, "a")},
        {
            "a": {
                "behov": {"plats": ["hem"], "vanta_hogst_dagar": 0.0, "reserv": "kopt"},
                "utfall": constant(40),
            }
        },
        slut="2018-12-31",
    )


def made(kommun: Kommun, *scenarios: Scenario, count: int = 3, **asked: Any) -> Waterfall:
    return waterfall(question(Study(kommun, scenarios, count, arbetare=1), **asked))


def kronor(each: Split, values: Any) -> list[float]:
    assert LABELS[each.figure.measure].enhet == "kr"
    return [float(value) / 100 for value in values]


def test_two_causes_that_do_not_meet_have_no_interaction() -> None:
    """100 kr dearer for 300 dygn, and 4 × 10 days longer at 1 000 kr."""
    dearer = {"mal": "resurser.ett.dygnskostnad_kr.medel", "plus": 100.0}
    longer = {"mal": "verksamheter.v.steg.b.utfall.klar.tid.medel", "plus": 10.0}
    found = made(two_prices(), scenario("bada", dearer, longer))
    asked = found.splits[0]
    assert kronor(asked, asked.alone[0]) == [30_000.0] * 3
    assert kronor(asked, asked.alone[1]) == [40_000.0] * 3
    assert kronor(asked, asked.total) == [70_000.0] * 3
    assert asked.interaction.tolist() == [0.0] * 3
    assert (asked.without == asked.alone).all()
    assert "Ändringarna påverkar inte varandra" in "\n".join(waterfall_lines(found))


def test_two_causes_that_meet_in_one_number_interact_by_their_product() -> None:
    """Ten stay 30 days at 1 000 kr: 200 kr dearer gives 60 000, 5 days longer 50 000, both 10 × 5 × 200 more."""
    dearer = {"mal": "resurser.ett.dygnskostnad_kr.medel", "plus": 200.0}
    longer = {"mal": "verksamheter.v.steg.a.utfall.klar.tid.medel", "plus": 5.0}
    asked = made(two_prices(), scenario("bada", dearer, longer)).splits[0]
    assert kronor(asked, asked.interaction) == [10_000.0] * 3
    assert kronor(asked, asked.total) == [120_000.0] * 3
    assert kronor(asked, asked.without[0]) == [70_000.0] * 3


def test_two_changes_that_fill_the_same_place() -> None:
    """Each alone gives the last two what they need: two places more, or two fewer who come. Both: nothing more."""
    places = {"mal": "resurser.hem.platser", "plus": 2}
    shorter = {"mal": "verksamheter.v.inflode.in.kohorter.k.antal", "plus": -2}
    asked = made(one_house(), scenario("bada", places, shorter), measure="varddygn_extern", area="v").splits[0]
    dygn = 2**20
    assert (asked.alone / dygn).tolist() == [[-80.0] * 3] * 2
    assert (asked.total / dygn).tolist() == [-80.0] * 3
    assert (asked.interaction / dygn).tolist() == [80.0] * 3
    assert asked.without.tolist() == [[0.0] * 3] * 2


def test_three_causes_have_runs_of_their_own() -> None:
    """Price, length and number of one and the same: (10+1)(30+3)(1000+100) − 10·30·1000 = 99 300 kr."""
    changes = [
        {"mal": "resurser.ett.dygnskostnad_kr.medel", "plus": 100.0},
        {"mal": "verksamheter.v.steg.a.utfall.klar.tid.medel", "plus": 3.0},
        {"mal": "verksamheter.v.inflode.in_a.kohorter.k.antal", "plus": 1},
    ]
    found = made(two_prices(), scenario("alla", *changes), count=2)
    asked = found.splits[0]
    assert [kronor(asked, row) for row in asked.alone] == [[30_000.0] * 2] * 3
    assert kronor(asked, asked.total) == [99_300.0] * 2
    assert kronor(asked, asked.interaction) == [9_300.0] * 2
    assert [kronor(asked, row) for row in asked.without] == [[36_300.0] * 2] * 3
    assert len(found.result.tables) == 1 + 1 + 3 + 3


def test_changes_with_the_same_orsak_are_one_cause() -> None:
    changes = [
        {"mal": "resurser.ett.dygnskostnad_kr.medel", "plus": 100.0, "orsak": "Dyrare år"},
        {"mal": "verksamheter.v.steg.b.utfall.klar.tid.medel", "plus": 10.0},
        {"mal": "resurser.annat.dygnskostnad_kr.medel", "plus": 100.0, "orsak": "Dyrare år"},
    ]
    found = made(two_prices(), scenario("bada", *changes))
    asked = found.splits[0]
    longer = "V, b, klar, tid, medel: +10 (från 50 till 60) hela perioden"
    assert [cause.name for cause in found.causes] == ["Dyrare år", longer]
    assert kronor(asked, asked.alone[0]) == [50_000.0] * 3
    assert kronor(asked, asked.interaction) == [4_000.0] * 3


def test_from_one_scenario_to_another() -> None:
    """Common to both is no cause; what both do to the same number is one; what only the first does is taken away."""
    common = {"mal": "verksamheter.v.steg.b.utfall.klar.tid.medel", "plus": 10.0}
    first = scenario("ett", common, {"mal": "resurser.ett.dygnskostnad_kr.medel", "plus": 100.0})
    second = scenario("annat", {"mal": "resurser.ett.dygnskostnad_kr.medel", "plus": 300.0}, common)
    found = made(two_prices(), first, second)
    (cause,) = found.causes
    assert "i stället för" in cause.name
    asked = found.splits[0]
    assert kronor(asked, asked.total) == [60_000.0] * 3
    assert asked.interaction.tolist() == [0.0] * 3
    back = made(two_prices(), first, scenario("annat", common))
    assert back.causes[0].name.startswith("inte längre: ett, kronor per dygn, medel: +100")
    assert kronor(back.splits[0], back.splits[0].total) == [-30_000.0] * 3


def test_from_the_second_to_the_first_alone_and_without_change_places_and_sign() -> None:
    places = scenario("platser", {"mal": "resurser.hem.platser", "plus": 1})
    fewer = scenario("farre", {"mal": "verksamheter.v.inflode.in.kohorter.k.antal", "plus": -1})
    there, back = (made(one_house(), *pair).splits[0] for pair in ((places, fewer), (fewer, places)))
    assert (there.total == -back.total).all()
    assert (there.alone == -back.without[::-1]).all()


def test_parts_sum_to_the_difference_in_every_future_and_in_the_whole_kommun() -> None:
    """A shipped kommun: every key figure, in whole öre; and the part that is simulated answers as the whole would."""
    whole, changes = load_kommun("sodertalje_2019"), ("stodboende_5", "sociala_kontrakt_5")
    both = [change for name in changes for change in load_scenario(name).andringar]
    both_at_once = load_scenario("stodboende_5").model_copy(update={"andringar": tuple(both)})
    study = Study(whole, (both_at_once,), 2, arbetare=1)
    found = waterfall(question(study))
    assert set(found.kommun.verksamheter) == {"missbruk"}
    assert len(found.splits) > 5
    for each in found.splits:
        assert (each.parts.sum(axis=0) == each.total).all()
        assert np.isfinite(each.total).all()
    result = run_study(study)
    net = [table.of(("alla", "nettokostnad", ""), "2019–2021") for table in result.tables]
    assert kronor(found.splits[0], found.splits[0].total) == pytest.approx(net[1] - net[0], abs=1e-4)
    futures = [row for row in future_rows(found) if row[0] == 1]
    assert sum(float(str(row[-1])) for row in futures[:-1]) == pytest.approx(float(str(futures[-1][-1])), abs=1e-6)
    assert {row[4] for row in part_rows(found)} >= {cause.name for cause in found.causes}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"measure": "nettokostnaden"}, "menade du nettokostnad"),
        ({"area": "missbruk"}, "--verksamhet = missbruk: finns inte"),
        ({"part": "hej"}, "--del = hej: finns inte"),
    ],
)
def test_what_cannot_be_asked_is_said(asked: dict[str, str], says: str) -> None:
    dearer = scenario("dyrare", {"mal": "resurser.ett.dygnskostnad_kr.medel", "plus": 100.0})
    with pytest.raises(HemmaplanError, match=says):
        question(Study(two_prices(), (dearer,), 2), **asked)


def test_scenarios_that_do_not_differ_are_refused() -> None:
    dearer = scenario("dyrare", {"mal": "resurser.ett.dygnskostnad_kr.medel", "plus": 100.0})
    with pytest.raises(HemmaplanError, match="samma ändringar"):
        causes_of(two_prices(), dearer, dearer.model_copy(update={"id": "annat"}))


def test_a_cause_that_cannot_be_had_alone_is_refused_with_a_remedy() -> None:
    shares = kommun(
        {},
        {"in": {"per_ar": 10.0, "forsta_steg": "a"}},
        {
            "a": {"utfall": {"klar": {"tid": {"medel": 10.0, "cv": 1.0}, "nasta": {"b": 0.6, "avslut": 0.4}}}},
            "b": {"utfall": constant(10)},
        },
    )
    path = "verksamheter.v.steg.a.utfall.klar.nasta"
    both = scenario("b", {"mal": f"{path}.b", "plus": 0.45}, {"mal": f"{path}.b", "plus": -0.2})
    with pytest.raises(HemmaplanError, match=r"går inte att skilja.*samma orsak"):
        question(Study(shares, (both,), 2))


LAMBDA, DAYS, MORE, LONGER = 400.0, 9, 1.5, 12
END = date(2018, 2, 28)
HORIZON = (END - date(2018, 1, 1)).days + 1


def expected_dygn(per_year: float, days: int) -> float:
    """Bought dygn to the horizon of Poisson arrivals that stay D whole days: min(D, T − day) each."""
    return per_year / 365.25 * sum(min(days, HORIZON - day) for day in range(HORIZON))


def covered(studies: int, replications: int) -> dict[str, float]:
    """Share of small studies whose 95 % interval holds the true part. One long study is cut in pieces."""
    tiny = kommun(
        {"kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE}}},
        {"in": {"per_ar": LAMBDA, "forsta_steg": "a"}},
        {"a": {"behov": {"plats": ["kopt"]}, "utfall": constant(DAYS)}},
        slut=END.isoformat(),
    )
    changes = scenario(
        "bada",
        {"mal": "verksamheter.v.inflode.in.per_ar", "ganger": MORE},
        {"mal": "verksamheter.v.steg.a.utfall.klar.tid.medel", "satt": float(LONGER)},
    )
    asked = question(Study(tiny, (changes,), studies * replications, arbetare=1), area="v", measure="varddygn_extern")
    whole = split(run_study(asked.study), asked.figures[0], 2)
    v = {(more, longer): expected_dygn(LAMBDA * more, longer) for more in (1.0, MORE) for longer in (DAYS, LONGER)}
    truth = {
        "fler": v[MORE, DAYS] - v[1.0, DAYS],
        "langre": v[1.0, LONGER] - v[1.0, DAYS],
        "samverkan": v[MORE, LONGER] - v[MORE, DAYS] - v[1.0, LONGER] + v[1.0, DAYS],
        "tillsammans": v[MORE, LONGER] - v[1.0, DAYS],
    }
    parts = dict(zip(truth, [*whole.parts, whole.total], strict=True))
    inside = dict.fromkeys(truth, 0)
    for name, values in parts.items():
        for piece in values.reshape(studies, replications):
            _, low, high = whole.interval(piece)
            inside[name] += low <= truth[name] <= high
    shares = {name: count / studies for name, count in inside.items()}
    logging.getLogger("analys").info("waterfall, %d studies of %d: %s", studies, replications, shares)
    return shares


def test_intervals_of_the_parts_cover_the_truth_in_short() -> None:
    for name, share in covered(60, 10).items():
        assert 0.86 <= share <= 1.0, (name, share)


@pytest.mark.slow
def test_intervals_of_the_parts_cover_the_truth() -> None:
    """2 000 studies of 12 possible futures: 95 % ± three standard errors of the share itself."""
    for name, share in covered(2000, 12).items():
        assert 0.935 <= share <= 0.965, (name, share)
