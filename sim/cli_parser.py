"""The words of the command line: commands, options, help and errors in Swedish."""

from __future__ import annotations

import argparse
import re
from datetime import date
from typing import Any, NoReturn

from sim.errors import HemmaplanError, nearest


class _Help(argparse.HelpFormatter):
    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "användning: " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """argparse that speaks Swedish and raises instead of exiting."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Help, allow_abbrev=False, **settings)
        self._positionals.title = "argument"
        self._optionals.title = "val"
        self.add_argument("-h", "--hjalp", "--help", action="help", help="visa den här hjälpen")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[argparse.Namespace, list[str]]:  # type: ignore[override]
        """Nothing unknown is let through, so that a command names its own options."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        raise HemmaplanError(f"{sentence(_argparse_swedish(message, self))} Se {self.prog} --hjalp")


def sentence(text: str) -> str:
    return text if text.endswith("?") else f"{text}."


def _argparse_swedish(message: str, parser: argparse.ArgumentParser) -> str:
    if found := re.match(r"the following arguments are required: (.*)", message):
        return f"{found[1]} saknas"
    if found := re.match(r"unrecognized arguments: (.*)", message, re.DOTALL):
        word = found[1].split(" ")[0].split("=")[0]
        if not word.startswith("-"):
            return f"{found[1]}: ett ord för mycket"
        options = [option for action in parser._actions for option in action.option_strings]
        return f"{word}: okänt val; {nearest(word, options)}"
    if found := re.match(r"argument (\S+): invalid choice: '?(.*?)'? \(choose from (.*)\)", message, re.DOTALL):
        return f"{found[2]}: okänt kommando; {nearest(found[2], re.findall(r'[a-zåäö-]+', found[3]))}"
    if found := re.match(r"argument (\S+): invalid (\w+) value: ['\"](.*)['\"]", message, re.DOTALL):
        precision = "ett tal i miljoner kronor, som 0,5, eller i procent, som 5%"
        allowed = {"int": "ett heltal", "tal": "ett tal", "_precision": precision}
        return f"{found[1]} = {found[3]}: ska vara {allowed.get(found[2], 'ett datum skrivet ÅÅÅÅ-MM-DD')}"
    if found := re.match(r"argument (\S+): expected .*", message):
        return f"{found[1]}: värde saknas"
    if found := re.match(r"argument (\S+): ignored explicit argument", message):
        return f"{found[1]}: tar inget värde"
    return "Kommandot kan inte tolkas"


