"""The promises under attack and accident, as figures anyone can reproduce: ``make faults``."""
