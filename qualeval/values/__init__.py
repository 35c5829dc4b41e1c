"""Pure sets of the states a worker can be in: integers, locales, and whether lacking belongs to them."""