def make_parser() -> _Parser:
    parser = _Parser(
        prog="hemmaplan",
        description="Simulerar efterfrågan och kapacitet i socialtjänsten, och jämför scenarier med nuläget.",
    )
    verbs = parser.add_subparsers(dest="kommando", metavar="KOMMANDO", title="kommandon", parser_class=_Parser)

    def verb(name: str, what: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")

    jamfor = verb("jamfor", "jämför scenarier med nuläget, med vanliga ord")
    jamfor.add_argument("kommun", metavar="KOMMUN", help="till exempel sodertalje_2019")
    jamfor.add_argument("scenarier", metavar="SCENARIO", nargs="*", default=[], help="till exempel stodboende_5")
    _study_options(jamfor)
    jamfor.add_argument("--slut", type=date.fromisoformat, metavar="DATUM", help="sista dag, ÅÅÅÅ-MM-DD")
    uncertain = "dra antagandena ur sina spann i varje framtid, och visa vad de betyder"
    sure = "fortsätt tills nettokostnadens skillnad är känd på ± så många mnkr (0,5) eller så många procent (5%%)"
    jamfor.add_argument("--precision", type=_precision, metavar="TAL", help=sure)
    jamfor.add_argument("--hogst", type=int, metavar="N", help="högst så många möjliga framtider med --precision")
    jamfor.add_argument("--fortsatt", action="store_true", help="gör klart samma körning, som avbröts eller dog")
    jamfor.add_argument("--parameterosakerhet", action="store_const", const="true", help=uncertain)
    jamfor.add_argument(
        "--bilaga", action="store_const", const="bilaga", help="gör också en bilaga: Word, PDF och Excel"
    )
    kor = verb("kor", "samma sak med Hydras grammatik, för den som vill ändra vad som helst")
    example = (
        "kommun=sodertalje_2019 'scenarios=[stodboende_5]' studie.fro=2; --multirun kör en studie per värde; "
        "--fortsatt gör klart en avbruten"
    )
    kor.add_argument("andringar", metavar="NYCKEL=VÄRDE", nargs=argparse.REMAINDER, help=f"till exempel {example}")
    avstam = verb("avstam", "ställ modellens basår mot kommunens dokument, siffra för siffra")
    avstam.add_argument("kommun", metavar="KOMMUN")
    kept = "spara betyget i conf/kalibrering, så att sidan i webbläsaren kan visa det"
    avstam.add_argument("--skriv", action="store_true", help=kept)
    _study_options(avstam)
    prognos = verb(
        "prognos", "räkna fram årets utfall, som i en delårsrapport, av utfallet hittills och en simulerad rest"
    )
    prognos.add_argument("kommun", metavar="KOMMUN", help="till exempel varmdo_2014")
    _study_options(prognos)
    kalibrera = verb("kalibrera", "passa in fria tal så att kommunens publicerade siffror kommer ut")
    kalibrera.add_argument("kommun", metavar="KOMMUN")
    kalibrera.add_argument("--skriv", action="store_true", help="skriv in talen i conf; annars visas de bara")
    kalibrera.add_argument("--replikationer", type=int, metavar="N", help="möjliga år i varje försök, mot filens")
    kalibrera.add_argument("--arbetare", type=int, metavar="N", help="processer (0 = en per kärna)")
    backtest = verb("backtest", "pröva hur bra modellen hade förutsagt publicerade år, bredvid naiva gissningar")
    every = "till exempel varmdo_2014; utan namn alla som har en fil i conf/backtest"
    backtest.add_argument("kommuner", metavar="KOMMUN", nargs="*", default=[], help=every)
    _study_options(backtest)
    varians = verb("varians", "visa hur mycket säkrare jämförelsen blir av gemensamma slumptal")
    varians.add_argument("kommun", metavar="KOMMUN")
    varians.add_argument("scenario", metavar="SCENARIO")
    varians.add_argument("--verksamhet", metavar="NAMN", default="missbruk")
    within = "visa också hur många framtider som behövs för att veta kostnaden inom ± så många mnkr, till exempel 0,5"
    varians.add_argument("--inom", type=tal, metavar="TAL", help=within)
    varians.add_argument("--matt", metavar="MÅTT", default="varddygn_extern")
    _study_options(varians)
    spar = verb("spar", "visa händelse för händelse vad som hände i en replikation")
    spar.add_argument("kommun", metavar="KOMMUN", help="till exempel sodertalje_2019")
    spar.add_argument("scenario", metavar="SCENARIO", nargs="?", help="nuläget om inget anges")
    spar.add_argument("--replikation", type=int, metavar="N", default=0, help="vilken möjlig framtid; 0 om inget anges")
    spar.add_argument("--dagar", metavar="A-B", help="bara de dagarna; dag 0 är den första")
    spar.add_argument("--till", metavar="DAG", help="bara till och med den dagen, som nummer eller ÅÅÅÅ-MM-DD")
    spar.add_argument("--fall", type=int, metavar="N", help="bara ärendet med det löpnumret i spåret")
    spar.add_argument("--fro", type=int, metavar="N", help="slumpfrö; samma frö ger samma resultat")
    varfor = verb("varfor", "dela upp skillnaden mellan två scenarier på sina orsaker")
    varfor.add_argument("kommun", metavar="KOMMUN", help="till exempel sodertalje_2019")
    two = "ett, mot nuläget, eller två: det andra mot det första; till exempel platser_och_kontrakt"
    varfor.add_argument("scenarier", metavar="SCENARIO", nargs="+", help=two)
    _figure_options(varfor)
    _study_options(varfor)
    kanslighet = verb("kanslighet", "visa vilka antaganden som avgör svaret, och om något kan vända det")
    kanslighet.add_argument("kommun", metavar="KOMMUN", help="till exempel sodertalje_2019")
    kanslighet.add_argument("scenarier", metavar="SCENARIO", nargs="+", help="till exempel stodboende_5")
    every = "också antaganden med spann men utan fördelning; tar några minuter"
    kanslighet.add_argument("--alla", action="store_true", help=every)
    kanslighet.add_argument("--granser", action="store_true", help="spannens gränser i stället för P10 och P90")
    _figure_options(kanslighet)
    _study_options(kanslighet)
    forklara = verb("forklara", "visa vilka fall som klarar sig annorlunda i ett scenario, och genom vilken kedja")
    forklara.add_argument("kommun", metavar="KOMMUN", help="till exempel sodertalje_2019")
    forklara.add_argument("scenario", metavar="SCENARIO", help="till exempel stodboende_5")
    forklara.add_argument("--replikation", type=int, metavar="N", default=0, help="vilken möjlig framtid; annars 0")
    forklara.add_argument("--antal", type=int, metavar="N", default=20, help="så många kedjor skrivs ut; annars 20")
    forklara.add_argument("--fro", type=int, metavar="N", help="slumpfrö; samma frö ger samma resultat")
    varde = verb("varde", "visa vad en plats till är värd, och nästa, och nästa (eller tjänster, kontrakt …)")
    _target_arguments(varde)
    varde.add_argument("--till", type=int, metavar="N", default=10, help="så många fler prövas; 10 om inget anges")
    varde.add_argument("--steg", type=tal, metavar="ANTAL", default=1.0, help="hur många varje gång; 1 om inget anges")
    varde.add_argument("--investering", type=tal, metavar="TKR", help="vad var och en kostar att bygga, tkr")
    assumption = "sökväg till antagandet vars spann visas; annars andelen hemmamöjliga"
    varde.add_argument("--antagande", metavar="SÖKVÄG", help=assumption)
    varde.add_argument("--utan-planerat", action="store_true", help="utan det som är planerat i kommunens fil")
    _study_options(varde)
    forsening = verb("forsening", "visa vad det kostar att något som är planerat i kommunens fil kommer senare")
    forsening.add_argument("kommun", metavar="KOMMUN", help="till exempel varmdo_2014")
    forsening.add_argument("planerat", metavar="PLANERAT", help="namnet under planerat, till exempel alvsbyn")
    forsening.add_argument("--manader", type=int, metavar="N", default=12, help="hur mycket senare; 12 om inget anges")
    later = "sista dag, ÅÅÅÅ-MM-DD; annars tre år efter den nya dagen, så att efterdyningarna är med"
    forsening.add_argument("--slut", type=date.fromisoformat, metavar="DATUM", help=later)
    _study_options(forsening)
    malsok = verb(
        "malsok", "sök hur många som behövs för att ett villkor ska hålla, eller vilket inflöde dagens medel klarar"
    )
    _target_arguments(malsok, optional=True)
    example = "till exempel 'andel_extern_kostnad missbruk <= 25 %%'"
    malsok.add_argument("--villkor", metavar="VILLKOR", required=True, help=f"vad som ska hålla, {example}")
    malsok.add_argument("--sakerhet", metavar="ANDEL", help="i hur stor del av framtiderna; 0,9 om inget anges")
    malsok.add_argument(
        "--hogst", dest="mest", type=tal, metavar="ANTAL", help="sök upp till så många fler; 60, eller faktorn 3"
    )
    malsok.add_argument("--steg", type=tal, metavar="ANTAL", default=1.0, help="hur många i taget; 1 om inget anges")
    malsok.add_argument("--ar", metavar="ÅR", help="år som bedöms, 2016 eller 2015-2016; annars det sista")
    inflow = "sök i stället det största inflödet, som faktor, till exempel missbruk eller missbruk.ansokan"
    malsok.add_argument("--inflode", metavar="INFLÖDE", help=inflow)
    _study_options(malsok, most="flest framtider per antal; 320 om inget anges, färre i stora kommuner")
    teori = verb(
        "teori", "ställ exakta värden för kända köer bredvid de simulerade, med skälen till att de skiljer sig"
    )
    teori.add_argument("kommun", metavar="KOMMUN", help="till exempel sodertalje_2019")
    teori.add_argument("scenario", metavar="SCENARIO", nargs="?", help="nuläget om inget anges")
    teori.add_argument("--ar", type=int, metavar="ÅR", help="vilket år; det sista om inget anges")
    _study_options(teori)
    rita = verb("rita", "rita kommunens vårdkedjor som bilder (SVG)")
    rita.add_argument("kommun", metavar="KOMMUN")
    app = verb("app", "öppna sidan där man flyttar det man undrar över, i webbläsaren på den här datorn")
    app.add_argument("--port", type=int, metavar="N", default=0, help="fast port; annars väljs en ledig")
    app.add_argument("--utan-webblasare", action="store_true", help="öppna inte webbläsaren, visa bara adressen")
    rapport = verb("rapport", "gör bilagan (Word, PDF, Excel) av sparade resultat, utan att simulera igen")
    rapport.add_argument(
        "mapp",
        metavar="RESULTATMAPP",
        help="till exempel results/sodertalje_2019/2019-…, eller sodertalje_2019: den senaste",
    )
    rapport.add_argument("--format", metavar="F,F", help="word, pdf eller excel, med komma mellan; alla om inget anges")
    rapport.add_argument("--ansvarig", metavar="NAMN", help="den som svarar för bilagan")
    rapport.add_argument("--diarienummer", metavar="NR", help="ärendets nummer")
    extra = (
        "resultatmappar av varfor, varde, malsok, kanslighet eller backtest, med komma mellan, som ska med i bilagan"
    )
    rapport.add_argument("--med", metavar="MAPP,MAPP", help=extra)
    masked = "antal personer under N ur kommunens egna data visas inte; 0 visar alla"
    rapport.add_argument("--maskera-under", type=int, metavar="N", help=masked)
    las_in = verb("las-in", "gör en kommun av egna listor ur verksamhetssystem och ekonomi, och säg hur bra de är")
    las_in.add_argument("mapp", metavar="MAPP", nargs="?", help="mappen med listorna (xlsx, csv)")
    las_in.add_argument("--prova", action="store_true", help="visa bara vad som förstods av listorna; inget sparas")
    las_in.add_argument("--mallar", metavar="MAPP", help="skriv i stället tomma Excel-mallar, en för varje lista")
    las_in.add_argument("--ersatt", action="store_true", help="ersätt kommunens filer om de redan finns")
    series = "arbetslöshet i procent per månad, ur SCB som JSON-stat 2; annars arbetsloshet.json i mappen"
    las_in.add_argument("--arbetsloshet", metavar="FIL", help=series)
    people = "kommunens befolkning, ur SCB som JSON-stat 2; annars befolkning.json i mappen"
    las_in.add_argument("--befolkning", metavar="FIL", help=people)
    kolada = "nyckeltal ur Kolada (version 3), som fil, eller hamta: över nätet; annars kolada.json i mappen"
    las_in.add_argument("--kolada", metavar="FIL", help=kolada)
    _study_options(las_in, most="möjliga framtider när modellen ställs mot listorna; 40 om inget anges")
    exempeldata = verb("exempeldata", "gör påhittade uttag ur verksamhetssystem, med känd sanning, att pröva las-in på")
    exempeldata.add_argument("mapp", metavar="MAPP", help="ny mapp som filerna läggs i")
    styles = "stil: combine, lifecare, procapita, treserva eller blandat; blandat om inget anges"
    exempeldata.add_argument("--system", metavar="NAMN", default="blandat", help=styles)
    exempeldata.add_argument("--fro", type=int, metavar="N", default=1, help="vilken påhittad kommun; 1 om inget anges")
    exempeldata.add_argument("--ar", type=int, metavar="N", help="år bakåt som uttagen omfattar; 8 om inget anges")
    named = "kommunens id i las-in.yaml; exempelby om inget anges"
    exempeldata.add_argument("--kommun", metavar="ID", default="exempelby", help=named)
    exempeldata.add_argument("--ren", action="store_true", help="utan inlagda fel")
    large = "en stor kommuns tio år: drygt 20 000 placeringar och 300 000 utbetalningar"
    exempeldata.add_argument("--stor", action="store_true", help=large)
    verb("lista", "visa vilka kommuner och scenarier som finns")
    return parser


def tal(text: str) -> float:
    """A number with a decimal comma or point."""
    return float(text.replace(",", ".").replace("\u2212", "-"))


def _target_arguments(parser: argparse.ArgumentParser, optional: bool = False) -> None:
    """Which number there is to be more of, and when."""
    parser.add_argument("kommun", metavar="KOMMUN", help="till exempel varmdo_2014")
    example = "talet, som sökväg, till exempel resurser.stodboende.platser"
    parser.add_argument("mal", metavar="MÅL", nargs="?" if optional else None, help=example)
    since = "från när, ÅÅÅÅ-MM-DD; annars första planeringsåret"
    parser.add_argument("--fran", type=date.fromisoformat, metavar="DATUM", help=since)
    last = "sista dag, ÅÅÅÅ-MM-DD; får ligga efter kommunens eget slut"
    parser.add_argument("--slut", type=date.fromisoformat, metavar="DATUM", help=last)


def _figure_options(parser: argparse.ArgumentParser) -> None:
    """Which figure is to be explained."""
    parser.add_argument("--matt", metavar="MÅTT", default="nettokostnad", help="nettokostnad om inget anges")
    parser.add_argument("--verksamhet", metavar="NAMN", default="alla", help="alla tillsammans om inget anges")
    parser.add_argument("--del", metavar="DEL", dest="delen", default="", help="måttets del, till exempel ett steg")


def _precision(text: str) -> tuple[str, float]:
    """As a key of `studie.precision` and its value. Raises ValueError."""
    share = text.strip().endswith("%")
    number = tal(text.strip().rstrip("%"))
    if not 0 < number < float("inf"):
        raise ValueError
    return ("kostnad_procent" if share else "kostnad_mnkr"), number


def _study_options(parser: argparse.ArgumentParser, most: str = "möjliga framtider per scenario") -> None:
    parser.add_argument("--replikationer", type=int, metavar="N", help=most)
    parser.add_argument("--fro", type=int, metavar="N", help="slumpfrö; samma frö ger samma resultat")
    parser.add_argument("--arbetare", type=int, metavar="N", help="processer (0 = en per kärna)")
