"""Coverage-guided fuzzing, which runs when somebody asks for it; what it found worth keeping is in `corpus`."""
