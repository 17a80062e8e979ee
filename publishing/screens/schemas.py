"""Columns of the tables that screens read, with their types."""

from __future__ import annotations

import polars as pl

PATH = {
    "city_code": pl.String,
    "district_code": pl.String,
    "street_code": pl.String,
    "community_code": pl.String,
    "grid_code": pl.String,
}
PLACES = {
    "level": pl.String,
    "place_code": pl.String,
    "place_zh": pl.String,
    "place_en": pl.String,
    "parent_code": pl.String,
    "place_order": pl.String,
    **PATH,
}
PERIODS = {
    "grain": pl.String,
    "period": pl.String,
    "period_zh": pl.String,
    "period_en": pl.String,
    "period_start": pl.Date,
    "previous_period": pl.String,
    "is_whole": pl.Boolean,
    "is_recent": pl.Boolean,
}
SLICES = {
    "slices": pl.String,
    "slice_by": pl.String,
    "slice_zh": pl.String,
    "slice_en": pl.String,
    "unit": pl.String,
    "unit_zh": pl.String,
    "unit_en": pl.String,
    "slice_1": pl.String,
    "slice_1_zh": pl.String,
    "slice_1_en": pl.String,
    "slice_2": pl.String,
    "slice_2_zh": pl.String,
    "slice_2_en": pl.String,
}
