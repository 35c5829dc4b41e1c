"""From requirements to a policy, and from a policy and a worker to a reasoned decision."""
