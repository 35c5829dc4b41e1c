"""Questions about all workers at once: what in a HIT is foolish, what a change changes, what can be proved."""
