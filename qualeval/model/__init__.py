"""Mechanical Turk's nouns as frozen values: actions, qualification types, requirements, HITs, workers."""
