"""A made-up town whose units leave dirty files, so that everything can be tried without real data.

Belongs here: the town, its people, places and matters; how units export them; what is wrong
with their exports, written down beside them. Does not belong here: taking drops in.
"""
