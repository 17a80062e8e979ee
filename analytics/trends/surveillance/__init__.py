"""Methods that say whether the latest count of a series is more than was to be expected.

All take a series of counts of equal periods, oldest first, and judge the periods asked for by what
was known before each of them (``Judged``).
"""

from analytics.trends.surveillance.ears import ears
from analytics.trends.surveillance.farrington import farrington
from analytics.trends.surveillance.glr import generalised_likelihood_ratio
from analytics.trends.surveillance.judged import Judged

__all__ = ["Judged", "ears", "farrington", "generalised_likelihood_ratio"]
