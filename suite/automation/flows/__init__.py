"""Flows: kinds of records, conditions, nodes and graphs, and the doors to them; the services stand with the others."""
