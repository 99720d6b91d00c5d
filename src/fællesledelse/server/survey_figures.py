"""What the waves of a survey have shown, as reports: the same numbers on the page, in Word and in PDF. Slow to import."""

from ..documents.relations import RelationRow, Relations
from ..documents.span import Span
from ..documents.survey import (
    FEW,
    MERGED,
    MERGED_WHY,
    NONE_WHY,
    SCALE,
    Statement,
    SurveyReport,
    ThemeResult,
)
from ..model import Item, Manifest, Questionnaire, StepKind
from ..store import Survey, SurveyWave
from ..store.surveys import DEPARTMENTS, relation
from ..survey import Estimate, Ledger, Level, Relation, Wave, change, mean, relation_mean, theme_change, theme_mean

_ORDER = {Level.FULL: (5, 4, 3, 2, 1, 0), Level.MERGED: (3, 2, 1, 0), Level.NONE: ()}
_WHY = {Level.FULL: "", Level.MERGED: MERGED_WHY, Level.NONE: NONE_WHY}


def reports(manifest: Manifest, survey: Survey) -> dict[str, SurveyReport]:
    """The report of each wave that shows something, by its id."""
    ledger = Ledger.from_json(survey.ledger())
    shown = sorted((wave for wave in survey.waves if wave.number), key=lambda wave: wave.number or 0)
    return {wave.id: _report(manifest, survey, wave, ledger.waves[: wave.number]) for wave in shown}


def _report(manifest: Manifest, survey: Survey, wave: SurveyWave, ledger: tuple[Wave, ...]) -> SurveyReport:
    asks, answered = wave.asks, wave.answered
    assert asks is not None  # a wave that shows something has asked something,
    assert answered is not None  # and five have answered
    before, now = (ledger[-2] if len(ledger) > 1 else None), ledger[-1]
    kept = [theme for theme in asks.themes if theme.key != DEPARTMENTS]
    themes = tuple(
        ThemeResult(
            theme.key,
            theme.title,
            theme.kind.value,
            tuple(_statement(item, before, now) for item in asks.of(theme.key)),
            *_together(asks, theme.key, before, now),
        )
        for theme in kept
    )
    frame = wave.title, goal(manifest, wave), wave.opens, wave.closes, wave.asked, answered
    return SurveyReport(manifest.name, *frame, themes, _relations(now, survey.relations))


def goal(manifest: Manifest, wave: SurveyWave) -> str:
    """The learning goal that a wave is used at: that of the first period to come, else of the last one; or empty."""
    periods = [step for step in manifest.steps if step.kind is StepKind.PERIOD and step.period and step.opens]
    coming = [step for step in periods if step.opens and step.opens >= wave.closes] or periods[-1:]
    return coming[0].period.goal if coming and coming[0].period else ""


def _statement(item: Item, before: Wave | None, now: Wave) -> Statement:
    figure = now.figures.get(item.key)
    if figure is None:
        return Statement(item.key, item.text, item.reversed, 0, why=FEW)
    told = figure.distribution
    names = MERGED if told.level is Level.MERGED else SCALE
    answers = tuple((names[at], told.counts[at]) for at in _ORDER[told.level])
    earlier = before.figures.get(item.key) if before else None
    moved = change(earlier, figure) if earlier else None
    frame = item.key, item.text, item.reversed, told.answered, answers
    return Statement(*frame, _span(mean(figure)), _span(moved), earlier is not None, _WHY[told.level])


def _together(asks: Questionnaire, theme: str, before: Wave | None, now: Wave) -> tuple[Span | None, Span | None]:
    items = [item.key for item in asks.of(theme)]
    moved = theme_change(before, now, items, asks.turned) if before else None
    return _span(theme_mean(now, items, asks.turned)), _span(moved)


def _relations(now: Wave, departments: tuple[str, ...] | None) -> Relations | None:
    """What departments say of each other; None where that was not promised."""
    if not departments:
        return None
    about = {relation(at): name for at, name in enumerate(departments)}
    enough = sorted({one for row in now.relations.values() for one, cell in row.items() if cell})
    rows = (
        RelationRow(one, tuple((about[item], _cell(now, row[one])) for item, row in now.relations.items() if one in row))
        for one in enough
    )
    return Relations(departments, tuple(rows))


def _cell(now: Wave, cell: Relation | None) -> Span | None:
    return None if cell is None or now.spread is None else _span(relation_mean(cell, now.spread))


def _span(told: Estimate | None) -> Span | None:
    return None if told is None else Span(told.value, told.low, told.high)
