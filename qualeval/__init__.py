"""May this worker discover, preview, accept this Mechanical Turk HIT, and why?"""
