"""Networks over months and years: their decisions, the overview of all of them, and four years in one run."""
