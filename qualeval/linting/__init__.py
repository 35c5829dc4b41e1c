"""What is wrong or foolish in a HIT's configuration: a catalogue of rules, what they find, fixes and output formats."""
