"""The dress rehearsal: constructed people live through a cohort's whole programme on a server of their own."""
