"""Names that more than one room's definitions refer to."""

from __future__ import annotations

import dagster as dg

WHOLE_WAY = "whole_way"
UPKEEP = "upkeep"
MAIL = "mail"

ORIGINALS = dg.AssetKey(["raw", "originals"])
REGISTER = dg.AssetKey(["bronze", "drops"])
VERDICT = dg.AssetKey(["quality", "verdict"])
CELLS = dg.AssetKey(["reports", "cells"])
PUBLICATION = dg.AssetKey(["serving", "publication"])
SCREENS = dg.AssetKey(["serving", "screens"])
WORKBOOKS = dg.AssetKey(["reports", "workbooks"])
BASE_LISTS = dg.AssetKey(["outbox", "base_lists"])
PROVINCE = dg.AssetKey(["outbox", "province"])
MAINTENANCE = dg.AssetKey(["lake", "maintenance"])


def delivery(feed: str) -> dg.AssetKey:
    """What units deliver of a feed."""
    return dg.AssetKey(["drops", feed])


def bronze(feed: str) -> dg.AssetKey:
    """A feed's accepted rows."""
    return dg.AssetKey(["bronze", feed])
