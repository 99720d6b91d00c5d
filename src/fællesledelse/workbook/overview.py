"""The facilitator's overview: a chart of leaders and steps in Altair, and the same in words and tables.

What it shows is what the server tells of a gathering: ``{"kind", "states", "steps", "rows", "groups", "workshops"}``.
Altair takes seconds to import, so nothing on the way to a leader's page may import this module.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any, Final

import altair as alt

from ..danish import listed
from ..model import GatheringKind

Told = dict[str, Any]

MARKS: Final = "marks"
"""What the chart calls its data: one record for each step of each leader."""

DISC: Final = "M-1,0A1,1,0,1,1,1,0A1,1,0,1,1,-1,0Z"
BOX: Final = "M-1,-1L1,-1L1,1L-1,1ZM-.76,-.76L-.76,.76L.76,.76L.76,-.76Z"
SIGNS: Final = {
    "open": f"{DISC}M-.76,0A.76,.76,0,1,0,.76,0A.76,.76,0,1,0,-.76,0Z",
    "done": f"{DISC}M-.57,.02L-.16,.45L.6,-.36L.43,-.53L-.16,.11L-.4,-.14Z",
    "passed": f"{BOX}M-.76,.52L.52,-.76L.76,-.76L.76,-.52L-.52,.76L-.76,.76Z",
}
"""A ring, a disc with a tick and a box with a stroke, as the table has them: told apart without their colours."""

COLOURS: Final = {"open": "#8d867a", "done": "#1f5c57", "passed": "#a05d00"}
INK, SOFT, LINE = "#24272c", "#5a5f66", "#e6ded2"
FONT: Final = "IBM Plex Sans, system-ui, sans-serif"
ROW, COLUMN = 26, 96  # pixels; the page's script fits the columns to its width
HIT: Final = 14  # pixels around a sign where the pointer meets it, the inside of a ring among them


@dataclass(frozen=True)
class Words:
    """What things are called where those people gather."""

    total: str
    groups: str
    meeting: str
    meetings: str
    ahead: str = "de næste fire uger"


WORDS: Final = {
    GatheringKind.PROGRAMME: Words("Gennemført i alt", "Grupper og kontrakter", "Møde", "workshops og seminarer"),
    GatheringKind.SALON: Words("Var med i alt", "Saloner", "Salon", "saloner"),
    GatheringKind.NETWORK: Words("Var med i alt", "Grupper og spilleregler", "Møde", "møder", "de næste ti uger"),
}

TOOLTIP: Final = {"leader": "Leder", "department": "Forvaltning", "title": "Trin", "day": "Dag", "state": "Tilstand"}


def chart(told: Told) -> dict[str, Any]:
    """The finished Vega-Lite specification, data included."""
    specification: dict[str, Any] = figure(told).to_dict()
    return specification


def figure(told: Told) -> alt.FacetChart:
    """The chart itself, as JupyterLab shows it: leaders by group and steps, with choices of whom and what to look at."""
    groups = list(dict.fromkeys(row["group"] for row in told["rows"]))
    departments = sorted({row["department"] for row in told["rows"]} - {""})
    header = alt.Header(title=None, labelOrient="top", labelAnchor="start", labelFontWeight=600, labelPadding=4)
    shown: alt.FacetChart = (
        _matrix(told)
        .facet(row=alt.Row("group:N", sort=groups, header=header), spacing=12, data=alt.NamedData(MARKS))
        .add_params(_choice("only_group", "Gruppe", "Alle grupper", groups))
        .add_params(_choice("only_department", "Forvaltning", "Alle forvaltninger", departments))
        .add_params(_choice("only_state", "Fremhæv", "Alt", list(told["states"].values())))
        .transform_filter("only_group == null || datum.group == only_group")
        .transform_filter("only_department == null || datum.department == only_department")
        .resolve_scale(y="independent")
        .properties(datasets={MARKS: list(_records(told))})
        .configure(font=FONT, background="transparent", view=alt.ViewConfig(stroke=None), aria=False)
        .configure_axis(domain=False, ticks=False, labelColor=INK, labelFontSize=14)
        .configure_header(labelColor=SOFT, labelFontSize=14)
        .configure_legend(orient="top", labelColor=INK, labelFontSize=14, labelLimit=0, symbolOpacity=1)
    )
    return shown


def _matrix(told: Told) -> alt.Chart:
    words, shown = told["states"], alt.when("only_state == null || datum.state == only_state")
    shorts = _shorts(told)
    axis = alt.Axis(orient="top", labelAngle=0, labelOverlap=False, labelPadding=14)
    matrix: alt.Chart = (
        alt.Chart()
        .mark_point(filled=True, size=220, stroke="transparent", strokeWidth=HIT, strokeJoin="round")
        .encode(
            x=alt.X("step:N", sort=shorts, scale=alt.Scale(domain=shorts), axis=axis, title=None),
            y=alt.Y("leader:N", sort=None, axis=alt.Axis(grid=True, gridColor=LINE), title=None),
            shape=alt.Shape("state:N", scale=_scale(words, SIGNS), legend=alt.Legend(title=None)),
            color=alt.Color("state:N", scale=_scale(words, COLOURS), legend=alt.Legend(title=None)),
            opacity=shown.then(alt.value(1)).otherwise(alt.value(0.15)),
            tooltip=[alt.Tooltip(f"{name}:N", title=title) for name, title in TOOLTIP.items()],
        )
        .properties(width=alt.Step(COLUMN), height=alt.Step(ROW))
    )
    return matrix


def _scale(words: dict[str, str], looks: dict[str, str]) -> alt.Scale:
    return alt.Scale(domain=list(words.values()), range=[looks[state] for state in words])


def _choice(name: str, title: str, everything: str, choices: list[str]) -> alt.Parameter:
    bound = alt.binding_select(options=[None, *choices], labels=[everything, *choices], name=title)
    return alt.param(name=name, value=None, bind=bound)


def _records(told: Told) -> Iterator[dict[str, str]]:
    names = _apart(told["rows"])
    for name, row in zip(names, told["rows"], strict=True):
        who = {"leader": name, "group": row["group"], "department": row["department"]}
        for step, short, mark in zip(told["steps"], _shorts(told), row["states"], strict=True):
            what = {"step": short, "title": step["title"], "day": mark["day"] or "Ingen dag"}
            yield who | what | {"state": told["states"][mark["state"]]}


def _apart(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The leaders' names, where two of a group have the same with a number."""
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        who = (row["group"], row["name"])
        seen[who] += 1
        yield row["name"] if seen[who] == 1 else f"{row['name']} ({seen[who]})"


