"""Fetch a HIT from Mechanical Turk and say who may accept it. Needs credentials, and a HIT id as its argument."""

import sys

import qualeval as qe

NEEDS = """This example asks Mechanical Turk itself. It needs
  - AWS credentials of a requester account: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile,
  - the id of one of your HITs: python fetch_live.py HIT_ID
Any endpoint that speaks the requester protocol serves as well (AWS_ENDPOINT_URL_MTURK)."""

if len(sys.argv) != 2:
    sys.exit(NEEDS)
try:
    hit = qe.MTurk.connect().get_hit(sys.argv[1])
except qe.ServiceError as error:
    sys.exit(f"{error}\n\n{NEEDS}")
demands = qe.compile_hit(hit).describe(qe.Action.ACCEPT)
print("nobody can accept it" if demands is None else "\n".join(demands) or "everybody may accept it")
