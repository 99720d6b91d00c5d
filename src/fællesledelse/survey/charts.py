"""Pictures of what a survey shows: SVG with the same in words. Altair takes seconds to load, so nothing on the way to a page
may import this module."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Final

import altair as alt
import vl_convert

from ..model import Item, Questionnaire, Theme
from .estimate import Estimate, change, mean, theme_change, theme_mean
from .model import Distribution, Figure, Ledger, Level, Wave

INK, SOFT, LINE = "#24272c", "#5a5f66", "#e6ded2"
FONT: Final = "IBM Plex Sans, system-ui, sans-serif"
WIDTH, BAR = 420, 26  # pixels
LETTERS: Final = 58
"""The most characters in a line of a statement."""

FULL: Final = ("ved ikke", "helt uenig", "uenig", "hverken eller", "enig", "helt enig")
MERGED: Final = ("ved ikke", "uenig eller helt uenig", "hverken eller", "enig eller helt enig")
HIDDEN: Final = "fordelingen vises ikke"
COLOURS: Final = {
    "helt uenig": "#a05d00",
    "uenig": "#d9a760",
    "uenig eller helt uenig": "#bf8230",
    "hverken eller": "#e9e4da",
    "enig": "#7fb3ae",
    "helt enig": "#1f5c57",
    "enig eller helt enig": "#4a8782",
    "ved ikke": "#b9bcc0",
    HIDDEN: "#f4f2ee",
}
"""From disagreement through the middle to agreement, told apart by lightness too; what is merged lies in between."""

WHY: Final = {
    Level.FULL: "",
    Level.MERGED: "Næsten alle har svaret det samme. Derfor er nabosvar lagt sammen, så ingens svar kan regnes ud.",
    Level.NONE: "Næsten alle har svaret det samme. Derfor vises fordelingen ikke, så ingens svar kan regnes ud.",
}
FEW: Final = "Vises ikke: færre end fem har svaret."
NO_CHANGE: Final = "Ændringen vises ikke, fordi en af fordelingerne ikke vises helt, eller færre end fem har taget stilling."


@dataclass(frozen=True)
class Picture:
    """A picture for a page: ``svg``, and in ``text`` all that it shows, a line each."""

    svg: str
    text: tuple[str, ...]


def distributions(ledger: Ledger, asked: Questionnaire, theme: Theme, waves: Sequence[str]) -> Picture:
    """How the answers to a theme's items fall, wave for wave; ``waves`` are their names."""
    items = asked.of(theme.key)
    records = [record for item in items for record in _bars(ledger, item, waves)]
    text = [f"{theme.title}. Svarenes fordeling."]
    text += [f"{item.text}{_turned(item)} {_told(ledger, item, waves)}" for item in items]
    shown = [name for name in COLOURS if any(record["answer"] == name for record in records)]
    chart = (
        alt.Chart(alt.InlineData(values=records))
        .mark_bar(stroke="white", strokeWidth=1)
        .encode(
            x=alt.X(
                "count:Q", stack="normalize", axis=alt.Axis(format="%", tickCount=5), title="Andel af dem, der har svaret"
            ),
            y=alt.Y("wave:N", sort=list(waves), title=None),
            color=alt.Color(
                "answer:N", title=None, scale=alt.Scale(domain=shown, range=[COLOURS[name] for name in shown]), sort=shown
            ),
            order=alt.Order("place:Q"),
        )
        .properties(width=WIDTH, height=alt.Step(BAR))
        .facet(row=_statements(items), spacing=14)
    )
    return Picture(_svg(chart, f"{theme.title}: svarenes fordeling"), tuple(text))


def developments(ledger: Ledger, asked: Questionnaire, theme: Theme, waves: Sequence[str]) -> Picture:
    """How the mean answers to a theme's items, and the theme's, have changed from the last wave but one to the last.

    There must be two. Reversed items are turned, so that more is better.
    """
    before, after = ledger.waves[-2], ledger.waves[-1]
    items = asked.of(theme.key)
    told: list[tuple[str, Estimate | None]] = [
        (item.text + _turned(item), _change(before, after, item.key, item.reversed)) for item in items
    ]
    told.append(("Temaet samlet", theme_change(before, after, [item.key for item in items], asked.turned)))
    records = [_interval(name, estimate) for name, estimate in told]
    names = [record["item"] for record in records]
    axis = alt.Axis(labelLimit=WIDTH, labelExpr="split(datum.label, '\\n')")
    base = alt.Chart(alt.InlineData(values=records)).encode(y=alt.Y("item:N", sort=names, title=None, axis=axis))
    span = base.mark_rule(color=INK, strokeWidth=2).encode(
        x=alt.X("low:Q", title="Ændring i gennemsnit (mod højre: bedre), med 95 % usikkerhed", scale=alt.Scale(nice=True)),
        x2="high:Q",
    )
    point = base.mark_point(filled=True, size=90, color=COLOURS["helt enig"], opacity=1).encode(x="value:Q")
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=SOFT, strokeDash=[3, 3]).encode(x="zero:Q")
    missing = (
        base.transform_filter("datum.missing")
        .mark_text(color=SOFT, text="vises ikke", fontSize=13, align="left", dx=6)
        .encode(x=alt.datum(0))
    )
    chart = alt.layer(zero, span, point, missing).properties(width=WIDTH, height=alt.Step(2 * BAR))
    title = f"{theme.title}: ændring fra {waves[-2]} til {waves[-1]}"
    text = (f"{title}.", *(f"{name.rstrip('.')}: {_moved(estimate)}" for name, estimate in told))
    return Picture(_svg(chart, title), text)