def _shorts(told: Told) -> list[str]:
    """The steps' titles as far as the colon, where that tells each from the others, or after it."""
    titles = [step["title"] for step in told["steps"]]
    parts = Counter(part.strip() for title in titles for part in title.split(":", 1))
    return [next((part.strip() for part in title.split(":", 1) if parts[part.strip()] == 1), title) for title in titles]


def overview_html(told: Told) -> str:
    """The whole part: a place for the chart with its specification, and everything in words below it."""
    specification = escape(json.dumps(chart(told), ensure_ascii=False))
    return (
        f'<div class="fl-part desk-overview" data-part="overview" data-chart="{specification}">'
        f"{_table(told)}{_groups(told)}{_workshops(told)}</div>"
    )


def _table(told: Told) -> str:
    """Open until there is a chart: without a script the table is all there is."""
    heads = "".join(f'<th scope="col" class="site-cell">{escape(short)}</th>' for short in _shorts(told))
    legend = "".join(f"<li>{_state(state, words)}</li>" for state, words in told["states"].items())
    groups = groupby(told["rows"], lambda row: str(row["group"]))
    bodies = "".join(_body(group, list(rows), told) for group, rows in groups)
    fits = " site-table-frame--fits" if len(told["steps"]) <= 9 else ""
    return (
        '<details class="desk-overview-table" open><summary>Vis som tabel</summary>'
        f'<ul class="no-max-width site-legend" aria-label="Tegnene i tabellen">{legend}</ul>'
        f'<div class="site-table-frame{fits}" role="region" aria-label="Lederne og deres trin" tabindex="0">'
        f'<table class="site-table"><thead><tr><th scope="col">Leder</th>{heads}</tr></thead>'
        f"{_sum(told)}{bodies}</table></div></details>"
    )


def _words(told: Told) -> Words:
    return WORDS[GatheringKind(told["kind"])]


def _state(state: str, words: str, hidden: bool = False) -> str:
    said = f'<span class="sr-only">{words}</span>' if hidden else words
    return f'<span class="site-state site-state--{state}">{said}</span>'


def _sum(told: Told) -> str:
    done = [[mark["state"] == "done" for mark in row["states"]] for row in told["rows"]]
    counts = [sum(row[number] for row in done) for number in range(len(told["steps"]))]
    cells = "".join(f'<td class="site-cell">{count} af {len(done)}</td>' for count in counts)
    return f'<tbody><tr class="site-table-sum"><th scope="row">{_words(told).total}</th>{cells}</tr></tbody>'


def _body(group: str, rows: list[dict[str, Any]], told: Told) -> str:
    head = (
        f'<th scope="rowgroup" colspan="{len(told["steps"]) + 1}" class="site-table-group"><span>{escape(group)}</span></th>'
    )
    return f'<tbody data-group="{escape(group)}"><tr>{head}</tr>{"".join(_row(row, told["states"]) for row in rows)}</tbody>'


def _row(row: dict[str, Any], words: dict[str, str]) -> str:
    place = escape(", ".join(filter(None, (row["title"], row["department"]))))
    cells = "".join(
        f'<td class="site-cell">{_state(mark["state"], words[mark["state"]], hidden=True)}</td>' for mark in row["states"]
    )
    where = f'scope="row" data-department="{escape(row["department"])}"'
    return f'<tr><th {where}>{escape(row["name"])}<span class="site-table-place">{place}</span></th>{cells}</tr>'


def _groups(told: Told) -> str:
    items = "".join(
        f'<li><h3>{escape(each["group"])}</h3><p class="desk-overview-contract" data-contract="{each["contract"]}">'
        f'{escape(each["contract_words"])}</p><p class="site-small">{escape(listed(each["members"]))}</p></li>'
        for each in told["groups"]
    )
    listed_groups = f'<ul class="no-max-width desk-overview-groups">{items}</ul>'
    none = "<p>Der er ingen grupper endnu.</p>"
    return f"<section><h2>{_words(told).groups}</h2>{listed_groups if items else none}</section>"


def _workshops(told: Told) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(each["day"])}</th><td>{escape(each["title"])}</td>'
        f"<td>{escape(each['groups'])}</td><td>{escape(each['where'])}</td></tr>"
        for each in told["workshops"]
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Dag", _words(told).meeting, "Hvem", "Tid og sted"))
    table = (
        '<div class="site-table-frame" role="region" aria-label="Det kommer" tabindex="0">'
        '<table class="site-table desk-overview-workshops">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    coming = f"{_words(told).meetings} {_words(told).ahead}"
    none = f"<p>Der er ingen {coming.replace(' og ', ' eller ')}.</p>"
    return f"<section><h2>{coming.capitalize()}</h2>{table if rows else none}</section>"
