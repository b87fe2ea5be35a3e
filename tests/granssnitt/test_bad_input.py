"""Every kind of bad input gets exit code 2, a Swedish error that says what and how, and leaves no trace on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from granssnitt.rot import (
    DEL,
    FORECAST,
    HEM_2,
    JAMFOR,
    KOMMUN,
    KOR,
    PROV,
    SCENARIO,
    assert_swedish_error,
    change,
    everything_in,
    run,
    write,
)

Change = Callable[[Path], None]


def replaced(path: str, old: str, new: str) -> Change:
    return lambda root: change(root / path, old, new)


def written(path: str, text: str, encoding: str = "utf-8") -> Change:
    return lambda root: write(root / path, text, encoding)


def unchanged(root: Path) -> None:
    pass


@dataclass(frozen=True)
class Bad:
    """What is done to a sound project, the command, and what the error must hold."""

    name: str
    change: Change
    words: tuple[str, ...]
    says: tuple[str, ...]


PLATSER = "    platser: 3\n"
ONE_OFF = "+scenarios.egen={namn: Prov, motiv: prov, andringar: [%s]}"
PATIENCE = """\
        tar_tillbaka: {tid: {medel: 90, cv: 1.0}}
        nasta_vid_avhopp: avslut
"""
END_OF_CONTRACT = """\
        utfall:
          klar:
            tid: {medel: 300, cv: 0.5}
            nasta: {avslut: 1.0}
