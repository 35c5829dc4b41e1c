"""For those who test programs: what stands in for Mechanical Turk.

`qualeval.testing.endpoint` is a local endpoint that speaks the requester protocol. Nothing is imported here, so that
one module of this room can be had without the packages of the others.
"""
