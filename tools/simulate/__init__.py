"""A discrete-event simulation of a small shop, from which the sample incidents are made.

Queueing is simulated and effects are not scripted: a scenario says what is changed and when, and everything that users,
logs and metrics show follows from arrivals, service times, a connection pool of 50, time-outs and retries.
"""