"""
BACK_FROM_CONTRACT = "        kvar: true\n" + END_OF_CONTRACT.replace("avslut:", "boende:")

BAD_KOMMUN = [
    Bad("unknown_next_step", replaced(KOMMUN, "nasta: {kontrakt: 0.2", "nasta: {kontrakten: 0.2"), JAMFOR,
        ("stod.steg.boende.utfall.klar.nasta = kontrakten", "menade du kontrakt?", KOMMUN)),
    Bad("shares_above_one", replaced(KOMMUN, "{boende: 0.5, avslut: 0.5}", "{boende: 0.6, avslut: 0.5}"), JAMFOR,
        ("utredning.utfall.klar.nasta:", "ska bli 1, blir 1,1", KOMMUN)),
    Bad("negative_places", replaced(KOMMUN, PLATSER, "    platser: -3\n"), JAMFOR,
        ("resurser.hem.platser = -3: måste vara minst 0", KOMMUN)),
    Bad("ring_of_blocked_places", replaced(KOMMUN, END_OF_CONTRACT, BACK_FROM_CONTRACT), JAMFOR,
        ("kvar: true kan låsa", "hem", "kontrakt")),
    Bad("blocked_without_a_way_out", replaced(KOMMUN, PATIENCE, ""), JAMFOR,
        ("stod.steg.kontrakt", "reserv", "tar_tillbaka")),
    Bad("limit_without_reserve", replaced(KOMMUN, ", reserv: kopt, hemtagning: {tidigast_dagar: 10}", ""), JAMFOR,
        ("steg.boende.behov.vanta_hogst_dagar:", "kräver en reserv")),
    Bad("missing_source", replaced(DEL, '["**"]', '["resurser.**"]'), JAMFOR,
        ("verksamheter.stod.inflode.ansokan.per_ar = 20", "källa saknas", "kallor")),
    Bad("source_that_fits_nothing", replaced(DEL, '["**"]', '["**", resurser.hm.platser]'), JAMFOR,
        ("kallor.allt.galler = resurser.hm.platser", "passar inte på något tal")),
    Bad("decimal_comma", replaced(KOMMUN, PLATSER, "    platser: 8,1\n"), JAMFOR,
        ("resurser.hem.platser = 8,1", "punkt: 8.1", KOMMUN)),
    Bad("number_as_text", replaced(KOMMUN, PLATSER, "    platser: '3'\n"), JAMFOR,
        ("resurser.hem.platser = 3", "är text, inte ett tal")),
    Bad("no_for_a_number", replaced(KOMMUN, PLATSER, "    platser: no\n"), JAMFOR,
        ("resurser.hem.platser", "ja eller nej", "ska vara ett tal")),
    Bad("true_for_a_number", replaced(KOMMUN, PLATSER, "    platser: true\n"), JAMFOR,
        ("resurser.hem.platser = true", "ja eller nej", "ska vara ett tal")),
    Bad("nothing_for_a_number", replaced(KOMMUN, PLATSER, "    platser:\n"), JAMFOR,
        ("resurser.hem.platser = null", "ska vara ett tal")),
    Bad("not_a_number", replaced(KOMMUN, PLATSER, "    platser: .nan\n"), JAMFOR,
        ("resurser.hem.platser = nan", "ska vara ett tal")),
    Bad("list_for_a_number", replaced(KOMMUN, PLATSER, "    platser: [3]\n"), JAMFOR,
        ("resurser.hem.platser", "ska vara ett tal")),
    Bad("kommunkod_without_quotes", replaced(KOMMUN, '"0180"', "0114"), JAMFOR,
        ("kommunkod = 76", "citattecken", "'0180'")),
    Bad("kommunkod_of_five_digits", replaced(KOMMUN, '"0180"', '"01800"'), JAMFOR,
        ("kommunkod = 01800", "fyra siffror")),
    Bad("unknown_key", replaced(KOMMUN, PLATSER, "    platser: 3\n    fast_kostnad: 700\n"), JAMFOR,
        ("resurser.hem.fast_kostnad: okänd nyckel", "tillåtet: fast_kostnad_kr_per_plats_och_dygn", KOMMUN)),
    Bad("misspelt_key", replaced(KOMMUN, PLATSER, "    platsr: 3\n"), JAMFOR,
        ("resurser.hem.platsr: okänd nyckel; menade du platser?", "resurser.hem.platser: saknas")),
    Bad("misspelt_part_of_the_kommun", replaced(KOMMUN, "resurser:\n", "resusrer:\n"), JAMFOR,
        ("resusrer: okänd nyckel; menade du resurser?", "resurser: saknas")),
    Bad("unknown_type_of_resource", replaced(KOMMUN, "  hem:\n    typ: boende", "  hem:\n    typ: boendet"), JAMFOR,
        ("resurser.hem.typ = boendet", "menade du boende?")),
    Bad("unknown_distribution", replaced(KOMMUN, "fordelning: blandning", "fordelning: blanding"), JAMFOR,
        ("tid.fordelning = blanding", "menade du blandning?")),
    Bad("date_in_another_form", replaced(KOMMUN, "slut: 2019-12-31", "slut: 31/12 2019"), JAMFOR,
        ("slut = 31/12 2019", "ÅÅÅÅ-MM-DD")),
    Bad("date_that_does_not_exist", replaced(KOMMUN, "slut: 2019-12-31", "slut: 2019-02-30"), JAMFOR,
        ("slut = 2019-02-30", "ÅÅÅÅ-MM-DD")),
    Bad("end_before_start", replaced(KOMMUN, "slut: 2019-12-31", "slut: 2017-12-31"), JAMFOR,
        ("slut = 2017-12-31", "2018-01-01")),
    Bad("id_that_is_not_the_file", replaced(KOMMUN, "id: prov", "id: annan"), JAMFOR,
        ("prov.yaml: id = annan", "ska vara filens namn, prov")),
    Bad("same_number_in_two_files", written(DEL, "basar: 2018\n"), JAMFOR, ("basar: står i två filer",)),
    Bad("missing_part", replaced(KOMMUN, "prov/kallor@_here_", "prov/kallorna@_here_"), JAMFOR,
        ("prov.yaml, defaults: prov/kallorna", "menade du prov/kallor?")),
    Bad("parts_not_in_a_list", replaced(KOMMUN, "  - _self_\n  - prov/kallor@_here_\n", "  3\n"), JAMFOR,
        ("prov.yaml, defaults = 3: ska vara en lista",)),
    Bad("part_put_elsewhere", replaced(KOMMUN, "prov/kallor@_here_", "prov/kallor"), JAMFOR,
        ("prov.yaml, defaults: prov/kallor: ska vara prov/kallor@_here_",)),
    Bad("reference_to_nothing", replaced(KOMMUN, PLATSER, "    platser: ${resurser.hm.platser}\n"), JAMFOR,
        ("resurser.hem.platser", "hänvisningen")),
    Bad("value_left_out", replaced(KOMMUN, PLATSER, "    platser: ???\n"), JAMFOR,
        ("resurser.hem.platser", "värde saknas")),
]  # fmt: skip

BAD_SCENARIO = [
    Bad("scenario_date_outside_the_run", replaced(SCENARIO, "2019-01-01", "2023-01-01"), JAMFOR,
        ("hem_2", "fran = 2023-01-01", "2018-01-01 till 2019-12-31")),
    Bad("unknown_target", replaced(SCENARIO, "resurser.hem.platser", "resurser.hem.plats"), JAMFOR,
        ("hem_2, ändring 1: mal = resurser.hem.plats", "menade du resurser.hem.platser?")),
    Bad("both_satt_and_plus", replaced(SCENARIO, "plus: 2", "plus: 2, satt: 4"), JAMFOR,
        ("scenarios.hem_2.andringar.1: ange precis ett av satt, plus och ganger",)),
    Bad("neither_satt_nor_plus", replaced(SCENARIO, ", plus: 2", ""), JAMFOR,
        ("scenarios.hem_2.andringar.1: ange precis ett av satt, plus och ganger",)),
    Bad("from_after_to", replaced(SCENARIO, "fran: 2019-01-01", "fran: 2019-06-01, till: 2019-01-01"), JAMFOR,
        ("scenarios.hem_2.andringar.1: till (2019-01-01) ligger före fran (2019-06-01)",)),
    Bad("misspelt_key_in_scenario", replaced(SCENARIO, "motiv:", "motivering:"), JAMFOR,
        ("scenarios.hem_2.motivering: okänd nyckel; menade du motiv?",)),
    Bad("scenario_without_changes", replaced(SCENARIO, "  - {mal: resurser.hem.platser, plus: 2, fran: 2019-01-01}",
        "  []"), JAMFOR, ("scenarios.hem_2.andringar", "minst 1")),
    Bad("scenario_into_negative", replaced(SCENARIO, "plus: 2", "plus: -5"), JAMFOR,
        ("hem_2", "resurser.hem.platser = -2", "minst 0")),
    Bad("header_of_another_scenario", replaced(SCENARIO, "scenarios.hem_2", "scenarios.hem2"), JAMFOR,
        ("scenarios/hem_2.yaml", "scenarios.hem2", "ska vara # @package scenarios.hem_2")),
    Bad("scenario_without_header", written(SCENARIO, HEM_2.split("\n", 1)[1]), JAMFOR,
        ("scenarios/hem_2.yaml, rad 1", "ska vara # @package scenarios.hem_2")),
    Bad("empty_scenario", written(SCENARIO, "# @package scenarios.hem_2\n"), JAMFOR,
        ("hem_2.yaml: filen ska innehålla nycklar och värden",)),
    Bad("scenario_named_as_the_base", written("scenarios/nulage.yaml", HEM_2.replace("hem_2", "nulage")),
        ("jamfor", "prov", "nulage"), ("scenarios.nulage", "upptaget")),
    Bad("scenario_named_with_a_swedish_letter", written("scenarios/två.yaml", HEM_2.replace("hem_2", "två")),
        ("jamfor", "prov", "två"), ("scenarios/två.yaml", "a-z, 0-9 och understreck")),
    Bad("scenario_given_twice", unchanged, ("jamfor", "prov", "hem_2", "hem_2"), ("hem_2 står två gånger",)),
    Bad("scenario_given_twice_to_hydra", unchanged, (*KOR, "scenarios=[hem_2,team_1,hem_2]"),
        ("hem_2 står två gånger",)),
    Bad("one_off_with_unknown_target", unchanged, (*KOR, ONE_OFF % "{mal: resurser.hm.platser, plus: 2}"),
        ("scenario egen, ändring 1: mal = resurser.hm.platser", "menade du resurser.hem.platser?")),
    Bad("one_off_with_a_misspelt_key", unchanged, (*KOR, ONE_OFF % "{mal: resurser.hem.platser, pluss: 2}"),
        ("scenarios.egen.andringar.1.pluss: okänd nyckel; menade du plus?",)),
]  # fmt: skip

BAD_FILES = [
    Bad("broken_indentation", replaced(KOMMUN, "    arsarbetare: 2\n", "   arsarbetare: 2\n"), JAMFOR,
        ("prov.yaml, rad 19", "inte giltig YAML", "indrag")),
    Bad("tab_for_indentation", replaced(KOMMUN, PLATSER, "\tplatser: 3\n"), JAMFOR,
        ("prov.yaml, rad 26", "inte giltig YAML")),
    Bad("open_bracket_in_scenario", replaced(SCENARIO, "- {mal", "- {{mal"), JAMFOR, ("hem_2.yaml, rad 6",)),
    Bad("key_written_twice", replaced(KOMMUN, PLATSER, "    platser: 3\n    platser: 4\n"), JAMFOR,
        ("prov.yaml, rad 27: nyckeln platser står två gånger",)),
    Bad("key_written_twice_in_scenario", replaced(SCENARIO, "namn:", "namn: A\nnamn:"), JAMFOR,
        ("hem_2.yaml, rad 3: nyckeln namn står två gånger",)),
    Bad("list_as_key", replaced(KOMMUN, "      utredning:\n        namn", "      [utredning]:\n        namn"), JAMFOR,
        ("prov.yaml, rad 53: en nyckel ska vara ett ord",)),
    Bad("kommun_not_in_utf8", written(KOMMUN, PROV, "latin-1"), JAMFOR,
        ("prov.yaml: filen är inte sparad som UTF-8",)),
    Bad("scenario_not_in_utf8", written(SCENARIO, HEM_2.replace("Två", "2"), "utf-16"), JAMFOR,
        ("hem_2.yaml: filen är inte sparad som UTF-8",)),
    Bad("scenario_with_byte_order_mark", written(SCENARIO, HEM_2, "utf-8-sig"), JAMFOR,
        ("scenarios/hem_2.yaml", "utan BOM")),
    Bad("empty_kommun", written(KOMMUN, ""), JAMFOR, ("prov.yaml: filen ska innehålla nycklar och värden",)),
    Bad("python_in_yaml", replaced(KOMMUN, PLATSER, "    platser: !!python/object/apply:os.getcwd []\n"), JAMFOR,
        ("prov.yaml, rad 26", "inte giltig YAML")),
    Bad("config_missing", lambda root: (root / "conf" / "config.yaml").unlink(), JAMFOR,
        ("conf/config.yaml: kan inte läsas", "finns inte")),
    Bad("reconciliation_missing", unchanged, ("avstam", "annan"), ("conf/avstamning/annan.yaml: finns inte",)),
    Bad("results_is_a_file", written("results", "x"), JAMFOR, ("results", "kan inte skrivas", "ligger i vägen")),
    Bad("folder_of_the_kommun_is_a_file", written("results/prov", "x"), JAMFOR,
        ("results/prov: resultaten kan inte skrivas dit", "ligger i vägen")),
]  # fmt: skip

PREDICT = ("prognos", "prov", "--replikationer", "2", "--arbetare", "1")
WARM = "slut: 2019-12-31\nuppvarmning_ar: 3\n"
BAD_START = [
    Bad("forecast_missing", unchanged, ("prognos", "annan"), ("conf/prognos/annan.yaml: finns inte", "inget utfall")),
    Bad("start_in_another_year", replaced(FORECAST, "2018-07-01", "2019-07-01"), PREDICT,
        ("startdag = 2019-07-01: ska vara den första i en månad 2018, till exempel 2018-07-01",)),
    Bad("start_inside_a_month", replaced(FORECAST, "2018-07-01", "2018-07-15"), PREDICT,
        ("startdag = 2018-07-15: ska vara den första i en månad",)),
    Bad("start_that_is_no_date", replaced(FORECAST, "2018-07-01", "juli"), PREDICT,
        ("prognos/prov.yaml.startdag = juli: ska vara ett datum skrivet ÅÅÅÅ-MM-DD",)),
    Bad("start_of_the_kommun_elsewhere", replaced(KOMMUN, "slut: 2019", "startdag: 2017-07-01\nslut: 2019"), JAMFOR,
        ("startdag = 2017-07-01: ska vara den första i en månad 2018",)),
    Bad("rows_that_do_not_add_up", replaced(FORECAST, "utfall_hittills: 1376}", "utfall_hittills: 1380}"), PREDICT,
        ("prognos/prov.yaml.summa.utfall_hittills = 1 380: raderna blir 1 376 och skiljer −4", "darav")),
    Bad("row_of_an_unknown_area", replaced(FORECAST, "stod, matt: varddygn", "stodet, matt: varddygn"), PREDICT,
        ("prognos: volymer.1.poster: verksamhet = stodet: finns inte; menade du stod?",)),
    Bad("row_of_an_unknown_measure", replaced(FORECAST, "varddygn_extern", "varddygn_externt"), PREDICT,
        ("volymer.1.poster: matt = varddygn_externt: finns inte; menade du varddygn_extern?",)),
    Bad("row_of_an_unknown_part", replaced(FORECAST, "del: handlaggare", "del: handlagare"), PREDICT,
        ("rader.3.poster: stod kostnad handlagare: del = handlagare: finns inte; menade du handlaggare?",)),
    Bad("row_of_a_mean", replaced(FORECAST, "varddygn_extern", "arsplatser_extern"), PREDICT,
        ("volymer.1.poster: matt = arsplatser_extern: är ingen summa över tiden",)),
    Bad("row_of_days", replaced(FORECAST, "matt: kostnad, del: handlaggare", "matt: varddygn_extern"), PREDICT,
        ("rader.3.poster: enheten är dygn; i rader räknas kronor",)),
    Bad("row_counted_twice", replaced(FORECAST, "köpt boende, darav: true", "köpt boende"), PREDICT,
        ("rader.2.poster: stod kostnad extern står också i rad 1; den räknas två gånger",)),
    Bad("row_of_nothing", replaced(FORECAST, "ovrigt_tkr: 365, ", ""), PREDICT,
        ("prognos/prov.yaml.rader.4: ange poster", "eller ovrigt_tkr")),
    Bad("row_without_an_outcome", replaced(FORECAST, "budget: 400, utfall_hittills: 181", "budget: 400"), PREDICT,
        ("prognos/prov.yaml.rader.4.utfall_hittills: saknas",)),
    Bad("forecast_without_a_source", replaced(FORECAST, '["**"]', '["rader.**", "summa.*", "volymer.**"]'), PREDICT,
        ("prognos/prov.yaml.nulage.stod.i_steg.boende.hem.antal = 3: källa saknas",)),
    Bad("forecast_of_an_unknown_stock", replaced(FORECAST, "boende: {hem:", "boendet: {hem:"), PREDICT,
        ("prognos: nulage.stod.i_steg.boendet = boendet: steget finns inte; menade du boende?",)),
    Bad("reconciliation_of_half_a_year", replaced(KOMMUN, "slut: 2019", "startdag: 2018-07-01\nslut: 2019"),
        ("avstam", "prov"), ("startdag = 2018-07-01: en avstämning behöver hela basåret", "hemmaplan prognos")),
    Bad("warm_up_and_stock", replaced(KOMMUN, "slut: 2019-12-31\n", WARM), JAMFOR,
        ("uppvarmning_ar = 3: ska vara 0 där nuläget är känt", "stod")),
]  # fmt: skip

BAD_WORDS = [
    Bad("unknown_kommun", unchanged, ("jamfor", "prow"), ("kommun = prow", "menade du prov?")),
    Bad("unknown_kommun_to_hydra", unchanged, ("kor", "kommun=prow"), ("kommun = prow", "menade du prov?")),
    Bad("no_kommun_to_hydra", unchanged, ("kor",), ("kommun saknas", "kommun=…", "annan, prov")),
    Bad("two_kommuner_merged", unchanged, ("kor", "kommun=[prov,annan]"), ("kommun=[prov,annan]", "ett namn")),
    Bad("misspelt_scenario", unchanged, ("jamfor", "prov", "hem_3"), ("scenario = hem_3", "menade du hem_2?")),
    Bad("misspelt_scenario_to_hydra", unchanged, ("kor", "kommun=prov", "scenarios=[hem_3]"),
        ("scenario = hem_3", "menade du hem_2?")),
    Bad("no_replications", unchanged, ("jamfor", "prov", "--replikationer", "0"),
        ("studie.replikationer = 0", "minst 2")),
    Bad("replications_in_words", unchanged, ("jamfor", "prov", "--replikationer", "många"),
        ("--replikationer = många", "heltal")),
    Bad("replications_in_words_to_hydra", unchanged, ("kor", "kommun=prov", "studie.replikationer=hundra"),
        ("studie.replikationer = hundra", "är text, inte ett tal")),
    Bad("a_billion_replications", unchanged, ("jamfor", "prov", "--replikationer", "1000000000"),
        ("studie.replikationer = 1000000000", "högst 100000")),
    Bad("a_billion_replications_to_hydra", unchanged, ("kor", "kommun=prov", "studie.replikationer=1e9"),
        ("studie.replikationer = 1000000000", "heltal")),
    Bad("negative_seed", unchanged, ("jamfor", "prov", "--fro", "-1"), ("studie.fro = -1", "minst 0")),
    Bad("seed_too_large", unchanged, ("jamfor", "prov", "--fro", "9223372036854775808"),
        ("studie.fro = 9223372036854775808", "mindre än 9223372036854775808")),
    Bad("negative_workers", unchanged, ("jamfor", "prov", "--arbetare", "-2"), ("berakning.arbetare = -2", "minst 0")),
    Bad("end_that_is_no_date", unchanged, ("jamfor", "prov", "--slut", "2019-13-01"),
        ("--slut = 2019-13-01", "ÅÅÅÅ-MM-DD")),
    Bad("end_outside_the_run", unchanged, ("jamfor", "prov", "--slut", "2025-01-01"),
        ("studie.slut = 2025-01-01", "2018-01-01 till 2019-12-31")),
    Bad("unknown_engine", unchanged, ("kor", "kommun=prov", "berakning.motor=simpyy"),
        ("berakning.motor = simpyy", "menade du simpy?")),
    Bad("name_that_leaves_results", unchanged, ("kor", "kommun=prov", "studie.namn=../ut"),
        ("studie.namn = ../ut", "a-z, 0-9 och understreck")),
    Bad("unknown_override_key", unchanged, ("kor", "kommun=prov", "studie.replikatoner=3"),
        ("studie.replikatoner", "menade du replikationer?")),
    Bad("unknown_override_group", unchanged, ("kor", "kommun=prov", "stuide.fro=3"),
        ("stuide.fro", "menade du studie?")),
    Bad("unknown_override_resource", unchanged, ("kor", "kommun=prov", "kommun.resurser.hm.platser=3"),
        ("kommun.resurser.hm.platser", "menade du hem?")),
    Bad("override_below_a_number", unchanged, ("kor", "kommun=prov", "kommun.resurser.hem.platser.x=3"),
        ("kommun.resurser.hem.platser.x", "inga nycklar under sig")),
    Bad("new_key_that_is_unknown", unchanged, ("kor", "kommun=prov", "+stduie.fro=3"),
        ("stduie: okänd nyckel", "menade du studie?")),
    Bad("new_key_that_is_there", unchanged, ("kor", "kommun=prov", "+studie.fro=3"), ("studie.fro", "utan +")),
    Bad("removed_key_that_is_not_there", unchanged, ("kor", "kommun=prov", "~kommun.resurser.hm"),
        ("kommun.resurser.hm", "menade du hem?")),
    Bad("override_without_value", unchanged, ("kor", "kommun=prov", "studie.fro"),
        ("studie.fro: kan inte tolkas", "nyckel=värde")),
    Bad("override_with_an_open_bracket", unchanged, ("kor", "kommun=prov", "scenarios=[hem_2"),
        ("scenarios=[hem_2: kan inte tolkas", "nyckel=värde")),
    Bad("override_with_bare_swedish_letters", unchanged, ("kor", "kommun=prov", "kommun.namn=Växjö"),
        ("kommun.namn=Växjö: kan inte tolkas", "citattecken")),
    Bad("override_without_key", unchanged, ("kor", "kommun=prov", "=3"), ("=3: kan inte tolkas",)),
    Bad("empty_override", unchanged, ("kor", "kommun=prov", ""), ("ett tomt ord: kan inte tolkas",)),
    Bad("unknown_study_option", unchanged, ("kor", "kommun=prov", "studie=snab"),
        ("studie = snab", "menade du snabb?")),
    Bad("unknown_calculation_option", unchanged, ("kor", "kommun=prov", "berakning=lokl"),
        ("berakning = lokl", "menade du lokal?")),
    Bad("sweep_without_multirun", unchanged, ("kor", "kommun=prov,annan"), ("kommun=prov,annan", "--multirun")),
    Bad("unknown_kommun_in_multirun", unchanged, ("kor", "--multirun", "kommun=prow,annan"),
        ("kommun = prow", "menade du prov?")),
    Bad("unknown_key_in_multirun", unchanged, ("kor", "--multirun", "kommun=prov,annan", "studie.frö=3"),
        ("studie.frö=3: kan inte tolkas",)),
    Bad("bad_value_in_multirun", unchanged, ("kor", "-m", "kommun=prov", "studie.fro=-1,-2"),
        ("studie.fro = -1", "studie.fro = -2", "minst 0")),
    Bad("flag_of_hydra", unchanged, ("kor", "kommun=prov", "--cfg", "job"), ("--cfg: okänt val", "--multirun")),
    Bad("misspelt_flag_to_hydra", unchanged, ("kor", "kommun=prov", "--multrun"),
        ("--multrun", "menade du --multirun?")),
    Bad("unknown_command", unchanged, ("jamför", "prov"), ("jamför: okänt kommando", "menade du jamfor?")),
    Bad("unknown_flag", unchanged, ("jamfor", "prov", "--replikatoner", "3"),
        ("--replikatoner: okänt val", "menade du --replikationer?")),
    Bad("flag_without_value", unchanged, ("jamfor", "prov", "--replikationer"), ("--replikationer: värde saknas",)),
    Bad("missing_argument", unchanged, ("jamfor",), ("KOMMUN saknas", "hemmaplan jamfor --hjalp")),
    Bad("missing_second_argument", unchanged, ("varians", "prov"), ("SCENARIO saknas", "hemmaplan varians --hjalp")),
    Bad("word_too_many", unchanged, ("avstam", "prov", "hem_2"), ("hem_2: ett ord för mycket",)),
    Bad("unknown_verksamhet", unchanged, ("varians", "prov", "hem_2", "--verksamhet", "stöd"),
        ("verksamhet = stöd", "menade du stod?")),
    Bad("unknown_measure", unchanged,
        ("varians", "prov", "hem_2", "--verksamhet", "stod", "--matt", "varddygn_externa", *JAMFOR[3:]),
        ("matt = varddygn_externa", "menade du varddygn_extern?")),
    Bad("measure_that_does_not_vary", unchanged,
        ("varians", "prov", "hem_2", "--verksamhet", "stod", "--matt", "budget", *JAMFOR[3:]),
        ("matt = budget", "lika i alla")),
]  # fmt: skip

ALL = [*BAD_KOMMUN, *BAD_START, *BAD_SCENARIO, *BAD_FILES, *BAD_WORDS]


@pytest.mark.parametrize("bad", ALL, ids=[bad.name for bad in ALL])
def test_refused_in_swedish_with_nothing_written(bad: Bad, rot: Path) -> None:
    bad.change(rot)
    before = everything_in(rot.parent)
    ran = run(*bad.words)
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    for part in bad.says:
        assert part in ran.err
    assert everything_in(rot.parent) == before


def test_earlier_results_survive_a_refusal(rot: Path) -> None:
    write(rot / "results" / "prov" / "2020-01-01_00-00-00" / "sammanfattning.md", "viktigt")
    before = everything_in(rot / "results")
    assert run("jamfor", "prov", "--replikationer", "0").code == 2
    assert everything_in(rot / "results") == before


@pytest.mark.parametrize("refused", ["pathlib.Path.mkdir", "tempfile.mkdtemp"])
def test_no_permission_to_write_results(refused: str, rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    before = everything_in(rot.parent)
    with monkeypatch.context() as patched:
        patched.setattr(refused, refuse)
        ran = run(*JAMFOR)
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    assert "results/prov: resultaten kan inte skrivas dit (behörighet saknas)" in ran.err
    assert everything_in(rot.parent) == before


def test_no_permission_to_read_a_file(rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text

    def refuse(self: Path, *arguments: str, **settings: str) -> str:
        if self.name == "hem_2.yaml":
            raise PermissionError(13, "Permission denied")
        return read(self, *arguments, **settings)

    monkeypatch.setattr(Path, "read_text", refuse)
    ran = run(*JAMFOR)
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    assert "hem_2.yaml: kan inte läsas (behörighet saknas)" in ran.err


def test_root_without_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEMMAPLAN_ROT", str(tmp_path))
    ran = run("lista")
    assert ran.code == 2
    assert_swedish_error(ran.err, tmp_path)
    assert "conf/kommun" in ran.err and "HEMMAPLAN_ROT" in ran.err


def test_list_names_the_file_that_is_wrong(rot: Path) -> None:
    change(rot / KOMMUN, PLATSER, "    platser: -3\n")
    ran = run("lista")
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    assert KOMMUN in ran.err


def test_all_problems_of_a_file_are_told_at_once(rot: Path) -> None:
    change(rot / KOMMUN, PLATSER, "    platser: -3\n")
    change(rot / KOMMUN, "    arsarbetare: 2\n", "    arsarbetare: två\n")
    ran = run(*JAMFOR)
    assert "resurser.hem.platser" in ran.err and "resurser.team.arsarbetare" in ran.err
