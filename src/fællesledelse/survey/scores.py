"""Answers as scores of themes, where one may see answers: own ones, or constructed. pandas takes seconds to load."""

import pandas as pd

from ..model import Questionnaire
from .model import DONT_KNOW

COLUMNS = ["token", "wave", "item", "value"]


def scores(answers: pd.DataFrame, asked: Questionnaire) -> pd.DataFrame:
    """The mean answer (1 to 5) per token and wave (rows) and theme (columns, in the order they are asked).

    ``answers`` has a row for each answer, with ``COLUMNS``. Reversed items are turned, "ved ikke" and items that are not
    asked are left out; where nothing is left of a theme it is not a number.
    """
    theme = {item.key: item.theme for item in asked.items}
    meant = answers.loc[(answers["value"] > DONT_KNOW) & answers["item"].isin(list(theme)), COLUMNS]
    turned = meant["item"].isin(list(asked.turned))
    value = meant["value"].astype("float64").where(~turned, 6.0 - meant["value"])
    named = meant.assign(theme=meant["item"].map(theme), value=value)
    table = named.groupby(["token", "wave", "theme"], sort=True)["value"].mean().unstack("theme")
    return table.reindex(columns=[each.key for each in asked.themes])
