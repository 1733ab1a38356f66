"""Thirty incidents with one fault each, and an innocent change beside it, in the formats that people export.

Requests walk a small graph of services; a fault acts on one part of it (it fails, it slows, it takes less load), and what
access logs, traces, metrics and alerts show follows from the requests. Only what no request causes (a full disk, an offset
clock, a pod that is killed) is said by the fault as a curve over time.
"""