def number(value: float, signed: bool = False) -> str:
    """A number with one decimal as one writes it in Danish: "3,4", "−0,3"; with ``signed`` also "+0,3"."""
    rounded = round(value, 1) + 0.0
    return (f"{rounded:+.1f}" if signed and rounded else f"{rounded:.1f}").replace(".", ",").replace("-", "−")


def summary(wave: Wave, asked: Questionnaire, theme: Theme) -> str:
    """A theme's mean in a sentence."""
    told = theme_mean(wave, [item.key for item in asked.of(theme.key)], asked.turned)
    return f"{theme.title}: {_spoken(told)}" if told else f"{theme.title}: gennemsnittet vises ikke."


def _bars(ledger: Ledger, item: Item, waves: Sequence[str]) -> Iterator[dict[str, Any]]:
    for wave, name in zip(ledger.waves, waves, strict=True):
        figure = wave.figures.get(item.key)
        for answer, count in _named(figure.distribution) if figure else [(HIDDEN, 1)]:
            if count:
                place = list(COLOURS).index(answer)
                yield {"item": _lines(item), "wave": name, "answer": answer, "count": count, "place": place}


def _named(told: Distribution) -> list[tuple[str, int]]:
    names = {Level.FULL: FULL, Level.MERGED: MERGED, Level.NONE: (HIDDEN,)}[told.level]
    return list(zip(names, told.counts or (told.answered,), strict=True))


def _told(ledger: Ledger, item: Item, waves: Sequence[str]) -> str:
    return " ".join(
        f"{name}: {_in_words(wave.figures.get(item.key))}" for wave, name in zip(ledger.waves, waves, strict=True)
    )


def _in_words(figure: Figure | None) -> str:
    if figure is None:
        return FEW
    told = figure.distribution
    given = [f"{answer} {count}" for answer, count in _named(told) if count and told.counts]
    average = mean(figure)
    parts = [f"{told.answered} svar" + (f" ({', '.join(given)})." if given else "."), WHY[told.level]]
    return " ".join(filter(None, [*parts, f"Gennemsnit {_spoken(average)}" if average else ""]))


def _spoken(told: Estimate) -> str:
    return f"{number(told.value)} (mellem {number(max(told.low, 1))} og {number(min(told.high, 5))})."


def _moved(told: Estimate | None) -> str:
    if told is None:
        return NO_CHANGE
    return f"{number(told.value, signed=True)} (mellem {number(told.low, signed=True)} og {number(told.high, signed=True)})."


def _change(before: Wave, after: Wave, item: str, turned: bool) -> Estimate | None:
    if item not in before.figures or item not in after.figures:
        return None
    told = change(before.figures[item], after.figures[item])
    return Estimate(-told.value, told.error, -told.high, -told.low) if told and turned else told


def _interval(name: str, told: Estimate | None) -> dict[str, Any]:
    lines = "\n".join(wrap(name, LETTERS))
    return {"item": lines, "missing": True} if told is None else {"item": lines, **vars(told)}


def _turned(item: Item) -> str:
    return " (omvendt: enighed er det dårlige svar)" if item.reversed else ""


def _lines(item: Item) -> str:
    return "\n".join(wrap(item.text + _turned(item), LETTERS * 4 // 3))


def _statements(items: Sequence[Item]) -> alt.Row:
    header = alt.Header(
        title=None,
        labelExpr="split(datum.label, '\\n')",
        labelOrient="top",
        labelAnchor="start",
        labelPadding=4,
        labelFontSize=14,
    )
    return alt.Row("item:N", sort=[_lines(item) for item in items], header=header)


def _svg(chart: alt.LayerChart | alt.FacetChart, title: str) -> str:
    styled = (
        chart.configure(font=FONT, background="transparent", view=alt.ViewConfig(stroke=None), aria=False)
        .configure_axis(
            domain=False, ticks=False, labelColor=INK, titleColor=SOFT, gridColor=LINE, labelFontSize=13, titleFontWeight=400
        )
        .configure_header(labelColor=INK)
        .configure_legend(orient="top", labelColor=INK, labelFontSize=13, labelLimit=0)
    )
    drawn: str = vl_convert.vegalite_to_svg(styled.to_dict(), format_locale="da-DK")
    said = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{said}" ', 1)
