"""What hold.xlsx asks: its sheets, the lines of the first, the columns of the second, and the help that stands beside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..model import DUTIES, GatheringKind
from .document import Path
from .people import VISITS

NAME = "hold.xlsx"

COHORT, DAYS, PEOPLE = "Forløb", "Datoer", "Deltagere"

SHEETS = {
    COHORT: ("hold", "holdet", "forlob", "forloeb", "om holdet"),
    DAYS: ("dato", "trin", "kalender", "plan"),
    PEOPLE: ("deltager", "deltagerliste", "ledere", "holdliste"),
}
"""The sheets with the other names people give them."""

PARTS = {
    "hvad": (),
    "svar": ("navn",),
    "tekst": ("beskrivelse",),
    "link": ("adresse", "url"),
    "læringsmål": ("hører til", "hører under"),
    "e-mail": ("mail", "mailadresse", "emailadresse"),
    "hjælp": ("vejledning",),
}
"""The columns of the first sheet. What a line has to say in each stands in its ``parts``."""

TEXT = {"svar": ""}
_NAMED = {"svar": "navn", "tekst": "tekst", "link": "link"}


@dataclass(frozen=True)
class Line:
    """A line of the first sheet: its label, the other labels people write, and where its value stands in the cohort file.

    ``parts`` are the columns that may be filled, each with the key under ``path`` ("" where the value stands there itself).
    ``many``: the line may be repeated. ``programme``: a salon or a network has no use for it, or (False) only those have;
    with ``network`` a network alone.
    """

    label: str
    path: Path
    help: str
    parts: Mapping[str, str] = field(default_factory=lambda: TEXT)
    many: bool = False
    others: tuple[str, ...] = ()
    programme: bool | None = None
    network: bool = False


LINES = (
    Line(
        "Holdets korte navn",
        ("hold",),
        "Bliver en del af adressen: kun a-z, 0-9 og bindestreg. Lav det ikke om, når I er i gang.",
        others=("kort navn", "kortnavn"),
    ),
    Line("Holdets navn", ("navn",), "Som lederne ser det. For eksempel: Fælles om ledelse 2026", others=("navn",)),
    Line("Organisation", ("organisation",), "For eksempel: Strandby Kommune", others=("kommune",)),
    Line("Starter", ("starter",), "Den første dag, for eksempel 15-06-2026", others=("start", "startdato")),
    Line(
        "Slutter",
        ("slutter",),
        "Den sidste dag. Dagen efter bliver alt slettet. Der kan skrives til 14 dage før.",
        others=("slut", "slutdato"),
    ),
    Line(
        "Vision",
        ("vision",),
        "Det, I allerede er fælles om: navnet i Svar, teksten i Tekst.",
        {"svar": "navn", "tekst": "tekst"},
        programme=True,
    ),
    Line("Udsagn", ("vision", "udsagn"), "En sætning fra visionen på hver linje.", many=True, programme=True),
    Line(
        "Dokument",
        ("dokumenter",),
        "Fælles dokumenter: navnet i Svar og, hvis du vil, en kort tekst og et link, der begynder med https://",
        _NAMED,
        True,
        ("dokumenter", "fælles dokument"),
        programme=True,
    ),
    Line("Læringsmål", ("læringsmål",), "Det, I vil blive bedre til sammen.", _NAMED, True, programme=True),
    Line("Øvebane", ("øvebaner",), "Opgaver på tværs, hvor lederne prøver noget af.", _NAMED, True, ("øvebaner",), True),
    Line(
        "Kompas",
        ("kompas",),
        "Temaer, I styrer efter: navnet i Svar, teksten i Tekst og i Læringsmål det mål, temaet hører til.",
        {"svar": "navn", "tekst": "tekst", "læringsmål": "læringsmål"},
        True,
        ("tema", "temaer", "kompastema"),
        programme=True,
    ),
    Line(
        "Facilitator",
        ("facilitatorer",),
        "Hvem følger holdet? Navnet i Svar, adressen i E-mail. Ser, hvor langt den enkelte er, aldrig hvad der er skrevet.",
        {"svar": "navn", "e-mail": "email"},
        True,
        ("facilitatorer",),
    ),
    Line("Dataansvarlig", ("privatliv", "dataansvarlig"), "Tal med jeres databeskyttelsesrådgiver om disse syv."),
    Line("Formål", ("privatliv", "formål"), "Hvad oplysningerne bruges til, og hvad de ikke bruges til."),
    Line("Retsgrundlag", ("privatliv", "retsgrundlag"), "Er det ikke besluttet, så lad det stå tomt. Så kan alle se det."),
    Line("Kategorier", ("privatliv", "kategorier"), "Hvilke oplysninger der er om lederne."),
    Line("Modtagere", ("privatliv", "modtagere"), "Hvem der kan se hvad."),
    Line("Opbevaring", ("privatliv", "opbevaring"), "Hvor længe oplysningerne er her."),
    Line("Kontakt", ("privatliv", "kontakt"), "Hvem lederne kan spørge."),
    Line(
        "Nøgle i pengeskabet",
        ("nøgle_i_pengeskab",),
        "Nødudgangen, hvis en leder mister alt. Lav den med: faellesledelse nøgle ny. Skriv nej, hvis I vil undvære den.",
        others=("nøgle i pengeskab", "nøgle"),
    ),
    Line(
        "Relationer mellem afdelinger",
        ("relationer_mellem_afdelinger",),
        "Skriv ja, hvis spørgeskemaet skal vise, hvordan afdelingerne oplever hinanden. Låses, når den første måling åbner.",
        others=("relationer",),
        programme=True,
    ),
    Line(
        "Ordstyrer",
        ("ordstyrer",),
        "Hvem passer uret? Skriv HR, eller på skift, så lederne gør det efter tur.",
        programme=False,
    ),
    Line("Slags", ("slags",), "salon eller netværk. Lav det ikke om, når I er i gang.", programme=False),
    Line(
        "Netværkets formål",
        ("formål",),
        "Hvorfor organisationen har netværket. Én eller to sætninger.",
        programme=False,
        network=True,
    ),
    Line("Sammensætning", ("sammensætning",), "inden for et fagområde eller på tværs.", programme=False, network=True),
    Line("Deltagelse", ("deltagelse",), "frivillig eller obligatorisk.", programme=False, network=True),
    Line(
        "Prøvetid",
        ("prøvetid",),
        "Den dag, I beslutter, om netværket skal fortsætte. Står den tom, er det et år efter start.",
        others=("prøvetid slutter",),
        programme=False,
        network=True,
    ),
    Line(
        "Evaluering",
        ("evaluering",),
        "Den dag, I beslutter ud fra den første evaluering. Står den tom, er det ni måneder efter start.",
        programme=False,
        network=True,
    ),
    Line(
        "Livscyklus",
        ("livscyklus",),
        "Efter hvor mange år I beslutter, om netværket skal begynde forfra: 2, 3 eller 4. Står den tom, er det 3.",
        programme=False,
        network=True,
    ),
)

STEP = {
    "trin": ("side", "notebook"),
    "titel": ("overskrift",),
    "åbner": ("åbnes",),
    "dato": ("dag", "mødedato"),
    "kl.": ("klokken", "klokkeslæt", "tid", "tidspunkt"),
    "sted": ("lokale", "mødested"),
    "minutter": ("min", "varighed"),
    "læringsmål": ("mål",),
    "aktivitet": (),
    "kompetencer": ("kompetence",),
    "øvebaner": ("øvebane",),
    "tema": (),
    "spørgsmål": ("spørgsmålene",),
    "link": ("møde-link", "teams"),
}
"""The columns of the second sheet."""

_OF_PROGRAMME = ("læringsmål", "aktivitet", "kompetencer", "øvebaner", VISITS)
_OF_MEETINGS = ("tema", "spørgsmål", "link", *DUTIES)

STEP_HELP = {
    "trin": "Navnet på siden i mappen notebooks, uden .ipynb",
    "titel": "Det, lederne ser.",
    "åbner": "Den dag, siden kan åbnes. Bruges om forberedelser.",
    "dato": "Den dag, I mødes. Bruges om workshops og om en periodes seminar.",
    "kl.": "Hvornår I begynder den dag, for eksempel 9.00. Kan undværes.",
    "sted": "Hvor I mødes, for eksempel Mødelokale 2. Kan undværes.",
    "minutter": "Hvor længe kernen tager.",
    "læringsmål": "Kun perioder: navnet på læringsmålet, som det står i arket Forløb.",
    "aktivitet": "Kun perioder: coaching, jobbesøg eller sparring.",
    "kompetencer": "Kun perioder: det, I øver jer i. Sæt semikolon imellem.",
    "øvebaner": "Kun perioder, hvis ikke alle øvebaner er med. Sæt semikolon imellem.",
    "tema": "Mødets tema. Kan undværes, til I har valgt et.",
    "spørgsmål": "Åbne spørgsmål til temaet. Sæt semikolon imellem.",
    "link": "Hvis I mødes online: adressen, begynd med https://",
}

PEOPLE_HELP = {
    "navn": "Lederens fulde navn.",
    "email": "Lederens egen adresse. Til serveren er adressen personen.",
    "titel": "Kan undværes.",
    "afdeling": "Grupperne bliver lavet på tværs af afdelinger.",
    "niveau": "1 er øverst. Grupper blander helst niveauer. En salon holder dem sammen.",
    "nærmeste leder": "Adressen, hvis lederen er på holdet. Ellers navnet.",
    "gruppe": "Lad den stå tom, til grupperne er lavet. Du kan altid rette den.",
    "jobbesøg": "Lad den stå tom, til parrene er lavet. De, der har det samme her, besøger hinanden.",
    "vært": "De møder, lederen er vært for, som de hedder i arket Datoer. Sæt semikolon imellem.",
    "ordstyrer": "De møder, hvor lederen passer uret. Sæt semikolon imellem.",
    "sag": "De møder, lederen har en sag med til. Sæt semikolon imellem.",
    "mødt før": "Navne, netværk eller projekter, lederen kender andre fra. Sæt semikolon imellem. Kan undværes.",
    "sammen med": "Adressen på en, lederen skal i gruppe med. Kan undværes.",
    "tidligere grupper": "Bliver udfyldt, når I blander på ny. Én gruppe for hver runde med semikolon imellem: 3; 7",
}


def lines_of(kind: GatheringKind) -> list[Line]:
    """The lines of the first sheet of a file of that kind."""
    unused = kind is not GatheringKind.PROGRAMME
    found = [line for line in LINES if line.programme is not unused]
    return [line for line in found if kind is GatheringKind.NETWORK or not line.network]


def columns_of(kind: GatheringKind, columns: Iterable[str]) -> list[str]:
    """Those of the columns that a file of that kind has a use for."""
    unused = _OF_MEETINGS if kind is GatheringKind.PROGRAMME else _OF_PROGRAMME
    return [column for column in columns if column not in unused]


def key(column: str) -> str:
    """The key of a step's column in the cohort file."""
    return column.rstrip(".")
