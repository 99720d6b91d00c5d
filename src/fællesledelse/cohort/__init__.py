"""Builder side: from a cohort folder to a built cohort."""
