"""fællesledelse: the workbook in which public leaders write their personal leadership foundation."""
