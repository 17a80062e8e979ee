"""Regressions of counts with a logarithmic link, by statsmodels."""

from __future__ import annotations

import warnings
from typing import Any

from analytics.trends.surveillance.judged import Floats


def fitted(
    counts: Floats, design: Floats, weights: Floats | None = None, dispersion: float | None = None
) -> Any:
    """A fitted Poisson regression, negative binomial (NB2) where a dispersion is given.

    Raises ValueError where it cannot be fitted. That counts are predicted exactly, as those of a
    quiet street that has none, is no reason to warn.
    """
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    family = families.NegativeBinomial(alpha=dispersion) if dispersion else families.Poisson()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        return GLM(counts, design, family=family, var_weights=weights).fit()
