"""The same page six times over: each contestant's own small file, and the work that all of them share."""
