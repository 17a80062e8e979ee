"""Checks on text columns: parsing, identifiers that check themselves, row rules, masking.

Everything here is a Polars expression or a function over one frame: no files, no contracts,
no state. What a finding is called and how it is worded stands in ``finding_codes.yml``.
"""
