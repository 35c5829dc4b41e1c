"""The outside world: files, saved answers, Mechanical Turk itself, read into the model and written from it."""
